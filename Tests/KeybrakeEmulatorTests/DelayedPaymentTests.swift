import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct DelayedPaymentTests {
    static let bank =
        "type=us_bank_account&us_bank_account[account_number]=000123456789&us_bank_account[routing_number]=110000000"
        + "&us_bank_account[account_holder_type]=individual&billing_details[name]=A"

    @Test func `a bank account becomes a payment method that can be attached`() {
        let bench = Bench()
        let method = bench.post("/v1/payment_methods", Self.bank)
        #expect(method["type"] == "us_bank_account")
        #expect(method["us_bank_account"]?["last4"] == "6789")
        #expect(method["card"] == nil)
        let attached = bench.post("/v1/payment_methods/\(method.id)/attach", "customer=cus_test_fixture")
        #expect(attached["customer"] == "cus_test_fixture")
        #expect(bench.get("/v1/payment_methods", "customer=cus_test_fixture&type=us_bank_account").ids == [method.id])
    }

    @Test(arguments: [
        ("sepa_debit", "sepa_debit[iban]=DE89370400440532013000"), ("link", ""), ("ideal", "ideal[bank]=ing"),
        ("au_becs_debit", "au_becs_debit[account_number]=000123456&au_becs_debit[bsb_number]=000000"),
        ("klarna", ""), ("paypal", ""), ("cashapp", ""),
    ])
    func `every type can be made, and what is made fits its shape`(type: String, form: String) {
        let bench = Bench()
        let method = bench.post("/v1/payment_methods", "type=\(type)&\(form)")
        #expect(method["type"]?.stringValue == type)
        #expect(ShapeFit.misfits(method.body, .resource("payment_method")) == [])
        #expect(bench.get("/v1/payment_methods/\(method.id)").body == method.body)
    }

    @Test func `a bank debit is processing until the bank has answered`() {
        var bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=10000&currency=usd&payment_method_types[]=us_bank_account"
                + "&payment_method=pm_usBankAccount_success&confirm=true")
        #expect(intent["status"] == "processing")
        let id = intent["latest_charge"]?.stringValue ?? ""
        #expect(bench.get("/v1/charges/\(id)")["status"] == "pending")
        #expect(bench.get("/v1/charges/\(id)")["balance_transaction"] == .null)
        #expect(bench.post("/v1/refunds", "charge=\(id)").status == 400)
        #expect(
            ShapeFit.misfits(bench.get("/v1/charges/\(id)").body, .resource("charge")) == [".source: unknown member"])
        bench.now += 4 * CivilTime.secondsPerDay
        #expect(bench.get("/v1/payment_intents/\(intent.id)")["status"] == "succeeded")
        let charge = bench.get("/v1/charges/\(id)", "expand[]=balance_transaction")
        #expect(charge["status"] == "succeeded")
        #expect(charge["balance_transaction"]?["fee"] == 80)
        #expect(bench.get("/v1/events", "type=payment_intent.processing").ids.count == 1)
        #expect(bench.get("/v1/events", "type=payment_intent.succeeded").ids.count == 1)
    }

    @Test func `a debit that the bank refuses asks for another method`() {
        var bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=10000&currency=usd&payment_method=pm_usBankAccount_insufficientFunds&confirm=true")
        #expect(intent["status"] == "processing")
        bench.now += 10 * CivilTime.secondsPerDay
        let failed = bench.get("/v1/payment_intents/\(intent.id)")
        #expect(failed["status"] == "requires_payment_method")
        #expect(failed["last_payment_error"]?["code"] == "insufficient_funds")
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 0)
    }

    @Test func `a canceled debit stays canceled`() {
        var bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents", "amount=10000&currency=usd&payment_method=pm_usBankAccount_success&confirm=true")
        #expect(bench.post("/v1/payment_intents/\(intent.id)/cancel")["status"] == "canceled")
        bench.now += 10 * CivilTime.secondsPerDay
        #expect(bench.get("/v1/payment_intents/\(intent.id)")["status"] == "canceled")
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 0)
    }

    @Test func `a redirect waits for the payer`() throws {
        let bench = Bench()
        let method = bench.post("/v1/payment_methods", "type=ideal").id
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=eur&payment_method=\(method)&confirm=true&return_url=https://a.b")
        #expect(intent["status"] == "requires_action")
        #expect(intent["next_action"]?["type"] == "redirect_to_url")
        try bench.host.authenticate(world: "w", paymentIntent: intent.id, passes: true, atUnixSeconds: bench.now)
        #expect(bench.get("/v1/payment_intents/\(intent.id)")["status"] == "succeeded")
    }

    @Test func `an intent takes the types that it names`() {
        let bench = Bench()
        let form =
            "amount=1000&currency=usd&payment_method_types[]=card&payment_method=pm_usBankAccount_success&confirm=true"
        #expect(bench.post("/v1/payment_intents", form).param == "payment_method")
        #expect(bench.post("/v1/payment_methods", "type=us_bank_account").param == "us_bank_account[routing_number]")
        #expect(bench.post("/v1/payment_methods", "type=sepa_debit&sepa_debit[iban]=x").param == "sepa_debit[iban]")
    }
}
