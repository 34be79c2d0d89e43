import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct QuoteTests {
    private func price(_ bench: Bench, _ amount: Int, monthly: Bool = false) -> String {
        bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=\(amount)&product_data[name]=Box" + (monthly ? "&recurring[interval]=month" : "")
        ).id
    }

    private func payer(_ bench: Bench) -> String {
        let customer = bench.post("/v1/customers", "email=ada@example.com&payment_method=pm_card_visa").id
        let method = bench.get("/v1/customers/\(customer)/payment_methods").ids.first ?? ""
        _ = bench.post("/v1/customers/\(customer)", "invoice_settings[default_payment_method]=\(method)")
        return customer
    }

    @Test func `a quote goes from draft to a paid subscription`() {
        let bench = Bench()
        let customer = payer(bench)
        let rate = bench.post("/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=10").id
        let quote = bench.post(
            "/v1/quotes",
            "customer=\(customer)&line_items[0][price]=\(price(bench, 1_000, monthly: true))&line_items[0][quantity]=2"
                + "&line_items[1][price]=\(price(bench, 500))&default_tax_rates[0]=\(rate)")
        #expect(quote["status"] == "draft")
        #expect(quote["amount_subtotal"] == 2_500)
        #expect(quote["amount_total"] == 2_750)
        #expect(quote["computed"]?["recurring"]?["amount_total"] == 2_200)
        #expect(quote["computed"]?["recurring"]?["interval"] == "month")
        #expect(quote["computed"]?["upfront"]?["amount_total"] == 2_750)
        #expect(ShapeFit.misfits(quote.body, .resource("quote")) == [])
        #expect(bench.get("/v1/quotes/\(quote.id)/line_items").ids.count == 2)
        #expect(bench.get("/v1/quotes/\(quote.id)/computed_upfront_line_items").ids.count == 2)
        #expect(bench.post("/v1/quotes/\(quote.id)/accept").status == 400)
        let open = bench.post("/v1/quotes/\(quote.id)/finalize")
        #expect(open["status"] == "open")
        #expect(open["number"]?.stringValue?.hasPrefix("QT-") == true)
        #expect(bench.post("/v1/quotes/\(quote.id)", "description=late").status == 400)
        #expect(bench.post("/v1/quotes/\(quote.id)", "metadata[a]=b")["metadata"]?["a"] == "b")
        let done = bench.post("/v1/quotes/\(quote.id)/accept", "expand[]=subscription&expand[]=invoice")
        #expect(done["status"] == "accepted")
        #expect(done["subscription"]?["status"] == "active")
        #expect(done["invoice"]?["total"] == 2_750)
        #expect(done["invoice"]?["status"] == "paid")
        #expect(bench.post("/v1/quotes/\(quote.id)/cancel").status == 400)
        let types = bench.get("/v1/events", "limit=100").body["data"]?.arrayValue?.compactMap {
            $0["type"]?.stringValue
        }
        for type in ["quote.created", "quote.finalized", "quote.accepted"] {
            #expect(types?.contains(type) == true, "\(type)")
        }
    }

    @Test func `a quote for one purchase becomes an invoice`() {
        let bench = Bench()
        let coupon = bench.post("/v1/coupons", "percent_off=50&duration=once").id
        let quote = bench.post(
            "/v1/quotes",
            "customer=\(payer(bench))&line_items[0][price]=\(price(bench, 3_000))&discounts[0][coupon]=\(coupon)")
        #expect(quote["amount_total"] == 1_500)
        #expect(quote["computed"]?["recurring"] == .null)
        _ = bench.post("/v1/quotes/\(quote.id)/finalize")
        let done = bench.post("/v1/quotes/\(quote.id)/accept", "expand[]=invoice")
        #expect(done["subscription"] == .null)
        #expect(done["invoice"]?["status"] == "draft")
        #expect(done["invoice"]?["total"] == 1_500)
        #expect(done["invoice"]?["parent"]?["quote_details"]?["quote"]?.stringValue == quote.id)
        #expect(ShapeFit.misfits(bench.get("/v1/quotes/\(quote.id)").body, .resource("quote")) == [])
    }

    @Test func `a quote may begin later, lapse, be called off and be copied`() {
        var bench = Bench()
        let customer = payer(bench)
        let item = "line_items[0][price]=\(price(bench, 900, monthly: true))"
        let later = bench.post(
            "/v1/quotes",
            "customer=\(customer)&\(item)&subscription_data[effective_date]=\(bench.now + 864_000)"
        ).id
        _ = bench.post("/v1/quotes/\(later)/finalize")
        let accepted = bench.post("/v1/quotes/\(later)/accept", "expand[]=subscription_schedule")
        #expect(accepted["subscription_schedule"]?["status"] == "not_started")
        let copy = bench.post("/v1/quotes", "from_quote[quote]=\(later)&from_quote[is_revision]=true")
        #expect(copy["from_quote"]?["quote"]?.stringValue == later)
        #expect(copy["amount_total"] == 900)
        #expect(bench.post("/v1/quotes/\(copy.id)/cancel")["status"] == "canceled")
        let bare = bench.post("/v1/quotes", item)
        #expect(bench.post("/v1/quotes/\(bare.id)/finalize").param == "customer")
        _ = bench.post("/v1/quotes/\(bare.id)", "customer=\(customer)&expires_at=\(bench.now + 100)")
        #expect(bench.post("/v1/quotes/\(bare.id)/finalize")["status"] == "open")
        bench.now += 101
        #expect(bench.get("/v1/quotes/\(bare.id)")["status"] == "canceled")
        #expect(bench.post("/v1/quotes", "\(item)&expires_at=\(bench.now - 1)").param == "expires_at")
    }

    @Test func `a declined subscription leaves the quote incomplete, and a trial costs nothing upfront`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "payment_method=pm_card_chargeCustomerFail").id
        let method = bench.get("/v1/customers/\(customer)/payment_methods").ids.first ?? ""
        _ = bench.post("/v1/customers/\(customer)", "invoice_settings[default_payment_method]=\(method)")
        let item = "line_items[0][price]=\(price(bench, 900, monthly: true))"
        let quote = bench.post("/v1/quotes", "customer=\(customer)&\(item)").id
        _ = bench.post("/v1/quotes/\(quote)/finalize")
        let done = bench.post("/v1/quotes/\(quote)/accept", "expand[]=subscription")
        #expect(done["subscription"]?["status"] == "incomplete")
        let trial = bench.post("/v1/quotes", "customer=\(customer)&\(item)&subscription_data[trial_period_days]=7")
        #expect(trial["amount_total"] == 0)
        #expect(trial["computed"]?["recurring"]?["amount_total"] == 900)
    }

    @Test func `the document is a PDF`() throws {
        let bench = Bench()
        let quote = bench.post("/v1/quotes", "customer=cus_test_fixture").id
        let match = try #require(Catalogue.shared.operation(verb: .get, path: "/v1/quotes/\(quote)/pdf"))
        let answer = bench.host.handle(
            EmulatorCall(match: match, requestID: "req_pdf"), world: "w", atUnixSeconds: bench.now)
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body.prefix(5), as: UTF8.self) == "%PDF-")
        #expect(answer.headers.contains { $0.name == "Content-Type" && $0.value == "application/pdf" })
        #expect(bench.get("/v1/quotes/qt_none/line_items").status == 404)
    }
}
