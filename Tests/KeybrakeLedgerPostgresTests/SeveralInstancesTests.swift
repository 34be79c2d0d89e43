import KeybrakeLedger
import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedgerPostgres

/// Several instances over one database.
@Suite struct SeveralInstancesTests {
    @Test func twoInstancesSpendOneCapExactly() async throws {
        let database = try PostgresDatabase()
        let stores = [try database.open(), try database.open()]
        try await stores[0].issueKey(cap: .usdCents(10_00))
        let admitted = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var admitted = 0
                    let store = stores[worker % 2]
                    for call in 0..<60 {
                        let id = "req_\(worker)_\(call)"
                        guard case .proceed = await store.begin(.charge(id, 7)) else { continue }
                        // A third of them is given back, and may be spent by others.
                        if call % 3 == 0 {
                            await store.end(.ended(id, .released))
                        } else {
                            admitted += 1
                            await store.end(.settled(id, 7))
                        }
                    }
                    return admitted
                }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 10_00 / 7)
        #expect(try await stores[1].spent() == [Int64(10_00 / 7 * 7), 0])
        #expect(try database.unaccountedCents() == 0)
        let entries = try await stores[1].auditEntries(after: 0, limit: 10_000)
        #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
        #expect(entries.count == 1 + 2 * 480)
        for store in stores { await store.close() }
    }

    @Test func aRevocationBindsTheNextCallOfEveryInstance() async throws {
        let database = try PostgresDatabase()
        // The second instance looks for changes by itself so rarely that only the notification can tell it.
        let (first, second) = (try database.open(), try database.open { $0.pollIntervalMilliseconds = 3_600_000 })
        try await first.issueKey(cap: .unlimited)
        #expect(await second.begin(.charge("req_1", 1)).brief == "proceed holding 1")
        let stamp = AdminStamp(requestID: "req_a", atMicroseconds: .noon)
        let changed = try await first.changeKey(id: "key", .revoke(reason: nil), stamp: stamp)
        // Also of calls that the other instance has under way.
        #expect(changed.inFlightRequestIDs == ["req_1"])
        #expect(await second.begin(.charge("req_2", 1)) == .denied(.keyRevoked))
        #expect(second.directory.key(id: "key")?.key.epoch == 2)
        try await first.issueKey("later", cap: .unlimited)
        #expect(try await eventually { second.directory.key(id: "later") != nil })
        await second.end(.settled("req_1", 1))
        #expect(try await first.spent() == [1, 0])
        for store in [first, second] { await store.close() }
    }

    @Test func anObjectBegunAtOneInstanceGoesOnAtTheOther() async throws {
        let database = try PostgresDatabase()
        let (first, second) = (try database.open(), try database.open())
        try await first.issueKey(cap: .usdCents(10_00))
        _ = await first.begin(.charge("req_1", 6_00))
        await first.end(.ended("req_1", .authorised, object: "pi_1"))
        #expect(try await eventually { second.openHold(objectID: "pi_1", keyID: "key")?.usdCents == 6_00 })
        let more = CallIntent.charge("req_2", 8_00, effect: .advance(objectID: "pi_1"))
        #expect(await second.begin(more).brief == "proceed holding 800")
        #expect(try await first.spent() == [0, 8_00])
        await second.end(.ended("req_2", .settledUSD(8_00), object: "pi_1"))
        #expect(try await first.spent() == [8_00, 0])
        #expect(try await eventually { first.openHold(objectID: "pi_1", keyID: "key") == nil })
        for store in [first, second] { await store.close() }
    }

    @Test func anIdempotencyKeyIsOneOverAllInstances() async throws {
        let database = try PostgresDatabase()
        let (first, second) = (try database.open(), try database.open())
        try await first.issueKey(cap: .usdCents(10_00))
        let answer = StoredAnswer(status: 200, headers: [("a", "\\\"\u{0}")], body: [0, 255])
        _ = await first.begin(.charge("req_1", 6_00, idempotency: "ik"))
        #expect(await second.begin(.charge("req_2", 6_00, idempotency: "ik")) == .inFlight)
        await first.end(.settled("req_1", 6_00, answer: answer))
        #expect(await second.begin(.charge("req_3", 6_00, idempotency: "ik")) == .replay(answer))
        for store in [first, second] { await store.close() }
    }

    @Test func theTablesAreMadeOnce() async throws {
        let database = try PostgresDatabase()
        let stores = try await withThrowingTaskGroup(of: PostgresLedgerStore.self) { group in
            for _ in 0..<4 { group.addTask { try database.open() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await stores[3].issueKey(cap: .unlimited)
        #expect(try await stores[0].lastAuditSequence() == 1)
        for store in stores { await store.close() }
    }

    // MARK: Instances that die

    /// Lets an instance look as if it had given no sign of life for hours.
    private func declareDead(_ instance: Int, in database: PostgresDatabase) throws {
        try database.execute(
            "UPDATE instance SET heartbeat_at = now() - INTERVAL '2 hours' WHERE id = 'instance \(instance)'")
    }

    @Test func whatADeadInstanceLeftBecomesUnknownOnce() async throws {
        let database = try PostgresDatabase()
        let dead = try database.open { $0.leaseSeconds = 3_600 }
        let living = try database.open { $0.leaseSeconds = 3_600 }
        try await dead.issueKey(cap: .usdCents(100_00))
        _ = await dead.begin(.charge("req_1", 6_00, idempotency: "ik"))
        _ = await dead.begin(.charge("req_2", 1_00, effect: .none))
        _ = await living.begin(.charge("req_3", 3_00))
        // One hold, a step on it by each of the two.
        _ = await living.begin(.charge("req_4", 2_00))
        await living.end(.ended("req_4", .authorised, object: "pi_4"))
        _ = await dead.begin(.charge("req_5", 5_00, effect: .advance(objectID: "pi_4")))
        _ = await living.begin(.charge("req_6", 4_00, effect: .advance(objectID: "pi_4")))
        let before = try await living.lastAuditSequence()
        try declareDead(1, in: database)
        // Several find it at once; one mends it.
        let others = try await withThrowingTaskGroup(of: PostgresLedgerStore.self) { group in
            for _ in 0..<3 { group.addTask { try database.open { $0.leaseSeconds = 3_600 } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let recovered = try await living.auditEntries(after: before, limit: 100)
        #expect(
            recovered.map { "\($0.requestID) \($0.kind) \($0.ending ?? "")" } == [
                "req_1 outcome unknown", "req_2 outcome unknown", "req_5 outcome unknown",
            ])
        #expect(recovered.allSatisfy { $0.detail["recovered"] == true && $0.atMicroseconds == .noon + 100 })
        let states = try await living.openHolds().map { "\($0.requestID) \($0.state) \($0.usdCents)" }.sorted()
        #expect(states == ["req_1 unknown 600", "req_3 held 300", "req_4 held 500"])
        #expect(try await living.spent() == [0, 14_00])
        // The living go on; the money of the lost call is found again by its idempotency key.
        await living.end(.settled("req_3", 3_00))
        #expect(await living.begin(.charge("req_7", 6_00, idempotency: "ik")).brief == "retry hold_1 holding 600")
        await living.end(.settled("req_7", 6_00))
        await living.end(.ended("req_6", .settledUSD(4_00), object: "pi_4"))
        #expect(try await living.spent() == [13_00, 0])
        // The dead one was only slow: its late outcome changes nothing, and it may go on.
        await dead.end(.settled("req_1", 6_00))
        #expect(try await dead.spent() == [13_00, 0])
        let late = try await living.auditEntries(after: living.lastAuditSequence() - 1, limit: 1).first
        #expect(late?.requestID == "req_1" && late?.kind == .admin)
        #expect(late?.detail["act"] == "late_outcome" && late?.detail["object_id"] == "ch_req_1")
        _ = await dead.begin(.charge("req_8", 1_00))
        await dead.end(.settled("req_8", 1_00))
        #expect(try await living.spent() == [14_00, 0])
        #expect(try database.unaccountedCents() == 0)
        for store in others + [dead, living] { await store.close() }
    }

    @Test func whatAnInstanceHadUnderWayWhenItClosedIsMendedByTheOthers() async throws {
        let database = try PostgresDatabase()
        let (closing, living) = (try database.open(), try database.open { $0.leaseSeconds = 1 })
        try await closing.issueKey(cap: .usdCents(10_00))
        _ = await closing.begin(.charge("req_1", 6_00))
        await closing.close()
        #expect(try await eventually { try await living.openHolds().map(\.state) == [.unknown] })
        #expect(try await living.spent() == [0, 6_00])
        await living.close()
    }

    @Test func anInstanceThatBeatsIsNotDead() async throws {
        let database = try PostgresDatabase()
        let first = try database.open { $0.leaseSeconds = 1 }
        try await first.issueKey(cap: .usdCents(10_00))
        _ = await first.begin(.charge("req_1", 6_00))
        let second = try database.open { $0.leaseSeconds = 1 }
        let beats = "SELECT count(*) FROM instance WHERE heartbeat_at > '\(try moment(database))'"
        #expect(try await eventually { try database.number(beats) == 2 })
        #expect(try await second.openHolds().map(\.state) == [.held])
        for store in [first, second] { await store.close() }
    }

    /// A second and a half from now, by the server's clock.
    private func moment(_ database: PostgresDatabase) throws -> String {
        let request = PostgresRequest(.init("moment", "SELECT (clock_timestamp() + INTERVAL '1.5 s')::TEXT"))
        let connection = try PostgresConnection(database.settings(), purpose: "test")
        return try #require(try connection.run([request])[0].first?.optionalText(0))
    }
}
