import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// Calls whose outcome was never learned.
@Suite struct UnknownOutcomeTests {
    /// A scene with a charge of so much that was lost, under the idempotency key `ik`.
    private func lost(_ cents: Int64, cap: Int64) throws -> Scene {
        var scene = try Scene(cap: .usdCents(cap))
        scene.begin(.reserve(objectID: nil), cents: cents, idempotency: "ik")
        scene.end(1, .unknown)
        #expect(scene.states() == ["hold_1 unknown \(cents)"])
        return scene
    }

    @Test func theMoneyStaysHeldForEver() throws {
        var scene = try lost(6_00, cap: 10_00)
        scene.now += 11 * Scene.hour
        #expect(scene.begin(.reserve(objectID: nil), cents: 5_00).brief == "denied: 400 left, 500 asked")
        scene.now += 300 * Scene.day
        #expect(scene.states() == ["hold_1 unknown 600"])
    }

    @Test func aRetryWithTheSameKeyHoldsNothingMore() throws {
        var scene = try lost(6_00, cap: 10_00)
        let verdict = scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        #expect(verdict.brief == "retry hold_1 holding 600")
        #expect(scene.states() == ["hold_1 held 600"])
        #expect(scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik").brief == "in flight")
        scene.end(2, .settledUSD(6_00), object: "ch_1")
        #expect(scene.spend() == [6_00, 0])
    }

    @Test func aRetryThatFindsNothingHappenedFreesTheMoney() throws {
        var scene = try lost(6_00, cap: 10_00)
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        scene.end(2, .released)
        #expect(scene.spend() == [0, 0])
        #expect(scene.states() == [])
    }

    @Test func aRetryCanBeLostToo() throws {
        var scene = try lost(6_00, cap: 10_00)
        scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        scene.end(2, .unknown)
        #expect(scene.states() == ["hold_1 unknown 600"])
        #expect(
            scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik").brief == "retry hold_1 holding 600")
        scene.end(3, .released)
        #expect(scene.spend() == [0, 0])
    }

    @Test func anotherFingerprintIsNoRetry() throws {
        var scene = try lost(6_00, cap: 10_00)
        let verdict = scene.begin(.reserve(objectID: nil), cents: 1, idempotency: "ik", fingerprint: [8])
        #expect(verdict == .denied(.idempotencyMismatch))
    }

    @Test func afterADayTheKeyIsFreeButTheMoneyStaysHeld() throws {
        var scene = try lost(6_00, cap: 10_00)
        scene.now += Scene.day
        let verdict = scene.begin(.reserve(objectID: nil), cents: 6_00, idempotency: "ik")
        #expect(verdict.brief == "proceed holding 600")
        #expect(scene.states().count == 2)
    }

    @Test func aLostUpdateKeepsTheLargerTotal() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 3_00)
        scene.end(1, .authorised, object: "pi_1")
        scene.begin(.advance(objectID: "pi_1"), cents: 8_00, idempotency: "ik")
        scene.end(2, .unknown)
        #expect(scene.states() == ["hold_1 unknown 800"])
        // Retried and refused: back to what was known, not to nothing.
        #expect(
            scene.begin(.advance(objectID: "pi_1"), cents: 8_00, idempotency: "ik").brief
                == "retry hold_1 holding 800")
        scene.end(3, .released)
        #expect(scene.states() == ["hold_1 authorised 300"])
    }

    @Test func aLaterAnswerOfTheObjectDecides() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 3_00)
        scene.end(1, .authorised, object: "pi_1")
        scene.begin(.advance(objectID: "pi_1"), idempotency: "ik")
        scene.end(2, .unknown)
        scene.begin(.advance(objectID: "pi_1"))
        scene.end(3, .settledUSD(3_00))
        #expect(scene.spend() == [3_00, 0])
        // The lost call retried now holds nothing: Stripe will say what it said the first time.
        #expect(scene.begin(.advance(objectID: "pi_1"), idempotency: "ik").brief == "proceed")
        scene.end(4, .settledUSD(3_00))
        #expect(scene.spend() == [3_00, 0])
    }

    @Test func aLostCallWithoutMoneyMayBeSentAgain() throws {
        var scene = try Scene(cap: .usdCents(0))
        scene.begin(.none, idempotency: "ik")
        scene.end(1, .unknown)
        #expect(scene.begin(.none, idempotency: "ik").brief == "proceed")
    }

    // MARK: An operator decides

    @Test func anOperatorCanSettleIt() throws {
        var scene = try lost(6_00, cap: 10_00)
        let resolution = HoldResolution.settled(Money(minorUnits: 5_00, currency: .usd), usdCents: 5_00)
        let (hold, rows) = try scene.machine.resolve(holdID: "hold_1", resolution, stamp: scene.stamp())
        #expect(hold.usdCents == 6_00)
        #expect(rows.contains { if case .claimsFreed("hold_1") = $0 { true } else { false } })
        #expect(scene.spend() == [5_00, 0])
        #expect(throws: LedgerFailure.holdUnknown(id: "hold_1")) {
            try scene.machine.resolve(holdID: "hold_1", .released, stamp: scene.stamp())
        }
    }

    @Test func anOperatorCannotResolveWhatIsUnderWay() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 6_00)
        #expect(throws: LedgerFailure.holdNotOpen(id: "hold_1", state: "held")) {
            try scene.machine.resolve(holdID: "hold_1", .released, stamp: scene.stamp())
        }
    }
}
