import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct InvoiceTests {
    private func draft(_ bench: Bench, _ amount: Int) -> String {
        _ = bench.post("/v1/invoiceitems", "customer=cus_test_fixture&amount=\(amount)&currency=usd&description=Work")
        return bench.post(
            "/v1/invoices", "customer=cus_test_fixture&pending_invoice_items_behavior=include&metadata[a]=b"
        ).id
    }

    @Test func `an invoice is drafted, finalised and paid`() {
        let bench = Bench()
        let id = draft(bench, 2_000)
        let draft = bench.get("/v1/invoices/\(id)")
        #expect(draft["status"] == "draft")
        #expect(draft["total"] == 2_000)
        #expect(draft["lines"]?["data"]?.arrayValue?.first?["description"] == "Work")
        #expect(bench.get("/v1/invoices/\(id)/lines").ids.count == 1)
        #expect(ShapeFit.misfits(draft.body, .resource("invoice")) == [])
        let open = bench.post("/v1/invoices/\(id)/finalize")
        #expect(open["status"] == "open")
        #expect(open["number"] == "FIXTURE1-0001")
        #expect(open["status_transitions"]?["finalized_at"] == .integer(bench.now))
        let paid = bench.post("/v1/invoices/\(id)/pay")
        #expect(paid["status"] == "paid")
        #expect(paid["amount_paid"] == 2_000)
        #expect(paid["amount_remaining"] == 0)
        #expect(ShapeFit.misfits(paid.body, .resource("invoice")) == [])
        #expect(bench.get("/v1/charges", "customer=cus_test_fixture")["data"]?.arrayValue?.first?["amount"] == 2_000)
        #expect(bench.post("/v1/invoices/\(id)/pay").status == 400)
        #expect(bench.delete("/v1/invoices/\(id)").status == 400)
        #expect(bench.get("/v1/invoices", "status=paid").ids == [id])
    }

    @Test func `a declined payment leaves the invoice open`() {
        let bench = Bench()
        let id = draft(bench, 2_000)
        let method = bench.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=cus_test_fixture").id
        let refused = bench.post("/v1/invoices/\(id)/pay", "payment_method=\(method)")
        #expect(refused.status == 402)
        #expect(bench.get("/v1/invoices/\(id)")["status"] == "open")
        #expect(bench.get("/v1/invoices/\(id)")["attempt_count"] == 1)
        #expect(bench.post("/v1/invoices/\(id)/pay", "paid_out_of_band=true")["status"] == "paid")
    }

    @Test func `what is too little to charge waits on the balance`() {
        let bench = Bench()
        let id = draft(bench, 20)
        #expect(bench.post("/v1/invoices/\(id)/finalize")["status"] == "paid")
        #expect(bench.get("/v1/customers/cus_test_fixture")["balance"] == 20)
        let next = draft(bench, 100)
        #expect(bench.post("/v1/invoices/\(next)/finalize")["amount_due"] == 120)
        _ = bench.post("/v1/customers/cus_test_fixture", "balance=-500")
        let credited = draft(bench, 300)
        #expect(bench.post("/v1/invoices/\(credited)/finalize")["status"] == "paid")
        #expect(bench.get("/v1/customers/cus_test_fixture")["balance"] == -200)
    }

    @Test func `open invoices can be given up`() {
        let bench = Bench()
        let first = draft(bench, 1_000)
        #expect(bench.post("/v1/invoices/\(first)/void").status == 400)
        _ = bench.post("/v1/invoices/\(first)/finalize")
        #expect(bench.post("/v1/invoices/\(first)/mark_uncollectible")["status"] == "uncollectible")
        #expect(bench.post("/v1/invoices/\(first)/void")["status"] == "void")
        #expect(bench.post("/v1/invoices/\(first)/pay").status == 400)
        let second = draft(bench, 1_000)
        #expect(bench.delete("/v1/invoices/\(second)").body["deleted"] == true)
    }

    @Test func `tiers add up`() {
        let graduated = JSONObject.template(
            #"""
            {"billing_scheme":"tiered","tiers_mode":"graduated","tiers":[
            {"up_to":10,"unit_amount":100,"flat_amount":50},{"up_to":null,"unit_amount":10,"flat_amount":null}]}
            """#)
        #expect(PricedAmount.of(graduated, quantity: 5) == 550)
        #expect(PricedAmount.of(graduated, quantity: 15) == 1_100)
        var volume = graduated
        volume.set("tiers_mode", "volume")
        #expect(PricedAmount.of(volume, quantity: 15) == 150)
        let decimal = JSONObject.template(#"{"unit_amount":null,"unit_amount_decimal":"0.55"}"#)
        #expect(PricedAmount.of(decimal, quantity: 10) == 6)
        #expect(PricedAmount.of(decimal, quantity: Int64.max) == AmountLimits.objectMax)
        let huge = JSONObject.template(
            #"""
            {"billing_scheme":"tiered","tiers_mode":"graduated","tiers":[
            {"up_to":-5,"unit_amount":1},{"up_to":9,"flat_amount":9223372036854775807},
            {"up_to":null,"unit_amount":9223372036854775807,"flat_amount":9223372036854775807}]}
            """#)
        #expect(PricedAmount.of(huge, quantity: 15) == AmountLimits.objectMax)
    }

    @Test(arguments: [
        ("month", 1, "2026-01-31", "2026-02-28"), ("month", 1, "2028-01-31", "2028-02-29"),
        ("year", 1, "2028-02-29", "2029-02-28"), ("week", 2, "2026-12-25", "2027-01-08"),
        ("month", 14, "2026-11-30", "2028-01-30"), ("day", 3, "2026-02-27", "2026-03-02"),
    ])
    func `periods follow the calendar`(interval: String, count: Int64, from: String, to: String) {
        let seconds = { (text: String) in
            let parts = text.split(separator: "-").compactMap { Int($0) }
            return CivilTime.unixSeconds(year: parts[0], month: parts[1], day: parts[2]) + 3_661
        }
        #expect(BillingPeriod.after(seconds(from), interval: interval, count: count) == seconds(to))
    }
}
