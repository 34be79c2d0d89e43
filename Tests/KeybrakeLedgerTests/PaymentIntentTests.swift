import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// An object whose money is held over several calls.
@Suite struct PaymentIntentTests {
    /// A scene in which `pi_1` holds so much.
    private func holding(_ cents: Int64, cap: Int64, otherCap: SpendLimit? = nil) throws -> Scene {
        var scene = try Scene(cap: .usdCents(cap), otherCap: otherCap)
        scene.begin(.reserve(objectID: nil), cents: cents)
        scene.end(1, .authorised, object: "pi_1")
        #expect(scene.spend() == [0, cents])
        #expect(scene.states() == ["hold_1 authorised \(cents)"])
        return scene
    }

    @Test func createConfirmCaptureLessIsOneSpend() throws {
        var scene = try holding(10_00, cap: 10_00)
        #expect(scene.begin(.advance(objectID: "pi_1")).brief == "proceed holding 1000")
        #expect(scene.states() == ["hold_1 held 1000"])
        scene.end(2, .authorised, object: "pi_1", related: "ch_1")
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 7_00).brief == "proceed holding 1000")
        scene.end(3, .settledUSD(7_00), object: "pi_1", related: "ch_1")
        #expect(scene.spend() == [7_00, 0])
        #expect(scene.states() == [])
    }

    @Test func anUpdateReservesTheDifference() throws {
        var scene = try holding(6_00, cap: 10_00)
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 9_00).brief == "proceed holding 900")
        #expect(scene.spend() == [0, 9_00])
        scene.end(2, .authorised, object: "pi_1")
        #expect(scene.spend() == [0, 9_00])
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 10_01).brief == "denied: 100 left, 101 asked")
        #expect(scene.spend() == [0, 9_00])
    }

    @Test func aFailedUpdateLeavesTheHoldAsItWas() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.advance(objectID: "pi_1"), cents: 9_00)
        scene.end(2, .released)
        #expect(scene.spend() == [0, 6_00])
        #expect(scene.states() == ["hold_1 authorised 600"])
    }

    @Test func aSmallerTotalGivesBackOnlyAfterSuccess() throws {
        var scene = try holding(6_00, cap: 10_00)
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 2_00).brief == "proceed holding 600")
        #expect(scene.spend() == [0, 6_00])
        scene.end(2, .authorised)
        #expect(scene.spend() == [0, 2_00])
    }

    @Test func aDeclinedConfirmationKeepsTheHold() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.advance(objectID: "pi_1"))
        scene.end(2, .released)
        #expect(scene.states() == ["hold_1 authorised 600"])
    }

    @Test func cancellingFreesAfterSuccess() throws {
        var scene = try holding(6_00, cap: 10_00)
        #expect(scene.begin(.cancel(objectID: "pi_1")).brief == "proceed holding 600")
        #expect(scene.spend() == [0, 6_00])
        scene.end(2, .released, object: "pi_1")
        #expect(scene.spend() == [0, 0])
        #expect(scene.states() == [])
    }

    @Test(arguments: [HoldEnding.none, .authorised])
    func aFailedCancelKeepsTheHold(ending: HoldEnding) throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.cancel(objectID: "pi_1"))
        scene.end(2, ending)
        #expect(scene.states() == ["hold_1 authorised 600"])
    }

    @Test func aLostCancelKeepsTheMoneyAndCanBeCancelledAgain() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.cancel(objectID: "pi_1"))
        scene.end(2, .unknown)
        #expect(scene.states() == ["hold_1 unknown 600"])
        scene.begin(.cancel(objectID: "pi_1"))
        scene.end(3, .released)
        #expect(scene.spend() == [0, 0])
    }

    @Test func aCancelThatCameTooLateSettles() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.cancel(objectID: "pi_1"))
        scene.end(2, .settledUSD(6_00))
        #expect(scene.spend() == [6_00, 0])
    }

    @Test func theChargeOfThePaymentIntentFindsTheHold() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.begin(.advance(objectID: "pi_1"))
        scene.end(2, .authorised, object: "pi_1", related: "ch_1")
        #expect(scene.begin(.advance(objectID: "ch_1")).brief == "proceed holding 600")
        scene.end(3, .settledUSD(6_00), object: "ch_1", related: "pi_1")
        #expect(scene.spend() == [6_00, 0])
    }

    @Test func anObjectMadeElsewhereIsReservedOnceItsAmountIsKnown() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        #expect(scene.begin(.advance(objectID: "pi_9")).brief == "denied: object_not_held")
        #expect(scene.begin(.reserve(objectID: "pi_9"), cents: 4_00).brief == "proceed holding 400")
        // A second step on it while the first is under way holds nothing more.
        #expect(scene.begin(.reserve(objectID: "pi_9"), cents: 4_00).brief == "proceed holding 400")
        #expect(scene.spend() == [0, 4_00])
        scene.end(2, .settledUSD(4_00), object: "pi_9")
        scene.end(3, .released)
        #expect(scene.spend() == [4_00, 0])
    }

    @Test func cancellingWhatIsNotHeldHoldsNothing() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        #expect(scene.begin(.cancel(objectID: "pi_9")).brief == "proceed")
        scene.end(1, .released)
        #expect(scene.spend() == [0, 0])
    }

    @Test func twoStepsAtOnceHoldTheLargerUntilBothHaveEnded() throws {
        var scene = try holding(2_00, cap: 10_00)
        scene.begin(.advance(objectID: "pi_1"), cents: 5_00)
        scene.begin(.advance(objectID: "pi_1"), cents: 8_00)
        #expect(scene.spend() == [0, 8_00])
        scene.end(3, .released)
        #expect(scene.spend() == [0, 5_00])
        scene.end(2, .authorised)
        #expect(scene.states() == ["hold_1 authorised 500"])
    }

    // MARK: Two keys

    @Test func anotherKeyPaysFromItsOwnBudget() throws {
        var scene = try holding(6_00, cap: 10_00, otherCap: .usdCents(7_00))
        #expect(scene.begin(.advance(objectID: "pi_1"), key: "other").brief == "proceed holding 600")
        #expect(scene.spend() == [0, 6_00])
        #expect(scene.spend("other") == [0, 6_00])
        scene.end(2, .settledUSD(6_00), object: "pi_1")
        #expect(scene.spend() == [0, 0])
        #expect(scene.spend("other") == [6_00, 0])
    }

    @Test func anotherKeyWithoutRoomIsRefused() throws {
        var scene = try holding(6_00, cap: 10_00, otherCap: .usdCents(5_00))
        #expect(scene.begin(.advance(objectID: "pi_1"), key: "other").brief == "denied: 500 left, 600 asked")
    }

    @Test func anotherKeysFailureChangesNothing() throws {
        var scene = try holding(6_00, cap: 10_00, otherCap: .usdCents(7_00))
        scene.begin(.advance(objectID: "pi_1"), key: "other")
        scene.end(2, .released)
        #expect(scene.spend() == [0, 6_00])
        #expect(scene.spend("other") == [0, 0])
    }

    @Test func cancellingByAnotherKeyFreesTheOwnersHold() throws {
        var scene = try holding(6_00, cap: 10_00, otherCap: .usdCents(0))
        scene.begin(.cancel(objectID: "pi_1"), key: "other")
        scene.end(2, .released)
        #expect(scene.spend() == [0, 0])
    }

    // MARK: Windows

    @Test func aHoldSettlesInTheWindowItWasMadeIn() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.now += Scene.day
        #expect(scene.spend() == [0, 0])
        scene.begin(.advance(objectID: "pi_1"))
        scene.end(2, .settledUSD(6_00))
        #expect(scene.spend() == [0, 0])
        #expect(scene.begin(.reserve(objectID: nil), cents: 10_00).brief == "proceed holding 1000")
    }

    @Test func aHoldThatGrowsOnALaterDayIsJudgedWholeByThatDay() throws {
        var scene = try holding(6_00, cap: 10_00)
        scene.now += Scene.day
        scene.begin(.reserve(objectID: nil), cents: 2_00)
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 8_01).brief == "denied: 800 left, 801 asked")
        #expect(scene.begin(.advance(objectID: "pi_1"), cents: 8_00).brief == "proceed holding 800")
        #expect(scene.spend() == [0, 10_00])
        scene.end(4, .released)
        #expect(scene.spend() == [0, 2_00])
        #expect(scene.states().contains("hold_1 authorised 600"))
    }

    @Test func aClockThatGoesBackReopensNoWindow() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 9_00)
        scene.now -= Scene.day
        #expect(scene.begin(.reserve(objectID: nil), cents: 9_00).brief == "denied: 100 left, 900 asked")
    }

    @Test func aNewDayHasTheWholeCap() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 10_00)
        scene.end(1, .settledUSD(10_00))
        scene.now += 12 * Scene.hour - 1
        #expect(scene.begin(.reserve(objectID: nil), cents: 1).brief == "denied: 0 left, 1 asked")
        scene.now += 1
        #expect(scene.begin(.reserve(objectID: nil), cents: 10_00).brief == "proceed holding 1000")
    }
}
