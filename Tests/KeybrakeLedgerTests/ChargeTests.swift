import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// One call that charges once: hold, then one of its endings.
@Suite struct ChargeTests {
    @Test func settlingMovesWhatWasHeld() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        #expect(scene.begin(.reserve(objectID: nil), cents: 4_00).brief == "proceed holding 400")
        #expect(scene.spend() == [0, 4_00])
        scene.end(1, .settledUSD(4_00), object: "ch_1")
        #expect(scene.spend() == [4_00, 0])
        #expect(scene.states() == [])
        #expect(scene.audit() == ["req_1 intent allowed", "req_1 outcome allowed settled"])
    }

    @Test func theCapIsInclusive() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        #expect(scene.begin(.reserve(objectID: nil), cents: 4_00).brief == "proceed holding 400")
        #expect(scene.begin(.reserve(objectID: nil), cents: 6_00).brief == "proceed holding 600")
        #expect(scene.begin(.reserve(objectID: nil), cents: 1).brief == "denied: 0 left, 1 asked")
        #expect(scene.spend() == [0, 10_00])
        #expect(
            scene.audit().suffix(2) == [
                "req_3 intent refused spend_cap_exceeded", "req_3 outcome refused spend_cap_exceeded none",
            ])
    }

    @Test func aRefusalNamesTheFigures() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 4_00)
        scene.end(1, .settledUSD(4_00))
        scene.begin(.reserve(objectID: nil), cents: 3_00)
        let verdict = scene.begin(.reserve(objectID: nil), cents: 3_01)
        let facts = SpendCapFacts(
            capUSDCents: 10_00, settledUSDCents: 4_00, heldUSDCents: 3_00, askedUSDCents: 3_01,
            windowEndsAtSeconds: Scene.noon / 1_000_000 + 12 * 3_600)
        #expect(verdict == .denied(.spendCapExceeded(facts)))
        #expect(scene.tables.entries.last?.status == 401)
    }

    @Test func zeroIsACapAndUnlimitedIsNone() throws {
        var scene = try Scene(cap: .usdCents(0), otherCap: .unlimited)
        #expect(scene.begin(.reserve(objectID: nil), cents: 1).brief == "denied: 0 left, 1 asked")
        #expect(scene.begin(.reserve(objectID: nil), cents: 0).brief == "proceed holding 0")
        #expect(scene.begin(.reserve(objectID: nil), cents: 1 << 50, key: "other").brief.hasPrefix("proceed"))
        // More than can be counted is refused even without a cap.
        #expect(scene.begin(.reserve(objectID: nil), cents: .max, key: "other").brief == "denied: not_priceable")
    }

    @Test func aDeclineFreesTheHold() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 10_00)
        scene.end(1, .released)
        #expect(scene.spend() == [0, 0])
        #expect(scene.begin(.reserve(objectID: nil), cents: 10_00).brief == "proceed holding 1000")
        scene.end(2, .none)
        #expect(scene.spend() == [0, 0])
    }

    @Test func whatMovedIsRecordedEvenAboveTheCap() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 10_00)
        scene.end(1, .settledUSD(12_00))
        #expect(scene.spend() == [12_00, 0])
        #expect(scene.begin(.reserve(objectID: nil), cents: 0).brief == "denied: 0 left, 0 asked")
    }

    @Test func aSecondEndingDoesNothing() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 4_00)
        scene.end(1, .settledUSD(4_00))
        scene.end(1, .released)
        scene.end(1, .settledUSD(4_00))
        #expect(scene.spend() == [4_00, 0])
        #expect(scene.audit().count == 2)
    }

    @Test func aRefundUsesTheSameCapAndGivesNothingBack() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00)
        scene.end(1, .settledUSD(6_00), object: "ch_1")
        scene.begin(.reserve(objectID: nil), cents: 3_00)
        scene.end(2, .settledUSD(3_00), object: "re_1", related: "ch_1")
        #expect(scene.spend() == [9_00, 0])
        #expect(scene.begin(.reserve(objectID: nil), cents: 2_00).brief == "denied: 100 left, 200 asked")
    }

    @Test(arguments: [(nil, 5), (5, nil), (-1, 5), (5, -1)] as [(Int64?, Int64?)])
    func moneyWithoutAPriceIsRefused(units: Int64?, cents: Int64?) throws {
        var scene = try Scene(cap: .unlimited)
        let intent = CallIntent(
            requestID: "req_x", atMicroseconds: scene.now, keyID: "key", operation: "POST /v1/charges", mode: "live",
            effect: .reserve(objectID: nil), money: units.map { .init(minorUnits: $0, currency: .usd) },
            usdCents: cents)
        #expect(scene.machine.begin(intent, claim: nil).verdict == .denied(.notPriced))
    }

    @Test func callsWithoutMoneyHoldNothing() throws {
        var scene = try Scene(cap: .usdCents(0))
        #expect(scene.begin(.none).brief == "proceed")
        scene.end(1, .none)
        #expect(scene.audit() == ["req_1 intent allowed", "req_1 outcome allowed none"])
    }

    @Test func everyCallHasTwoRowsWithTheSameFacts() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 4_00, idempotency: "ik-1")
        scene.end(1, .settledUSD(3_50), object: "ch_1", related: "pi_1")
        let rows = scene.tables.entries.filter { $0.requestID == "req_1" }
        #expect(rows.map(\.usdCents) == [4_00, 3_50])
        #expect(rows.map(\.objectID) == [nil, "ch_1"])
        #expect(rows.map(\.idempotencyKey) == ["ik-1", "ik-1"])
        #expect(rows.map(\.holdID) == ["hold_1", "hold_1"])
        #expect(rows.map(\.attribution.conversation) == ["conv-1", "conv-1"])
        #expect(rows.map(\.operation) == ["POST /v1/charges", "POST /v1/charges"])
        #expect(scene.tables.entries.map(\.sequence) == Array(1...3))
    }
}
