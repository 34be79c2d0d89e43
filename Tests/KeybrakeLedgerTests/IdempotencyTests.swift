import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// What a second call with the same idempotency key gets.
@Suite struct IdempotencyTests {
    private let answer = StoredAnswer(status: 200, headers: [("Request-Id", "req_1")], body: [1, 2, 3])

    @Test func aFinishedCallIsReplayed() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        scene.end(1, .settledUSD(6_00), answer: answer)
        #expect(scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik") == .replay(answer))
        #expect(scene.spend() == [6_00, 0])
        #expect(scene.audit().suffix(2) == ["req_2 intent allowed", "req_2 outcome allowed none"])
        #expect(scene.tables.entries.last?.detail["replay_of"] == "req_1")
        #expect(scene.tables.entries.last?.status == 200)
    }

    @Test func aRunningCallIsInFlight() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        #expect(scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik") == .inFlight)
        #expect(scene.audit().suffix(1) == ["req_2 outcome refused idempotency_key_in_use none"])
        #expect(scene.tables.entries.last?.status == 409)
    }

    @Test func otherParametersAreRefused() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 1, idempotency: "ik")
        scene.end(1, .settledUSD(1), answer: answer)
        let verdict = scene.begin(.reserve(objectID: nil), cents: 2, idempotency: "ik", fingerprint: [8])
        #expect(verdict == .denied(.idempotencyMismatch))
        #expect(scene.tables.entries.last?.status == 400)
    }

    @Test func aCallThatLeftNoAnswerFreesItsKey() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        scene.end(1, .released)
        let verdict = scene.begin(.reserve(objectID: nil), cents: 7_00, idempotency: "ik", fingerprint: [8])
        #expect(verdict.brief == "proceed holding 700")
    }

    @Test func aRefusedCallClaimsNothing() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 60_00, idempotency: "ik")
        let verdict = scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik", fingerprint: [8])
        #expect(verdict.brief == "proceed holding 600")
    }

    @Test func aDeclineThatStripeStoresIsReplayed() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        let declined = StoredAnswer(status: 402, headers: [], body: [9])
        scene.end(1, .released, answer: declined)
        #expect(scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik") == .replay(declined))
    }

    @Test func keysOfTwoVaultKeysDoNotMeet() throws {
        var scene = try Scene(cap: .usdCents(10_00), otherCap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        let verdict = scene.begin(.reserve(objectID: nil), cents: 6_00, key: "other", idempotency: "ik")
        #expect(verdict.brief == "proceed holding 600")
    }

    @Test func anAnswerCountsForOneDay() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.none, idempotency: "ik")
        scene.end(1, .none, answer: answer)
        scene.now += Scene.day - 1
        #expect(scene.begin(.none, idempotency: "ik") == .replay(answer))
        scene.now += 1
        #expect(scene.begin(.none, idempotency: "ik").brief == "proceed")
    }

    @Test func aReplayIsRefusedOnceTheKeyIsRevoked() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.none, idempotency: "ik")
        scene.end(1, .none, answer: answer)
        _ = try scene.change("key", .revoke(reason: nil))
        #expect(scene.begin(.none, idempotency: "ik") == .denied(.keyRevoked))
    }
}
