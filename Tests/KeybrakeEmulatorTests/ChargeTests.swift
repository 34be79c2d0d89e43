import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ChargeTests {
    @Test func `a charge with a test token succeeds and books its money`() {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_visa&description=first")
        #expect(charge.status == 200)
        #expect(charge["status"] == "succeeded")
        #expect(charge["paid"] == true)
        #expect(charge["captured"] == true)
        #expect(charge["amount_captured"] == 2000)
        #expect(charge["source"]?["last4"] == "4242")
        #expect(charge["outcome"]?["type"] == "authorized")
        #expect(charge.headers["X-Keybrake-Emulated"] == "state")
        let transaction = bench.get("/v1/balance_transactions/\(charge["balance_transaction"]?.stringValue ?? "")")
        #expect(transaction["fee"] == 88)
        #expect(transaction["net"] == 1912)
        #expect(transaction["source"]?.stringValue == charge.id)
        #expect(bench.get("/v1/charges/\(charge.id)").bytes == charge.bytes)
        let balance = bench.get("/v1/balance")
        #expect(balance["pending"]?.arrayValue?.first?["amount"] == 1912)
    }

    @Test func `the fixture customer can be charged without a card being named`() {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=500&currency=usd&customer=cus_test_fixture")
        #expect(charge.status == 200)
        #expect(charge["customer"] == "cus_test_fixture")
        #expect(charge["payment_method"] == "card_test_fixture")
    }

    @Test func `a world without fixtures does not know that customer`() {
        let bench = Bench { $0.seedsFixtures = false }
        let refused = bench.post("/v1/charges", "amount=500&currency=usd&customer=cus_test_fixture")
        #expect(refused.status == 400)
        #expect(refused.code == "resource_missing")
        #expect(refused.param == "customer")
        #expect(refused.message == "No such customer: 'cus_test_fixture'")
    }

    @Test(arguments: [
        ("tok_chargeDeclined", "card_declined", "generic_decline"),
        ("tok_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("tok_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("tok_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("tok_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("tok_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("tok_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("tok_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("tok_radarBlock", "card_declined", "fraudulent"),
        ("tok_authenticationRequired", "authentication_required", "authentication_required"),
    ])
    func `a card that declines leaves a failed charge`(token: String, code: String, declineCode: String) {
        let bench = Bench()
        let refused = bench.post("/v1/charges", "amount=2000&currency=usd&source=\(token)")
        #expect(refused.status == 402)
        #expect(refused.error?["type"] == "card_error")
        #expect(refused.code == code)
        #expect(refused.error?["decline_code"]?.stringValue == declineCode)
        let charge = bench.get("/v1/charges/\(refused.error?["charge"]?.stringValue ?? "")")
        #expect(charge["status"] == "failed")
        #expect(charge["failure_code"]?.stringValue == code)
        #expect(charge["balance_transaction"] == .null)
        #expect(charge["paid"] == false)
    }

    @Test func `an authorisation is captured in part and the rest released`() {
        let bench = Bench()
        let held = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa&capture=false")
        #expect(held["captured"] == false)
        #expect(held["balance_transaction"] == .null)
        let over = bench.post("/v1/charges/\(held.id)/capture", "amount=1001")
        #expect(over.code == "amount_too_large")
        let taken = bench.post("/v1/charges/\(held.id)/capture", "amount=700")
        #expect(taken["captured"] == true)
        #expect(taken["amount_captured"] == 700)
        #expect(taken["amount_refunded"] == 300)
        #expect(taken["refunded"] == false)
        #expect(bench.post("/v1/charges/\(held.id)/capture").code == "charge_already_captured")
        let rest = bench.post("/v1/refunds", "charge=\(held.id)")
        #expect(rest["amount"] == 700)
        #expect(bench.get("/v1/charges/\(held.id)")["refunded"] == true)
    }

    @Test func `an authorisation lapses after seven days`() throws {
        let bench = Bench()
        let held = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa&capture=false")
        _ = try bench.host.advanceClock(world: "w", bySeconds: 8 * 86_400, atUnixSeconds: bench.now)
        #expect(bench.get("/v1/charges/\(held.id)")["refunded"] == true)
        #expect(bench.post("/v1/charges/\(held.id)/capture").code == "charge_already_refunded")
    }

    @Test(arguments: [
        ("amount=-5&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=0&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=+5&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=5e3&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=5.0&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=&currency=usd", "parameter_invalid_empty", "amount"),
        ("amount=99999999999999999999&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=100000000&currency=usd", "amount_too_large", "amount"),
        ("amount=49&currency=usd", "amount_too_small", "amount"),
        ("currency=usd", "parameter_missing", "amount"),
        ("amount=100", "parameter_missing", "currency"),
        ("amount=100&currency=usd&custmer=x", "parameter_unknown", "custmer"),
        ("amount=100&currency=usd&shipping[adress]=x", "parameter_unknown", "shipping[adress]"),
    ])
    func `bad parameters are named`(form: String, code: String, param: String) {
        let bench = Bench()
        let refused = bench.post("/v1/charges", form + "&source=tok_visa")
        #expect(refused.status == 400)
        #expect(refused.error?["type"] == "invalid_request_error")
        #expect(refused.code == code)
        #expect(refused.param == param)
        #expect(bench.get("/v1/charges").ids.isEmpty)
    }

    @Test func `an unknown currency is refused with the list of known ones`() {
        let refused = Bench().post("/v1/charges", "amount=100&currency=zzz&source=tok_visa")
        #expect(refused.param == "currency")
        #expect(refused.message?.hasPrefix("Invalid currency: zzz. Stripe currently supports") == true)
    }
}
