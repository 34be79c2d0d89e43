import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// What setting up leaves behind, and what is handed over once.
@Suite struct MandateTests {
    private static let bank =
        "payment_method_data[type]=us_bank_account&payment_method_data[billing_details][name]=Ada"
        + "&payment_method_data[us_bank_account][account_number]=000123456789"
        + "&payment_method_data[us_bank_account][routing_number]=110000000"
        + "&payment_method_data[us_bank_account][account_holder_type]=individual"
    private static let byDeposits = bank + "&payment_method_options[us_bank_account][verification_method]=microdeposits"

    @Test func `setting up a debit writes a mandate, which ends with its method`() {
        let bench = Bench()
        let intent = bench.post(
            "/v1/setup_intents",
            "confirm=true&customer=cus_test_fixture&payment_method_types[0]=us_bank_account&\(Self.bank)"
                + "&mandate_data[customer_acceptance][type]=online"
                + "&mandate_data[customer_acceptance][online][ip_address]=127.0.0.1"
                + "&mandate_data[customer_acceptance][online][user_agent]=test")
        #expect(intent["status"] == "succeeded")
        let id = intent["mandate"]?.stringValue ?? ""
        let mandate = bench.get("/v1/mandates/\(id)")
        #expect(mandate["status"] == "active")
        #expect(mandate["customer_acceptance"]?["online"]?["ip_address"] == "127.0.0.1")
        #expect(mandate["payment_method"] == intent["payment_method"])
        #expect(ShapeFit.misfits(mandate.body, .resource("mandate")) == [])
        _ = bench.post("/v1/payment_methods/\(intent["payment_method"]?.stringValue ?? "")/detach")
        #expect(bench.get("/v1/mandates/\(id)")["status"] == "inactive")
        #expect(bench.get("/v1/events", "type=mandate.updated").ids.count == 1)
        let card = bench.post("/v1/setup_intents", "confirm=true&payment_method=pm_card_visa")
        #expect(card["mandate"] == .null)
    }

    @Test func `each confirmation is an attempt`() throws {
        let bench = Bench()
        let refused = bench.post("/v1/setup_intents", "confirm=true&payment_method=pm_card_chargeDeclined")
        let id = refused.error?["setup_intent"]?["id"]?.stringValue ?? ""
        let asked = bench.post("/v1/setup_intents/\(id)/confirm", "payment_method=pm_card_authenticationRequired")
        #expect(asked["status"] == "requires_action")
        let waiting = bench.get("/v1/setup_attempts", "setup_intent=\(id)")["data"]?.arrayValue ?? []
        #expect(waiting.map { $0["status"] } == ["requires_action", "failed"])
        #expect(waiting.last?["setup_error"]?["code"] == "card_declined")
        try bench.host.authenticate(world: "w", paymentIntent: id, passes: true, atUnixSeconds: bench.now)
        let attempts = bench.get("/v1/setup_attempts", "setup_intent=\(id)")["data"]?.arrayValue ?? []
        #expect(attempts.first?["status"] == "succeeded")
        #expect(bench.get("/v1/setup_intents/\(id)")["latest_attempt"] == attempts.first?["id"])
        for attempt in attempts { #expect(ShapeFit.misfits(attempt, .resource("setup_attempt")) == []) }
    }

    @Test(arguments: [
        ("amounts[0]=32&amounts[1]=45", "succeeded"), ("descriptor_code=SM11AA", "succeeded"),
        ("descriptor_code=SM33CC", "attempts_exceeded"), ("amounts[0]=10&amounts[1]=11", "attempts_exceeded"),
        ("descriptor_code=SM44DD", "timeout"), ("descriptor_code=SM99ZZ", "descriptor_code_mismatch"),
        ("amounts[0]=1&amounts[1]=2", "amounts_mismatch"),
    ])
    func `bank accounts are verified by small deposits`(_ form: String, _ end: String) {
        var bench = Bench()
        let setup = bench.post(
            "/v1/setup_intents",
            "confirm=true&payment_method_types[0]=us_bank_account&\(Self.byDeposits)")
        #expect(setup["status"] == "requires_action")
        #expect(setup["next_action"]?["type"] == "verify_with_microdeposits")
        let payment = bench.post(
            "/v1/payment_intents",
            "amount=500&currency=usd&confirm=true&payment_method_types[0]=us_bank_account&\(Self.byDeposits)"
        )
        #expect(payment["next_action"]?["type"] == "verify_with_microdeposits")
        let ends = [
            bench.post("/v1/setup_intents/\(setup.id)/verify_microdeposits", form),
            bench.post("/v1/payment_intents/\(payment.id)/verify_microdeposits", form),
        ]
        if end == "succeeded" {
            #expect(ends[0]["status"] == "succeeded")
            #expect(ends[1]["status"] == "processing")
            bench.now += 10 * CivilTime.secondsPerDay
            #expect(bench.get("/v1/payment_intents/\(payment.id)")["status"] == "succeeded")
            return
        }
        for refused in ends { #expect(refused.code == "payment_method_microdeposit_verification_\(end)") }
        let status = end == "attempts_exceeded" ? "requires_payment_method" : "requires_action"
        #expect(bench.get("/v1/setup_intents/\(setup.id)")["status"]?.stringValue == status)
        #expect(bench.get("/v1/payment_intents/\(payment.id)")["status"]?.stringValue == status)
        #expect(bench.get("/v1/charges").ids.isEmpty)
    }

    @Test func `a confirmation token pays once`() {
        let bench = Bench()
        let token = bench.post("/v1/test_helpers/confirmation_tokens", "payment_method=pm_card_mastercard")
        #expect(token["payment_method_preview"]?["card"]?["brand"] == "mastercard")
        #expect(ShapeFit.misfits(token.body, .resource("confirmation_token")) == [])
        let paid = bench.post(
            "/v1/payment_intents", "amount=500&currency=usd&confirm=true&confirmation_token=\(token.id)")
        #expect(paid["status"] == "succeeded")
        #expect(bench.get("/v1/confirmation_tokens/\(token.id)")["payment_intent"]?.stringValue == paid.id)
        let again = bench.post(
            "/v1/payment_intents", "amount=500&currency=usd&confirm=true&confirmation_token=\(token.id)")
        #expect(again.param == "confirmation_token")
        let late = bench.post("/v1/test_helpers/confirmation_tokens", "payment_method=pm_card_visa").id
        var later = bench
        later.now += 13 * 3_600
        #expect(
            later.post("/v1/setup_intents", "confirm=true&confirmation_token=\(late)").message?.contains("expired")
                == true)
    }

    @Test func `secrets for a customer's client`() {
        let bench = Bench()
        let session = bench.post(
            "/v1/customer_sessions", "customer=cus_test_fixture&components[buy_button][enabled]=true")
        #expect(session["client_secret"]?.stringValue?.hasPrefix("cuss_secret_") == true)
        #expect(session["expires_at"]?.integerValue == bench.now + 1_800)
        #expect(session["components"]?["buy_button"]?["enabled"] == true)
        #expect(
            bench.post("/v1/customer_sessions", "customer=cus_none&components[buy_button][enabled]=true").status == 400)
        let key = bench.post("/v1/ephemeral_keys", "customer=cus_test_fixture")
        #expect(key["secret"]?.stringValue?.hasPrefix("ek_test_") == true)
        let ended = bench.delete("/v1/ephemeral_keys/\(key.id)")
        #expect(ended["secret"] == nil)
        #expect(ended["expires"]?.integerValue == bench.now)
        #expect(bench.delete("/v1/ephemeral_keys/\(key.id)").status == 404)
    }

    @Test func `an intent lists what its amount is made of`() {
        let bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=700&currency=usd&amount_details[shipping][amount]=100"
                + "&amount_details[line_items][0][product_name]=Tea&amount_details[line_items][0][quantity]=2"
                + "&amount_details[line_items][0][unit_cost]=300")
        #expect(intent["amount_details"]?["shipping"]?["amount"] == 100)
        let items = bench.get("/v1/payment_intents/\(intent.id)/amount_details_line_items")
        #expect(items.ids.count == 1)
        let item = items["data"]?.arrayValue?.first
        #expect(item?["product_name"] == "Tea")
        #expect(item?["unit_cost"] == 300)
        #expect(
            ShapeFit.misfits(item ?? .null, .resource("payment_intent_amount_details_line_item")) == [])
    }
}
