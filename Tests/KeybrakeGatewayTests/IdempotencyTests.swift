import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOHTTP1
import Testing

/// The same call twice is one call.
struct IdempotencyTests {
    private let desk: GovernedStripe
    private static let charge = "amount=500&currency=usd"
    private static let claim = [("Idempotency-Key", "order-7")]

    init() throws {
        desk = try GovernedStripe()
    }

    private func sentKeys() -> [String] { desk.stripe.requests.flatMap { $0.headers["Idempotency-Key"] } }

    @Test("a repeated call gets the stored answer, and nothing is sent or held again")
    func replay() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(
            200, StripeObject.charge(amount: 500), headers: [("Request-Id", "req_stripe"), ("Idempotency-Key", "kb_x")])
        let first = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        let second = desk.send("POST /v1/charges", "currency=usd&amount=500", key: key, Self.claim)
        #expect(second.status == 200 && second.text == first.text)
        #expect(first.headers["Idempotency-Key"] == ["order-7"])
        #expect(second.headers["Idempotency-Key"] == ["order-7"])
        #expect(second.header("Idempotent-Replayed") == "true" && first.header("Idempotent-Replayed") == nil)
        #expect(second.header("X-Keybrake-Upstream-Request-Id") == "req_stripe")
        #expect(second.header("Request-Id") != first.header("Request-Id"))
        #expect(desk.stripe.requests.count == 1)
        #expect(try await desk.spent(key) == "settled 500, held 0")
        #expect(try await desk.rows().count == 4)
    }

    @Test("a decline is stored, a rejection is not, as at Stripe")
    func stored() async throws {
        let key = try await desk.key()
        for (status, isStored) in [(402, true), (400, false), (429, false)] {
            let claim = [("Idempotency-Key", "k\(status)")]
            desk.stripe.willAnswer(status, StripeObject.error("card_error"))
            _ = desk.send("POST /v1/charges", Self.charge, key: key, claim)
            if !isStored { desk.stripe.willAnswer(200, StripeObject.charge(amount: 500)) }
            #expect(desk.send("POST /v1/charges", Self.charge, key: key, claim).status == (isStored ? status : 200))
        }
    }

    @Test("another call under the same key is refused; one still running is 409")
    func conflicts() async throws {
        let key = try await desk.key()
        desk.stripe.holdBack()
        let first = desk.start("POST /v1/charges", Self.charge, key: key, Self.claim)
        #expect(first.reply == nil)
        let second = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        #expect(second.line == "409 idempotency_key_in_use")
        #expect(second.header("Stripe-Should-Retry") == "true")
        let other = desk.send("POST /v1/charges", "amount=501&currency=usd", key: key, Self.claim)
        #expect(other.line == "400 idempotency_key_reused")
        #expect(other.json["error"]?["type"] == "idempotency_error")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 500))
        desk.stripe.answerWaiting()
        #expect(first.reply?.status == 200 && first.answers == 1)
        #expect(
            desk.send("POST /v1/refunds", "charge=ch_1&amount=5", key: try await desk.key(), Self.claim).status != 400)
        #expect(try await desk.spent(key) == "settled 500, held 0")
    }

    @Test("Stripe sees keys that are unique to the vault key, stable for retries, and fresh where none was sent")
    func upstreamKeys() async throws {
        let one = try await desk.key()
        let two = try await desk.key()
        for key in [one, two] {
            desk.stripe.willAnswer(500, "{}")
            _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        }
        desk.stripe.willAnswer(500, "{}")
        _ = desk.send("POST /v1/charges", Self.charge, key: one, Self.claim)
        for _ in 0..<2 {
            desk.stripe.willAnswer(200, StripeObject.charge(amount: 500))
            _ = desk.send("POST /v1/charges", Self.charge, key: one)
        }
        let keys = sentKeys()
        #expect(keys.count == 5)
        #expect(keys[0] == keys[2])
        #expect(Set(keys).count == 4)
        #expect(keys.allSatisfy { $0.hasPrefix("kb_") && !$0.contains("order") })
    }

    @Test("a retry after an unknown outcome asks Stripe again under the same key and holds nothing more")
    func retryUnknown() async throws {
        let key = try await desk.key(cap: .usdCents(500))
        desk.stripe.willFail(.sent)
        _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        #expect(try await desk.spent(key) == "settled 0, held 500")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 500), headers: [("Idempotent-Replayed", "true")])
        #expect(desk.send("POST /v1/charges", Self.charge, key: key, Self.claim).status == 200)
        #expect(try await desk.spent(key) == "settled 500, held 0")
        #expect(Set(sentKeys()).count == 1)
    }

    @Test("what says nothing about the first attempt leaves it unknown")
    func retryStaysUnknown() async throws {
        let key = try await desk.key(cap: .usdCents(500))
        desk.stripe.willFail(.sent)
        _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        for status in [401, 403, 408, 409, 429, 500, 503] {
            desk.stripe.willAnswer(status, StripeObject.error("api_error"))
            _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
            #expect(try await desk.spent(key) == "settled 0, held 500", "\(status)")
        }
        desk.stripe.willAnswer(400, StripeObject.error("idempotency_error"))
        _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        desk.stripe.willFail(.notSent)
        #expect(desk.send("POST /v1/charges", Self.charge, key: key, Self.claim).line == "504 outcome_unknown")
        #expect(try await desk.spent(key) == "settled 0, held 500")
        desk.stripe.willAnswer(402, StripeObject.error("card_error"))
        _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        #expect(try await desk.spent(key) == "settled 0, held 0")
    }

    @Test("an answer that Stripe replays to a first attempt is an older call's money")
    func foreignReplay() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 500), headers: [("Idempotent-Replayed", "true")])
        #expect(desk.send("POST /v1/charges", Self.charge, key: key, Self.claim).status == 200)
        #expect(try await desk.spent(key) == "settled 0, held 0")
        #expect(try await desk.lastRows().outcome.ending == "released")
    }

    @Test("a refund of the rest is repeated as it was sent, whatever the charge says by then")
    func retriedRefund() async throws {
        let key = try await desk.key()
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900))
        desk.stripe.willFail(.sent)
        #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key, Self.claim).line == "504 outcome_unknown")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900, refunded: 900))
        desk.stripe.willAnswer(200, StripeObject.refund(amount: 900), headers: [("Idempotent-Replayed", "true")])
        #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key, Self.claim).status == 200)
        #expect(desk.stripe.lines[1] == "POST /v1/refunds charge=ch_1&amount=900")
        #expect(desk.stripe.lines[3] == desk.stripe.lines[1])
        #expect(try await desk.spent(key) == "settled 900, held 0")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 900, refunded: 900))
        let third = desk.send("POST /v1/refunds", "charge=ch_1", key: key, Self.claim)
        #expect(third.header("Idempotent-Replayed") == "true" && third.status == 200)
        #expect(desk.stripe.requests.count == 5)
    }

    @Test("revocation binds the next call, also a retry")
    func revoked() async throws {
        let key = try await desk.key()
        desk.stripe.willFail(.sent)
        _ = desk.send("POST /v1/charges", Self.charge, key: key, Self.claim)
        _ = try await desk.ledger.changeKey(
            id: GovernedStripe.id(key), .revoke(reason: nil),
            stamp: AdminStamp(requestID: "req_a", atMicroseconds: desk.now))
        #expect(desk.send("POST /v1/charges", Self.charge, key: key, Self.claim).line == "401 vault_key_revoked")
        #expect(try await desk.spent(key) == "settled 0, held 500")
    }
}
