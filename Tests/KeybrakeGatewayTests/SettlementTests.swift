import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOCore
import NIOHTTP1
import Testing

/// How a call ends: for the client, for the hold, in the audit.
struct SettlementTests {
    private let desk: GovernedStripe
    private static let charge = "amount=500&currency=usd"

    init() throws {
        desk = try GovernedStripe()
    }

    struct Ending: Sendable {
        let status: Int
        let body: String
        let client: String
        let ending: String
        let spent: String
    }

    @Test(
        "every answer of Stripe's ends the hold of a charge in its own way",
        arguments: [
            Ending(
                status: 200, body: StripeObject.charge(amount: 500), client: "200", ending: "settled",
                spent: "settled 500, held 0"),
            Ending(
                status: 200, body: StripeObject.charge(amount: 500, captured: false), client: "200",
                ending: "authorised",
                spent: "settled 0, held 500"),
            Ending(status: 200, body: "garbage", client: "200", ending: "settled", spent: "settled 500, held 0"),
            Ending(
                status: 200, body: #"{"object":"charge","status":"failed"}"#, client: "200", ending: "released",
                spent: "settled 0, held 0"),
            Ending(
                status: 402, body: StripeObject.error("card_error", code: "card_declined"), client: "402 card_declined",
                ending: "released", spent: "settled 0, held 0"),
            Ending(
                status: 400, body: StripeObject.error("invalid_request_error"), client: "400 code", ending: "released",
                spent: "settled 0, held 0"),
            Ending(
                status: 404, body: StripeObject.error("invalid_request_error"), client: "404 code", ending: "released",
                spent: "settled 0, held 0"),
            Ending(
                status: 401, body: StripeObject.error("invalid_request_error"), client: "502 upstream_auth",
                ending: "released", spent: "settled 0, held 0"),
            Ending(
                status: 403, body: StripeObject.error("invalid_request_error"), client: "502 upstream_auth",
                ending: "released", spent: "settled 0, held 0"),
            Ending(
                status: 429, body: StripeObject.error("api_error"), client: "429 code", ending: "released",
                spent: "settled 0, held 0"),
            Ending(
                status: 409, body: StripeObject.error("api_error"), client: "409 code", ending: "unknown",
                spent: "settled 0, held 500"),
            Ending(
                status: 500, body: StripeObject.error("api_error"), client: "500 code", ending: "unknown",
                spent: "settled 0, held 500"),
            Ending(status: 302, body: "", client: "302", ending: "unknown", spent: "settled 0, held 500"),
        ])
    func answers(_ expected: Ending) async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(expected.status, expected.body)
        let reply = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(reply.line == expected.client)
        let rows = try await desk.lastRows()
        #expect(rows.intent.decision == .allowed)
        #expect(rows.intent.usdCents == 500)
        #expect(rows.outcome.ending == expected.ending)
        #expect(rows.outcome.upstreamStatus == expected.status)
        #expect(rows.outcome.status == reply.status)
        #expect(try await desk.spent(key) == expected.spent)
        #expect(try await desk.rows().count == 2)
    }

    @Test("no answer: released when nothing was sent, unknown and held when the last byte was")
    func failures() async throws {
        let key = try await desk.key()
        desk.stripe.willFail(.notSent)
        let unsent = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(unsent.line == "503 upstream_unreachable")
        #expect(unsent.header("Stripe-Should-Retry") == "true")
        #expect(try await desk.spent(key) == "settled 0, held 0")
        desk.stripe.willFail(.sent)
        let sent = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(sent.line == "504 outcome_unknown")
        #expect(sent.header("Stripe-Should-Retry") == "true")
        #expect(try await desk.spent(key) == "settled 0, held 500")
        let row = try await desk.lastRows().outcome
        #expect(row.ending == "unknown" && row.status == 504 && row.upstreamStatus == nil)
    }

    @Test("reads that get no answer hold nothing and are no refusals")
    func reads() async throws {
        let key = try await desk.key()
        desk.stripe.willFail(.sent)
        #expect(desk.send("GET /v1/balance", key: key).line == "504 upstream_no_answer")
        desk.stripe.willFail(.notSent)
        #expect(desk.send("GET /v1/balance", key: key).line == "503 upstream_unreachable")
        desk.stripe.willAnswer(401, StripeObject.error("invalid_request_error"))
        #expect(desk.send("GET /v1/balance", key: key).line == "502 upstream_auth")
        let row = try await desk.lastRows().outcome
        #expect(row.decision == .allowed && row.refusal == nil && row.upstreamStatus == 401)
        #expect(row.detail["error"] == "upstream_auth")
        desk.stripe.willAnswer(404, StripeObject.error("invalid_request_error", code: "resource_missing"))
        #expect(desk.send("GET /v1/charges/ch_9", key: key).line == "404 resource_missing")
    }

    @Test("when the ledger cannot write, nothing goes out, reads included")
    func failClosed() async throws {
        let key = try await desk.key()
        await desk.ledger.close()
        for (operation, form) in [
            ("POST /v1/charges", Self.charge), ("GET /v1/balance", ""), ("POST /v1/refunds", "charge=ch_1"),
        ] {
            let reply = desk.send(operation, form, key: key)
            #expect(reply.line == "503 fail_closed")
            #expect(reply.header("Stripe-Should-Retry") == "true")
        }
        #expect(desk.stripe.requests.isEmpty)
    }

    @Test("a PaymentIntent is one spend: created, raised, confirmed, captured for less")
    func intentLife() async throws {
        let key = try await desk.key()
        func step(_ path: String, _ form: String, _ answer: String) -> String {
            desk.stripe.willAnswer(200, answer)
            return desk.send("POST /v1/payment_intents\(path)", form, key: key).line
        }
        #expect(
            step("", "amount=1000&currency=usd", StripeObject.intent(amount: 1_000, status: "requires_confirmation"))
                == "200")
        #expect(try await desk.spent(key) == "settled 0, held 1000")
        #expect(
            step("/pi_1", "amount=3000", StripeObject.intent(amount: 3_000, status: "requires_confirmation")) == "200")
        #expect(try await desk.spent(key) == "settled 0, held 3000")
        #expect(
            step("/pi_1", "metadata[a]=b", StripeObject.intent(amount: 3_000, status: "requires_confirmation")) == "200"
        )
        #expect(step("/pi_1/confirm", "", StripeObject.intent(amount: 3_000, status: "requires_capture")) == "200")
        #expect(try await desk.spent(key) == "settled 0, held 3000")
        let captured = StripeObject.intent(amount: 3_000, status: "succeeded", received: 1_200)
        #expect(step("/pi_1/capture", "amount_to_capture=1200", captured) == "200")
        #expect(try await desk.spent(key) == "settled 1200, held 0")
        #expect(
            desk.send("POST /v1/payment_intents", "amount=8801&currency=usd", key: key).line == "401 spend_cap_exceeded"
        )
        #expect(desk.stripe.requests.count == 5)
        #expect(desk.stripe.faults == [])
    }

    @Test("raising an intent above the cap is refused, and the hold stays as it was")
    func raiseAboveCap() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.intent(amount: 9_000, status: "requires_confirmation"))
        _ = desk.send("POST /v1/payment_intents", "amount=9000&currency=usd", key: key)
        #expect(desk.send("POST /v1/payment_intents/pi_1", "amount=10001", key: key).line == "401 spend_cap_exceeded")
        #expect(
            desk.send("POST /v1/payment_intents/pi_1/increment_authorization", "amount=10001", key: key).line
                == "401 spend_cap_exceeded")
        #expect(try await desk.spent(key) == "settled 0, held 9000")
    }

    @Test("only a cancel that succeeded frees the hold")
    func cancel() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.intent(amount: 1_000, status: "requires_capture"))
        _ = desk.send("POST /v1/payment_intents", "amount=1000&currency=usd&confirm=true", key: key)
        for status in [400, 401, 404, 409, 429, 500] {
            desk.stripe.willAnswer(status, StripeObject.error("api_error"))
            _ = desk.send("POST /v1/payment_intents/pi_1/cancel", key: key)
            #expect(try await desk.spent(key) == "settled 0, held 1000", "\(status)")
        }
        for reach in [UpstreamFailure.Reach.sent, .notSent] {
            desk.stripe.willFail(reach)
            _ = desk.send("POST /v1/payment_intents/pi_1/cancel", key: key)
            #expect(try await desk.spent(key) == "settled 0, held 1000")
        }
        desk.stripe.willAnswer(200, StripeObject.intent(amount: 1_000, status: "canceled"))
        #expect(desk.send("POST /v1/payment_intents/pi_1/cancel", key: key).status == 200)
        #expect(try await desk.spent(key) == "settled 0, held 0")
    }

    @Test("an intent that the proxy has not seen is read before it is confirmed")
    func unseenIntent() async throws {
        let key = try await desk.key(cap: .usdCents(2_000))
        desk.stripe.willAnswer(200, StripeObject.intent("pi_9", amount: 2_001, status: "requires_confirmation"))
        #expect(desk.send("POST /v1/payment_intents/pi_9/confirm", key: key).line == "401 spend_cap_exceeded")
        desk.stripe.willAnswer(200, StripeObject.intent("pi_9", amount: 2_000, status: "requires_confirmation"))
        desk.stripe.willAnswer(200, StripeObject.intent("pi_9", amount: 2_000, status: "succeeded", received: 2_000))
        #expect(desk.send("POST /v1/payment_intents/pi_9/confirm", key: key).status == 200)
        #expect(try await desk.spent(key) == "settled 2000, held 0")
        #expect(try await desk.lastRows().outcome.detail["pre_read"] == "GET /v1/payment_intents/{intent}")
        #expect(
            desk.stripe.requests.filter { $0.method == .GET }.allSatisfy {
                $0.headers["Stripe-Version"] == [Catalogue.shared.apiVersion]
            })
    }

    @Test("a pre-read that fails ends the call before anything is held")
    func preReadFails() async throws {
        let key = try await desk.key()
        let table: [(Int, String)] = [
            (404, "404 resource_missing"), (400, "502 not_priceable"), (401, "502 upstream_auth"),
            (500, "503 upstream_unreachable"), (429, "503 upstream_unreachable"), (200, "403 not_priceable"),
        ]
        for (status, expected) in table {
            desk.stripe.willAnswer(status, "{}")
            #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key).line == expected)
        }
        desk.stripe.willFail(.sent)
        #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key).line == "503 upstream_unreachable")
        #expect(desk.stripe.requests.allSatisfy { $0.method == .GET })
        #expect(try await desk.spent(key) == "settled 0, held 0")
        #expect(try await desk.rows().count == 14)
    }

    @Test("a refund without amount is sent with the rest that was read")
    func refundOfTheRest() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900, refunded: 200))
        desk.stripe.willAnswer(200, StripeObject.refund(amount: 700))
        #expect(desk.send("POST /v1/refunds", "charge=ch_1&reason=duplicate", key: key).status == 200)
        #expect(desk.stripe.lines[1] == "POST /v1/refunds charge=ch_1&reason=duplicate&amount=700")
        #expect(try await desk.spent(key) == "settled 700, held 0")
        let row = try await desk.lastRows().outcome
        #expect(row.objectID == "re_1" && row.relatedID == "ch_1" && row.meter == "refund")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900))
        desk.stripe.willAnswer(200, StripeObject.refund(amount: 50))
        #expect(desk.send("POST /v1/charges/ch_1/refund", "amount=50", key: key).status == 200)
        #expect(try await desk.spent(key) == "settled 750, held 0")
        #expect(desk.send("POST /v1/refunds", "amount=5", key: key).line == "403 not_priceable")
        #expect(desk.send("POST /v1/refunds", "charge=ch_1&payment_intent=pi_1", key: key).status == 400)
        #expect(desk.send("POST /v1/refunds", "charge=../x", key: key).status == 400)
    }

    @Test("of an authorisation nothing is stated, and its whole amount is held")
    func refundOfAuthorisation() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900, captured: false))
        desk.stripe.willAnswer(200, StripeObject.refund(amount: 900))
        #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key).status == 200)
        #expect(desk.stripe.lines[1] == "POST /v1/refunds charge=ch_1")
    }

    @Test("what cannot be priced is refused, what states its amount is held under its own meter")
    func otherOperations() async throws {
        let key = try await desk.key(["POST /v1/*", "DELETE /v1/*"])
        let unpriced = [
            "POST /v1/subscriptions", "POST /v1/invoices/in_1/pay", "POST /v1/checkout/sessions",
            "POST /v1/setup_intents", "POST /v1/invoices/in_1/void", "POST /v1/tax/calculations",
            "POST /v1/disputes/dp_1/close", "DELETE /v1/customers/cus_1", "POST /v1/issuing/cards",
        ]
        for operation in unpriced {
            #expect(desk.send(operation, key: key).line == "403 not_priceable", "\(operation)")
        }
        #expect(desk.send("POST /v1/customers", "balance=-500", key: key).line == "403 not_priceable")
        let item = "amount=100&currency=usd&customer=cus_1"
        #expect(desk.send("POST /v1/invoiceitems", item + "&quantity=1000", key: key).line == "403 not_priceable")
        #expect(desk.stripe.requests.isEmpty)
        let priced = [
            ("POST /v1/payouts", "amount=100&currency=usd", "payout"),
            ("POST /v1/transfers", "amount=100&currency=usd", "transfer"),
            ("POST /v1/customers/cus_1/balance_transactions", "amount=-100&currency=usd", "credit"),
            (
                "POST /v1/billing/credit_grants", "amount[monetary][value]=100&amount[monetary][currency]=usd", "credit"
            ),
        ]
        for (operation, form, meter) in priced {
            desk.stripe.willAnswer(200, #"{"id":"x_1","object":"x","amount":100,"currency":"usd"}"#)
            #expect(desk.send(operation, form, key: key).status == 200, "\(operation)")
            #expect(try await desk.lastRows().outcome.meter == meter)
        }
        #expect(try await desk.spent(key) == "settled 400, held 0")
        desk.stripe.willAnswer(200, #"{"id":"cus_9","object":"customer"}"#)
        #expect(desk.send("POST /v1/customers", "name=x", key: key).status == 200)
        let row = try await desk.lastRows().outcome
        #expect(row.ending == "none" && row.meter == nil && row.objectID == "cus_9")
    }

    @Test("other currencies are counted in dollars, rounded up, with a buffer; without a rate they are refused")
    func currencies() async throws {
        let fx = FXTable(["eur": 1_085_000, "jpy": 6_700, "bhd": 2_650_000])
        let desk = try GovernedStripe(fx: fx)
        let key = try await desk.key(cap: .unlimited)
        // 10.00 × 1.085 × 1.03 = 11.1755; 1,000 × 0.0067 × 1.03 = 6.901; 1.000 × 2.65 × 1.03 = 2.7295
        for (form, cents) in [("1000&currency=eur", 1_118), ("1000&currency=JPY", 691), ("1000&currency=bhd", 273)] {
            desk.stripe.willFail(.sent)
            _ = desk.send("POST /v1/charges", "amount=\(form)", key: key)
            #expect(try await desk.lastRows().outcome.usdCents == Int64(cents), "\(form)")
        }
        let reply = desk.send("POST /v1/charges", "amount=1000&currency=gbp", key: key)
        #expect(reply.line == "403 not_priceable")
        #expect(try await desk.lastRows().outcome.money?.currency.code == "gbp")
        #expect(
            FXTable(["eur": .max]).usdCents(Money(minorUnits: 1_000, currency: try #require(Currency("eur")))) == nil)
        let edge = FXTable(["jpy": Int64.max / 103])
        #expect(
            edge.usdCents(Money(minorUnits: 1, currency: try #require(Currency("jpy")))) == Int64.max / 1_000_000 + 1)
    }

    @Test("an answer's figures are read as far as they are figures")
    func answerFacts() {
        func facts(_ text: String) -> AnswerFacts { AnswerFacts(ByteBuffer(string: text)) }
        #expect(facts(#"{"amount":999999999999999999}"#).amount == 999_999_999_999_999_999)
        for text in ["9999999999999999999", "-5", "1.5", "\"5\"", "null", "1e3"] {
            #expect(facts("{\"amount\":\(text)}").amount == nil, "\(text)")
        }
        #expect(facts(#"{"customer":{"id":"cus_1"},"charge":"ch_1","latest_charge":null}"#).customer == "cus_1")
        #expect(facts(#"{"error":{"type":"card_error"}}"#).errorType == "card_error")
        for text in ["", "{", "[]", "{\"id\"", "{\"id\":", "{\"id\":\"", "null", "{\"customer\":{"] {
            #expect(facts(text).id == nil)
        }
    }
}
