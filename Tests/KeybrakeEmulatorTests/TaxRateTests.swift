import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct TaxRateTests {
    private func rate(_ bench: Bench, _ percentage: String, inclusive: Bool = false) -> String {
        bench.post("/v1/tax_rates", "display_name=VAT&percentage=\(percentage)&inclusive=\(inclusive)").id
    }

    private func invoice(_ bench: Bench, _ rest: String = "", customer: String = "cus_test_fixture") -> Bench.Answer {
        bench.post("/v1/invoices", "customer=\(customer)&pending_invoice_items_behavior=include&\(rest)")
    }

    private func item(_ bench: Bench, _ amount: Int, _ rest: String = "", customer: String = "cus_test_fixture") {
        _ = bench.post("/v1/invoiceitems", "customer=\(customer)&amount=\(amount)&currency=usd&\(rest)")
    }

    @Test func `a rate has four places at most and is never changed`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/tax_rates", "display_name=Sales&percentage=8.8750&inclusive=false&country=US&state=NY")
        #expect(made["percentage"] == .numeral("8.875"))
        #expect(made["active"] == true)
        #expect(ShapeFit.misfits(made.body, .resource("tax_rate")) == [])
        for bad in ["8.87501", "101", "-1"] {
            #expect(
                bench.post("/v1/tax_rates", "display_name=A&percentage=\(bad)&inclusive=false").param == "percentage")
        }
        #expect(bench.post("/v1/tax_rates/\(made.id)", "percentage=5").code == "parameter_unknown")
        #expect(bench.post("/v1/tax_rates/\(made.id)", "active=false")["active"] == false)
        #expect(invoice(bench, "default_tax_rates[]=\(made.id)").param == "default_tax_rates[0]")
        #expect(bench.get("/v1/tax_rates", "active=false").ids == [made.id])
        #expect(bench.get("/v1/events", "type=tax_rate.updated").ids.count == 1)
    }

    @Test func `the rates of an item come before those of the invoice`() {
        let bench = Bench()
        let (common, own) = (rate(bench, "10"), rate(bench, "20"))
        item(bench, 1_000)
        item(bench, 2_000, "tax_rates[]=\(own)")
        let made = invoice(bench, "default_tax_rates[]=\(common)")
        #expect(made["subtotal"] == 3_000)
        #expect(made["total"] == 3_500)
        #expect(made["total_excluding_tax"] == 3_000)
        let taxes = made["total_taxes"]?.arrayValue ?? []
        #expect(taxes.compactMap { $0["amount"]?.integerValue }.sorted() == [100, 400])
        #expect(taxes.allSatisfy { $0["tax_behavior"] == "exclusive" })
        #expect(made["default_tax_rates"]?.arrayValue?.first?["percentage"] == 10)
        #expect(ShapeFit.misfits(made.body, .resource("invoice")) == [])
        let six = (0..<6).map { _ in "default_tax_rates[]=\(rate(bench, "1"))" }.joined(separator: "&")
        #expect(invoice(bench, six).status == 400)
    }

    @Test func `an inclusive tax changes what is inside, not the total`() {
        let bench = Bench()
        item(bench, 1_200, "tax_rates[]=\(rate(bench, "20", inclusive: true))")
        let made = invoice(bench)
        #expect(made["total"] == 1_200)
        #expect(made["total_excluding_tax"] == 1_000)
        #expect(made["subtotal_excluding_tax"] == 1_000)
        #expect(made["total_taxes"]?.arrayValue?.first?["amount"] == 200)
        #expect(bench.post("/v1/invoices/\(made.id)/pay")["amount_paid"] == 1_200)
    }

    @Test func `who is exempt pays no tax`() {
        let bench = Bench()
        let vat = rate(bench, "20")
        for (status, reason) in [("exempt", "customer_exempt"), ("reverse", "reverse_charge")] {
            let customer = bench.post("/v1/customers", "tax_exempt=\(status)").id
            item(bench, 1_000, customer: customer)
            let made = invoice(bench, "default_tax_rates[]=\(vat)", customer: customer)
            #expect(made["total"] == 1_000)
            #expect(made["total_taxes"]?.arrayValue?.first?["taxability_reason"] == .string(reason))
            #expect(ShapeFit.misfits(made.body, .resource("invoice")) == [])
        }
    }

    @Test func `an invoice item follows what is changed about it`() {
        let bench = Bench()
        let vat = rate(bench, "20")
        let price = bench.post("/v1/prices", "currency=usd&unit_amount=300&product_data[name]=A").id
        let made = bench.post("/v1/invoiceitems", "customer=cus_test_fixture&pricing[price]=\(price)&quantity=2")
        #expect(made["amount"] == 600)
        let draft = invoice(bench)
        let changed = bench.post("/v1/invoiceitems/\(made.id)", "quantity=3&tax_rates[]=\(vat)&description=More")
        #expect(changed["amount"] == 900)
        let current = bench.get("/v1/invoices/\(draft.id)")
        #expect(current["total"] == 1_080)
        #expect(current["lines"]?["data"]?.arrayValue?.first?["description"] == "More")
        #expect(
            bench.post("/v1/invoiceitems/\(made.id)", "unit_amount_decimal=0.5&quantity_decimal=2.5")["amount"] == 1)
        #expect(bench.delete("/v1/invoiceitems/\(made.id)")["deleted"] == true)
        #expect(bench.get("/v1/invoices/\(draft.id)")["total"] == 0)
        let other = bench.post(
            "/v1/invoiceitems", "customer=cus_test_fixture&amount=500&currency=usd&invoice=\(draft.id)")
        _ = bench.post("/v1/invoices/\(draft.id)/finalize")
        #expect(bench.post("/v1/invoiceitems/\(other.id)", "amount=5").code == "invoice_not_editable")
        #expect(bench.delete("/v1/invoiceitems/\(other.id)").code == "invoice_not_editable")
        #expect(bench.get("/v1/invoiceitems", "pending=true").ids.isEmpty)
        let recurring = bench.post(
            "/v1/prices", "currency=usd&unit_amount=3&recurring[interval]=month&product_data[name]=B"
        ).id
        let refused = bench.post("/v1/invoiceitems", "customer=cus_test_fixture&pricing[price]=\(recurring)")
        #expect(refused.param == "pricing[price]")
    }

    @Test func `a deleted draft lets its items wait again`() {
        let bench = Bench()
        item(bench, 700)
        let draft = invoice(bench)
        #expect(bench.get("/v1/invoiceitems", "pending=true").ids.isEmpty)
        _ = bench.delete("/v1/invoices/\(draft.id)")
        #expect(bench.get("/v1/invoiceitems", "pending=true").ids.count == 1)
        #expect(invoice(bench)["total"] == 700)
    }
}
