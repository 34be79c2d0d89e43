import Glibc
import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// A ledger that was left without being closed, opened again.
///
/// A crash is played by copying the files of a ledger whose verdicts have been given: what is durable is in them, what
/// the process remembers is not.
@Suite struct CrashTests {
    /// Opens a copy of the store's files as they are now.
    private func reopened(_ folder: String, at microseconds: Int64 = Scene.noon + 100) throws -> SQLiteLedgerStore {
        let copy = folder + "/copy\(microseconds).db"
        try copyFile(folder + "/keybrake.db", to: copy)
        try copyFile(folder + "/keybrake.db-wal", to: copy + "-wal")
        return try openSQLite(copy, at: microseconds)
    }

    @Test func whatWasUnderWayIsUnknownAndStaysHeld() async throws {
        try await withTemporaryFolder { folder in
            let store = try openSQLite(folder + "/keybrake.db")
            try await store.issueKey(cap: .usdCents(10_00))
            _ = await store.begin(.charge("req_1", 2_00))
            await store.end(.settled("req_1", 2_00))
            _ = await store.begin(.charge("req_2", 3_00, idempotency: "ik"))
            _ = await store.begin(.charge("req_3", 1_00, effect: .none))

            let after = try reopened(folder)
            #expect(try await after.spent() == [2_00, 3_00])
            #expect(try await after.openHolds().map(\.state) == [.unknown])
            let recovered = try await after.auditEntries(after: 5, limit: 10)
            #expect(recovered.map(\.requestID) == ["req_2", "req_3"])
            #expect(recovered.map(\.sequence) == [6, 7])
            for entry in recovered {
                #expect(entry.kind == .outcome)
                #expect(entry.ending == "unknown")
                #expect(entry.status == nil)
                #expect(entry.detail["recovered"] == true)
                #expect(entry.conversationAndOperation == "conv-1 POST /v1/charges")
            }
            // The money is found again by the same idempotency key, and by no other.
            #expect(await after.begin(.charge("req_9", 8_00)).brief == "denied: 500 left, 800 asked")
            #expect(
                await after.begin(.charge("req_4", 3_00, idempotency: "ik")).brief == "retry hold_2 holding 300")
            await after.end(.settled("req_4", 3_00))
            #expect(try await after.spent() == [5_00, 0])
            await after.close()
            await store.close()
        }
    }

    @Test func aSecondOpeningFindsNothingLeftToMend() async throws {
        try await withTemporaryFolder { folder in
            let store = try openSQLite(folder + "/keybrake.db")
            try await store.issueKey(cap: .usdCents(10_00))
            _ = await store.begin(.charge("req_1", 3_00))
            let once = try reopened(folder)
            await once.close()
            let twice = try openSQLite(folder + "/copy\(Scene.noon + 100).db")
            #expect(try await twice.lastAuditSequence() == 3)
            #expect(try await twice.spent() == [0, 3_00])
            await twice.close()
            await store.close()
        }
    }

    @Test func everythingSurvivesAnOrderlyClose() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            var store = try openSQLite(path)
            try await store.issueKey(cap: .usdCents(10_00))
            let answer = StoredAnswer(status: 200, headers: [("a", "b")], body: [1])
            _ = await store.begin(.charge("req_1", 2_00, idempotency: "ik"))
            // Ended, recorded, and closed at once: what was handed over is written.
            store.end(.settled("req_1", 2_00, answer: answer), completion: nil)
            store.record(RecordedCall(requestID: "req_2", atMicroseconds: 1, endedAtMicroseconds: 1, clientStatus: 200))
            let stamp = AdminStamp(requestID: "req_a", atMicroseconds: Scene.noon)
            _ = try await store.changeKey(id: "key", .pause, stamp: stamp)
            await store.close()

            store = try openSQLite(path)
            #expect(store.directory.key(id: "key")?.key.pausedAtMicroseconds == Scene.noon)
            #expect(store.directory.key(id: "key")?.key.epoch == 2)
            _ = try await store.changeKey(id: "key", .resume, stamp: stamp)
            #expect(try await store.spent() == [2_00, 0])
            #expect(await store.begin(.charge("req_3", 2_00, idempotency: "ik")) == .replay(answer))
            #expect(await store.begin(.charge("req_4", 8_01)).brief == "denied: 800 left, 801 asked")
            await store.close()
        }
    }

    /// Each state that an open hold can be in, left and found again.
    @Test func everyOpenHoldIsFoundAgainWithAllItsSteps() async throws {
        try await withTemporaryFolder { folder in
            let store = try openSQLite(folder + "/keybrake.db")
            try await store.issueKey(cap: .usdCents(100_00))
            // Authorised, and an update of it lost.
            _ = await store.begin(.charge("req_1", 3_00))
            await store.end(.ended("req_1", .authorised, object: "pi_1"))
            _ = await store.begin(.charge("req_2", 8_00, effect: .advance(objectID: "pi_1"), idempotency: "up"))
            await store.end(.ended("req_2", .unknown))
            // Authorised, and a cancel of it under way.
            _ = await store.begin(.charge("req_3", 4_00))
            await store.end(.ended("req_3", .authorised, object: "pi_3"))
            _ = await store.begin(.charge("req_4", 0, effect: .cancel(objectID: "pi_3")))
            // Authorised, with a smaller total under way.
            _ = await store.begin(.charge("req_5", 5_00))
            await store.end(.ended("req_5", .authorised, object: "pi_5"))
            _ = await store.begin(.charge("req_6", 1_00, effect: .advance(objectID: "pi_5")))

            let after = try reopened(folder)
            #expect(try await after.spent() == [0, 17_00])
            let states = try await after.openHolds().map { "\($0.objectID ?? "") \($0.state) \($0.usdCents)" }
            #expect(states == ["pi_1 unknown 800", "pi_3 unknown 400", "pi_5 unknown 500"])
            #expect(after.openHold(objectID: "pi_3", keyID: "key")?.usdCents == 4_00)
            // The lost update is refused when it is tried again: back to what was known before it.
            _ = await after.begin(.charge("req_7", 8_00, effect: .advance(objectID: "pi_1"), idempotency: "up"))
            await after.end(.ended("req_7", .released))
            #expect(after.openHold(objectID: "pi_1", keyID: "key")?.usdCents == 3_00)
            #expect(after.openHold(objectID: "pi_1", keyID: "key")?.state == .authorised)
            await after.close()
            await store.close()
        }
    }

    /// Copied between any two writes, not only at rest: whatever was told stands in the file.
    @Test func nothingThatWasToldIsLost() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .unlimited)
            var told = 0
            for round in 0..<40 {
                _ = await store.begin(.charge("req_\(round)", 1))
                told += 1
                if round % 2 == 0 { store.end(.settled("req_\(round)", 1), completion: nil) }
                guard round % 10 == 9 else { continue }
                let after = try reopened(folder, at: Scene.noon + Int64(round))
                let spent = try await after.spent()
                #expect(spent[0] + spent[1] == Int64(told))
                let entries = try await after.auditEntries(after: 1, limit: 1_000)
                #expect(entries.count == 2 * told)
                #expect(Set(entries.map(\.requestID)).count == told)
                await after.close()
            }
            await store.close()
        }
    }
}

extension AuditEntry {
    fileprivate var conversationAndOperation: String { "\(attribution.conversation ?? "") \(operation ?? "")" }
}

/// Copies a file byte for byte.
func copyFile(_ source: String, to target: String) throws {
    let input = try #require(fopen(source, "rb"))
    defer { fclose(input) }
    let output = try #require(fopen(target, "wb"))
    defer { fclose(output) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, input)
        guard count > 0 else { return }
        try #require(fwrite(buffer, 1, count, output) == count)
    }
}
