import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PaymentIntentTests {
    @Test func `an intent goes from its method to its money`() {
        let bench = Bench()
        let made = bench.post("/v1/payment_intents", "amount=1099&currency=usd&metadata[order]=7")
        #expect(made["status"] == "requires_payment_method")
        #expect(made["client_secret"]?.stringValue?.hasPrefix("\(made.id)_secret_") == true)
        #expect(made["metadata"]?["order"] == "7")
        let ready = bench.post("/v1/payment_intents/\(made.id)", "payment_method=pm_card_visa")
        #expect(ready["status"] == "requires_confirmation")
        let done = bench.post("/v1/payment_intents/\(made.id)/confirm")
        #expect(done["status"] == "succeeded")
        #expect(done["amount_received"] == 1099)
        let charge = bench.get("/v1/charges/\(done["latest_charge"]?.stringValue ?? "")")
        #expect(charge["payment_intent"]?.stringValue == made.id)
        #expect(charge["metadata"]?["order"] == "7")
        #expect(charge["amount"] == 1099)
        #expect(
            bench.get("/v1/events").body["data"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
                == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"])
    }

    @Test func `creating and confirming at once`() {
        let bench = Bench()
        let done = bench.post(
            "/v1/payment_intents", "amount=500&currency=eur&payment_method=pm_card_mastercard&confirm=true")
        #expect(done["status"] == "succeeded")
        #expect(bench.post("/v1/payment_intents/\(done.id)/confirm").code == "payment_intent_unexpected_state")
        let late = bench.post("/v1/payment_intents/\(done.id)/cancel")
        #expect(late.code == "payment_intent_unexpected_state")
        #expect(late.error?["payment_intent"]?["id"]?.stringValue == done.id)
        #expect(bench.post("/v1/payment_intents/\(done.id)", "amount=600").code == "payment_intent_unexpected_state")
        #expect(bench.post("/v1/payment_intents/\(done.id)", "description=late")["description"] == "late")
    }

    @Test func `confirming needs a method, and refusing it leaves nothing behind`() {
        let bench = Bench()
        let refused = bench.post("/v1/payment_intents", "amount=500&currency=usd&confirm=true")
        #expect(refused.code == "payment_intent_unexpected_state")
        #expect(bench.get("/v1/payment_intents").ids.isEmpty)
        let paid = bench.post("/v1/payment_intents", "amount=500&currency=usd&confirm=true&customer=cus_test_fixture")
        #expect(paid["status"] == "succeeded")
        #expect(paid["payment_method"] == "card_test_fixture")
    }

    @Test func `manual capture holds, takes a part, and gives the rest back`() {
        let bench = Bench()
        let held = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual")
        #expect(held["status"] == "requires_capture")
        #expect(held["amount_capturable"] == 1000)
        #expect(held["amount_received"] == 0)
        #expect(bench.get("/v1/balance_transactions").ids.isEmpty)
        let over = bench.post("/v1/payment_intents/\(held.id)/capture", "amount_to_capture=1001")
        #expect(over.code == "amount_too_large")
        #expect(over.param == "amount_to_capture")
        let taken = bench.post("/v1/payment_intents/\(held.id)/capture", "amount_to_capture=750")
        #expect(taken["status"] == "succeeded")
        #expect(taken["amount_received"] == 750)
        #expect(taken["amount_capturable"] == 0)
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 698)
    }

    @Test func `cancelling gives an authorisation back`() {
        let bench = Bench()
        let held = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual")
        let gone = bench.post("/v1/payment_intents/\(held.id)/cancel", "cancellation_reason=duplicate")
        #expect(gone["status"] == "canceled")
        #expect(gone["cancellation_reason"] == "duplicate")
        #expect(gone["canceled_at"]?.integerValue == bench.now)
        #expect(bench.get("/v1/charges/\(held["latest_charge"]?.stringValue ?? "")")["refunded"] == true)
        #expect(bench.post("/v1/payment_intents/\(held.id)/capture").code == "payment_intent_unexpected_state")
    }

    @Test func `a decline asks for another method and shows what happened`() {
        let bench = Bench()
        let refused = bench.post(
            "/v1/payment_intents", "amount=1000&currency=usd&payment_method=pm_card_visa_chargeDeclined&confirm=true")
        #expect(refused.status == 402)
        #expect(refused.code == "card_declined")
        #expect(refused.error?["decline_code"] == "generic_decline")
        let shown = refused.error?["payment_intent"]
        #expect(shown?["status"] == "requires_payment_method")
        #expect(shown?["last_payment_error"]?["code"] == "card_declined")
        #expect(refused.error?["payment_method"]?["card"]?["last4"] == "0002")
        let id = shown?["id"]?.stringValue ?? ""
        #expect(bench.get("/v1/payment_intents/\(id)").body == shown)
        let second = bench.post("/v1/payment_intents/\(id)/confirm", "payment_method=pm_card_visa")
        #expect(second["status"] == "succeeded")
        #expect(second["last_payment_error"] == .null)
        #expect(bench.get("/v1/charges", "payment_intent=\(id)").ids.count == 2)
    }

    @Test func `a card that wants its holder waits for the challenge`() throws {
        let bench = Bench()
        let asked = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true"
                + "&return_url=https://example.com/back")
        #expect(asked["status"] == "requires_action")
        #expect(asked["next_action"]?["type"] == "redirect_to_url")
        #expect(asked["latest_charge"] == .null)
        try bench.host.authenticate(world: "w", paymentIntent: asked.id, passes: true, atUnixSeconds: bench.now)
        let done = bench.get("/v1/payment_intents/\(asked.id)")
        #expect(done["status"] == "succeeded")
        #expect(done["next_action"] == .null)
        #expect(throws: EmulatorHost.Failure.self) {
            try bench.host.authenticate(world: "w", paymentIntent: asked.id, passes: true, atUnixSeconds: bench.now)
        }
    }

    @Test func `a failed challenge asks for another method`() throws {
        let bench = Bench()
        let asked = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_threeDSecure2Required&confirm=true")
        #expect(asked["next_action"]?["type"] == "use_stripe_sdk")
        try bench.host.authenticate(world: "w", paymentIntent: asked.id, passes: false, atUnixSeconds: bench.now)
        let failed = bench.get("/v1/payment_intents/\(asked.id)")
        #expect(failed["status"] == "requires_payment_method")
        #expect(failed["last_payment_error"]?["code"] == "payment_intent_authentication_failure")
    }

    @Test func `off session nobody can answer the challenge`() {
        let bench = Bench()
        let refused = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true&off_session=true")
        #expect(refused.status == 402)
        #expect(refused.code == "authentication_required")
        #expect(refused.error?["payment_intent"]?["status"] == "requires_payment_method")
    }

    @Test func `a card that was set up is charged while its holder is away`() throws {
        let bench = Bench()
        let method = bench.post(
            "/v1/payment_methods/pm_card_authenticationRequiredOnSetup/attach", "customer=cus_test_fixture")
        let away = "amount=1000&currency=usd&customer=cus_test_fixture&confirm=true&off_session=true&payment_method="
        #expect(bench.post("/v1/payment_intents", away + method.id).code == "authentication_required")
        let loose = bench.get("/v1/payment_methods/pm_card_authenticationRequiredOnSetup")
        let asked = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&customer=cus_test_fixture&confirm=true&setup_future_usage=off_session"
                + "&payment_method=\(loose.id)")
        #expect(asked["status"] == "requires_action")
        try bench.host.authenticate(world: "w", paymentIntent: asked.id, passes: true, atUnixSeconds: bench.now)
        #expect(bench.post("/v1/payment_intents", away + loose.id)["status"] == "succeeded")
        let ready = bench.post(
            "/v1/payment_methods/pm_card_authenticationRequiredSetupForOffSession/attach", "customer=cus_test_fixture")
        #expect(bench.post("/v1/payment_intents", away + ready.id)["status"] == "succeeded")
    }

    @Test func `a method is kept when the customer agrees and used up when not`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "email=a@example.com")
        let method = bench.post(
            "/v1/payment_methods", "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034")
        let kept = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=\(method.id)&confirm=true&customer=\(customer.id)"
                + "&setup_future_usage=off_session")
        #expect(kept["status"] == "succeeded")
        #expect(bench.get("/v1/payment_methods/\(method.id)")["customer"]?.stringValue == customer.id)
        let stranger = bench.post(
            "/v1/payment_intents", "amount=1000&currency=usd&payment_method=\(method.id)&confirm=true")
        #expect(stranger.param == "payment_method")
        let loose = bench.post(
            "/v1/payment_methods", "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034")
        let body = "amount=1000&currency=usd&payment_method=\(loose.id)&confirm=true"
        #expect(bench.post("/v1/payment_intents", body).status == 200)
        let again = bench.post("/v1/payment_intents", body)
        #expect(again.status == 400)
        #expect(again.message?.hasPrefix("The provided PaymentMethod was previously used") == true)
    }

    @Test func `an authorisation can grow until it is captured`() {
        let bench = Bench()
        let held = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual")
        let path = "/v1/payment_intents/\(held.id)/increment_authorization"
        #expect(bench.post(path, "amount=900").param == "amount")
        #expect(bench.post(path, "amount=1500")["amount_capturable"] == 1500)
        #expect(bench.post("/v1/payment_intents/\(held.id)/capture")["amount_received"] == 1500)
        #expect(bench.post(path, "amount=1600").code == "payment_intent_unexpected_state")
    }

    @Test func `an unknown intent is missing by Stripe's name for it`() {
        let missing = Bench().get("/v1/payment_intents/pi_nope")
        #expect(missing.status == 404)
        #expect(missing.code == "resource_missing")
        #expect(missing.param == "intent")
        #expect(missing.message == "No such payment_intent: 'pi_nope'")
    }
}
