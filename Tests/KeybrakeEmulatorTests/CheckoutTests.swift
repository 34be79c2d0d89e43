import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct CheckoutTests {
    private static let items =
        "line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=700"
        + "&line_items[0][price_data][product_data][name]=Tea&line_items[0][quantity]=3"

    @Test func `a session adds up its items and waits for its customer`() {
        var bench = Bench()
        let session = bench.post(
            "/v1/checkout/sessions", "mode=payment&success_url=https://a.b&customer=cus_test_fixture&\(Self.items)")
        #expect(session.id.hasPrefix("cs_test_"))
        #expect(session["amount_total"] == 2_100)
        #expect(session["status"] == "open")
        #expect(session["payment_status"] == "unpaid")
        #expect(session["url"]?.stringValue?.contains(session.id) == true)
        #expect(ShapeFit.misfits(session.body, .resource("checkout.session")) == [])
        let lines = bench.get("/v1/checkout/sessions/\(session.id)/line_items")
        #expect(lines["data"]?.arrayValue?.first?["description"] == "Tea")
        #expect(lines["data"]?.arrayValue?.first?["amount_total"] == 2_100)
        bench.now += CheckoutSessions.lifetimeSeconds
        #expect(bench.get("/v1/checkout/sessions/\(session.id)")["status"] == "expired")
        #expect(bench.post("/v1/checkout/sessions/\(session.id)/expire").status == 400)
    }

    @Test func `a session can be called off, and needs items`() {
        let bench = Bench()
        let id = bench.post("/v1/checkout/sessions", "mode=payment&success_url=https://a.b&\(Self.items)").id
        #expect(bench.post("/v1/checkout/sessions/\(id)/expire")["status"] == "expired")
        #expect(bench.post("/v1/checkout/sessions", "mode=payment").param == "line_items")
        #expect(
            bench.post("/v1/checkout/sessions", "mode=setup&currency=usd&success_url=https://a.b")["payment_status"]
                == "no_payment_required")
    }
}
