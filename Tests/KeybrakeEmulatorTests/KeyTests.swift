import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct KeyTests {
    private func bench(_ key: String) -> Bench {
        var bench = Bench()
        bench.apiKey = key
        return bench
    }

    @Test(arguments: [
        ("", "You did not provide an API key."), ("sk_live_abcdefgh", "The emulator takes no live keys."),
        ("rk_live_abcdefgh", "The emulator takes no live keys."), ("nonsense", "Invalid API Key provided: ********"),
        ("sk_test_", "Invalid API Key provided: ********"),
        ("sk_prod_abcdefghijkl", "Invalid API Key provided: sk_prod_********ijkl"),
    ])
    func `what is no test key is refused`(key: String, message: String) {
        let refused = bench(key).get("/v1/customers")
        #expect(refused.status == 401)
        #expect(refused.message?.hasPrefix(message) == true, "\(refused.message ?? "")")
    }

    @Test func `a publishable key may do what a browser may, and sees no more`() {
        let shop = Bench()
        let browser = bench("pk_test_browser")
        let number = "card[number]=4242424242424242&card[exp_month]=8&card[exp_year]=2034&card[cvc]=123"
        var visitor = shop
        visitor.apiKey = browser.apiKey
        let refused = visitor.get("/v1/customers")
        #expect(refused.status == 401)
        #expect(refused.code == "secret_key_required")
        #expect(visitor.post("/v1/charges", "amount=100&currency=usd&source=tok_visa").code == "secret_key_required")
        let token = visitor.post("/v1/tokens", number)
        #expect(token.status == 200)
        #expect(token["card"]?["last4"] == "4242")
        #expect(token["card"]?["fingerprint"] == nil)
        #expect(shop.get("/v1/tokens/\(token.id)")["card"]?["fingerprint"] != nil)
        let method = visitor.post("/v1/payment_methods", "type=card&\(number)")
        #expect(method["metadata"] == nil)
        let intent = shop.post("/v1/payment_intents", "amount=1000&currency=usd&metadata[a]=b")
        let secret = intent["client_secret"]?.stringValue ?? ""
        #expect(visitor.get("/v1/payment_intents/\(intent.id)").param == "client_secret")
        let wrong = visitor.get("/v1/payment_intents/\(intent.id)", "client_secret=wrong")
        #expect(wrong.code == "payment_intent_invalid_parameter")
        let seen = visitor.get("/v1/payment_intents/\(intent.id)", "client_secret=\(secret)")
        #expect(seen["amount"] == 1_000)
        #expect(seen["client_secret"] == .string(secret))
        #expect(seen["metadata"] == nil)
        #expect(seen["latest_charge"] == nil)
        let path = "/v1/payment_intents/\(intent.id)/confirm"
        #expect(visitor.post(path, "payment_method=\(method.id)").param == "client_secret")
        let declined = visitor.post(path, "payment_method=pm_card_chargeDeclined&client_secret=\(secret)")
        #expect(declined.status == 402)
        #expect(declined.error?["payment_intent"]?["metadata"] == nil)
        #expect(declined.error?["payment_intent"]?["status"] == "requires_payment_method")
        let paid = visitor.post(path, "payment_method=\(method.id)&client_secret=\(secret)")
        #expect(paid["status"] == "succeeded")
        #expect(paid["metadata"] == nil)
        #expect(shop.get("/v1/payment_intents/\(intent.id)")["metadata"] == ["a": "b"])
        let setup = shop.post("/v1/setup_intents")
        let setupSecret = setup["client_secret"]?.stringValue ?? ""
        let confirmed = visitor.post(
            "/v1/setup_intents/\(setup.id)/confirm", "payment_method=pm_card_visa&client_secret=\(setupSecret)")
        #expect(confirmed["status"] == "succeeded")
        #expect(
            visitor.get("/v1/setup_intents/\(setup.id)", "client_secret=x").code == "setup_intent_invalid_parameter")
    }

    @Test func `a restricted key does what its own text permits`() {
        let limited = bench("rk_test_charges_read__customers_write__abc123")
        #expect(limited.get("/v1/charges").status == 200)
        #expect(limited.get("/v1/customers").status == 200)
        #expect(limited.post("/v1/customers", "name=A").status == 200)
        let refused = limited.post("/v1/charges", "amount=100&currency=usd&source=tok_visa")
        #expect(refused.status == 403)
        #expect(refused.error?["type"] == "invalid_request_error")
        #expect(refused.code == "more_permissions_required")
        let account = Bench().get("/v1/account").id
        #expect(
            refused.message
                == "The provided key 'rk_test_********************abc123' does not have the required permissions for "
                + "this endpoint on account '\(account)'. Having the 'rak_charge_write' permission would allow this "
                + "request to continue.")
        #expect(limited.get("/v1/refunds").status == 200)
        #expect(limited.post("/v1/refunds", "charge=ch_x").message?.contains("'rak_refund_write'") == true)
        #expect(limited.get("/v1/prices").message?.contains("'rak_plan_read'") == true)
        #expect(limited.get("/v1/webhook_endpoints").message?.contains("'rak_webhook_read'") == true)
        #expect(limited.get("/v1/checkout/sessions").message?.contains("'rak_checkout_session_read'") == true)
        #expect(bench("rk_test_charges_read__nonsense_read__x").get("/v1/charges").status == 401)
        #expect(bench("rk_test_51Plain__key").post("/v1/customers").status == 200)
        #expect(bench("rk_test_51Plain").post("/v1/customers").status == 200)
    }

    @Test func `every operation needs a permission that can be named`() {
        for operation in Catalogue.shared.operations {
            let needed = KeyPermission(operation)
            #expect(KeyPermission(needed.description) == needed, "\(operation.name): \(needed)")
            #expect(KeyPermission("rak_\(needed)") == needed)
            #expect(needed.isWrite == (operation.verb != .get))
        }
        #expect(KeyPermission("charge_admin") == nil)
        #expect(KeyPermission("nonsense_read") == nil)
    }

    @Test func `permissions and their end can be registered for a world`() throws {
        var limited = bench("rk_test_51Registered")
        try limited.host.register(key: limited.apiKey, permissions: ["rak_customer_read"], world: "w")
        #expect(limited.get("/v1/customers").status == 200)
        #expect(limited.post("/v1/customers").status == 403)
        limited.world = "other"
        #expect(limited.post("/v1/customers").status == 200)
        limited.world = "w"
        try limited.host.register(key: limited.apiKey, permissions: nil, expiresAt: Bench.start + 10, world: "w")
        #expect(limited.post("/v1/customers").status == 200)
        limited.now += 10
        let expired = limited.post("/v1/customers")
        #expect(expired.status == 401)
        #expect(expired.code == "api_key_expired")
        #expect(expired.message == "Expired API Key provided: rk_test_********ered")
        try limited.host.revoke(key: "sk_test_bench", world: "w")
        limited.apiKey = "sk_test_bench"
        #expect(limited.get("/v1/customers").code == "api_key_expired")
        #expect(throws: EmulatorHost.Failure.self) {
            try limited.host.register(key: "rk_test_x", permissions: ["nope"], world: "w")
        }
        #expect(throws: EmulatorHost.Failure.self) {
            try limited.host.register(key: "sk_live_x", permissions: nil, world: "w")
        }
    }
}
