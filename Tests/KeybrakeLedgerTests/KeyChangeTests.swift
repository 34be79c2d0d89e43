import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// Keys are judged inside `begin`, in order with every change.
@Suite struct KeyChangeTests {
    @Test func revocationBindsTheNextCallAndTellsWhatIsUnderWay() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 1_00)
        scene.begin(.none)
        scene.end(2, .none)
        let changed = try scene.change("key", .revoke(reason: "leaked"))
        #expect(changed.inFlightRequestIDs == ["req_1"])
        #expect(changed.key.revokeReason == "leaked")
        #expect(changed.key.epoch == 2)
        #expect(scene.begin(.none) == .denied(.keyRevoked))
        // What is under way still ends.
        scene.end(1, .settledUSD(1_00))
        #expect(scene.spend() == [1_00, 0])
    }

    @Test func nothingUndoesARevocation() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        _ = try scene.change("key", .revoke(reason: "first"))
        #expect(try scene.change("key", .revoke(reason: "second")).key.revokeReason == "first")
        for change in [KeyChange.resume, .pause, .rotate(newMAC: [9])] {
            #expect(throws: LedgerFailure.keyRevoked(id: "key")) { try scene.change("key", change) }
        }
    }

    @Test func pauseAndResume() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        _ = try scene.change("key", .pause)
        #expect(scene.begin(.none) == .denied(.keyPaused))
        #expect(scene.tables.entries.last?.refusal == "vault_key_paused")
        _ = try scene.change("key", .resume)
        #expect(scene.begin(.none).brief == "proceed")
    }

    @Test func aChangeThatIsMadeAlreadyChangesNothing() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        let rows = scene.tables.entries.count
        #expect(try scene.change("key", .resume).key.epoch == 1)
        #expect(scene.tables.entries.count == rows)
    }

    @Test func aRotatedKeyKeepsItsBudget() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        scene.begin(.reserve(objectID: nil), cents: 9_00)
        #expect(try scene.change("key", .rotate(newMAC: [4, 5])).key.mac == [4, 5])
        #expect(scene.begin(.reserve(objectID: nil), cents: 2_00).brief == "denied: 100 left, 200 asked")
    }

    @Test func expiryIsExclusive() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        try scene.issue("short", cap: .unlimited, expiresAt: scene.now + 10)
        scene.now += 9
        #expect(scene.begin(.none, key: "short").brief == "proceed")
        scene.now += 1
        #expect(scene.begin(.none, key: "short") == .denied(.keyExpired))
        #expect(scene.begin(.none, key: "nobody") == .denied(.keyUnknown))
    }

    @Test func anIdIsIssuedOnce() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        #expect(throws: LedgerFailure.keyExists(id: "key")) { try scene.issue("key", cap: .unlimited) }
        #expect(throws: LedgerFailure.keyUnknown(id: "nobody")) { try scene.change("nobody", .pause) }
    }

    @Test func everyActLeavesARow() throws {
        var scene = try Scene(cap: .usdCents(10_00))
        _ = try scene.change("key", .pause)
        _ = try scene.change("key", .revoke(reason: "done"))
        let rows = scene.tables.entries.filter { $0.kind == .admin }
        #expect(rows.map { $0.detail["act"]?.stringValue } == ["issue_key", "pause_key", "revoke_key"])
        #expect(rows.allSatisfy { $0.keyID == "key" && $0.policyHash != nil })
        #expect(rows.last?.detail["reason"] == "done")
    }
}
