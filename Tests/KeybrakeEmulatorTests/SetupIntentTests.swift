import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SetupIntentTests {
    @Test func `a method that is set up belongs to the customer and pays in its absence`() throws {
        let bench = Bench()
        let intent = bench.post(
            "/v1/setup_intents", "customer=cus_test_fixture&payment_method=pm_card_authenticationRequiredOnSetup")
        #expect(intent["status"] == "requires_confirmation")
        let waiting = bench.post("/v1/setup_intents/\(intent.id)/confirm", "return_url=https://a.b")
        #expect(waiting["status"] == "requires_action")
        #expect(ShapeFit.misfits(waiting.body, .resource("setup_intent")) == [])
        try bench.host.authenticate(world: "w", paymentIntent: intent.id, passes: true, atUnixSeconds: bench.now)
        let done = bench.get("/v1/setup_intents/\(intent.id)", "expand[]=payment_method")
        #expect(done["status"] == "succeeded")
        #expect(done["payment_method"]?["customer"] == "cus_test_fixture")
        let method = done["payment_method"]?["id"]?.stringValue ?? ""
        let paid = bench.post(
            "/v1/payment_intents",
            "amount=500&currency=usd&customer=cus_test_fixture&payment_method=\(method)&off_session=true&confirm=true")
        #expect(paid["status"] == "succeeded")
        #expect(bench.post("/v1/setup_intents/\(intent.id)/cancel").code == "setup_intent_unexpected_state")
    }

    @Test func `a declined card asks for another, and an intent can be canceled`() {
        let bench = Bench()
        let refused = bench.post("/v1/setup_intents", "payment_method=pm_card_chargeDeclined&confirm=true")
        #expect(refused.status == 402)
        #expect(refused.error?["setup_intent"]?["status"] == "requires_payment_method")
        let id = bench.get("/v1/setup_intents").ids.first ?? ""
        #expect(bench.get("/v1/setup_intents/\(id)")["last_setup_error"]?["code"] == "card_declined")
        #expect(bench.post("/v1/setup_intents/\(id)/cancel")["status"] == "canceled")
        #expect(bench.post("/v1/setup_intents/\(id)/confirm").status == 400)
    }
}
