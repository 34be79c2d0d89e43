import KeybrakeLedger
import KeybrakeStripe
import LedgerConformance
import Logging
import Synchronization
import Testing

@testable import KeybrakeLedgerPostgres

/// What only a ledger in PostgreSQL can get wrong.
@Suite struct PostgresLedgerStoreTests {
    // MARK: Databases that are refused

    @Test func aNewerSchemaIsRefused() async throws {
        let database = try PostgresDatabase()
        await (try database.open()).close()
        try database.execute("UPDATE schema_version SET version = 2")
        let refused = LedgerFailure.newerVersion(path: database.address.description, found: 2, known: 1)
        #expect(throws: refused) { try database.open() }
    }

    @Test func anotherProgramsTablesAreRefusedAndLeftAlone() async throws {
        let database = try PostgresDatabase()
        try database.execute("CREATE TABLE audit(note TEXT)")
        #expect { try database.open() } throws: { "\($0)".contains("another program") }
        #expect(try database.number("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == 1)
    }

    @Test func aServerThatIsNotThereIsNamedWithoutThePassword() throws {
        let address = try #require(PostgresAddress("postgres://me:TOPSECRET@127.0.0.1:1/books"))
        let settings = PostgresLedgerSettings(address: address, instanceID: "x")
        #expect {
            try PostgresLedgerStore(settings: settings, clock: { .noon }, logger: .init(label: "test"))
        } throws: { error in
            "\(error)".contains("database books at 127.0.0.1:1") && !"\(error)".contains("TOPSECRET")
        }
    }

    @Test func auditRowsCannotBeChangedOrDeleted() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .unlimited)
        for sql in ["UPDATE audit SET key_id = 'x'", "DELETE FROM audit", "TRUNCATE audit"] {
            #expect { try database.execute(sql) } throws: { "\($0)".contains("never changed or deleted") }
        }
        await store.close()
    }

    @Test func expiredClaimsAreForgottenAndOthersKept() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .unlimited)
        let hour: Int64 = 3_600_000_000
        for index in 0..<600 {
            let at = Int64.noon + Int64(index) * hour / 10
            store.begin(.charge("req_\(index)", 1, idempotency: "ik-\(index)", at: at)) { _ in }
            if index % 20 == 19 { _ = try await store.spent() }
        }
        // 60 hours of claims; at the last pruning, most of the first 36 hours' were gone.
        #expect(try database.number("SELECT count(*) FROM idempotency") < 400)
        #expect(try database.number("SELECT count(*) FROM idempotency WHERE client_key >= 'ik-36'") >= 240)
        #expect(await store.begin(.charge("req_x", 1, idempotency: "ik-599", at: .noon + 60 * hour)) == .inFlight)
        await store.close()
    }

    // MARK: Connections that break

    @Test func anIdleInstanceDoesNotNoticeABrokenConnection() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .usdCents(10_00))
        #expect(try await store.lastAuditSequence() == 1)
        #expect(try database.breakConnections() == 3)
        #expect(await store.begin(.charge("req_1", 6_00)).brief == "proceed holding 600")
        #expect(store.isHealthy)
        #expect(try await store.auditEntries(after: 1, limit: 5).map(\.requestID) == ["req_1"])
        // The watcher listens again.
        #expect(try database.breakConnections() > 0)
        let other = try database.open()
        try await other.issueKey("other", cap: .unlimited)
        #expect(try await eventually { store.directory.key(id: "other") != nil })
        for store in [store, other] { await store.close() }
    }

    /// Connections are broken at any moment, commits included, while two instances spend one cap.
    @Test func noCallIsCountedTwiceOrLostWhenConnectionsBreak() async throws {
        let database = try PostgresDatabase()
        let stores = [try database.open(), try database.open()]
        try await stores[0].issueKey(cap: .usdCents(2_00))
        let (isDone, verdicts) = (Flag(), Counter())
        let counts = try await withThrowingTaskGroup(of: [Int].self) { group in
            for worker in 0..<6 {
                group.addTask {
                    var (admitted, unavailable) = (0, 0)
                    for call in 0..<50 {
                        let id = "req_\(worker)_\(call)"
                        defer { _ = verdicts.next() }
                        switch await stores[worker % 2].begin(.charge(id, 1, idempotency: id)) {
                        case .proceed:
                            admitted += 1
                            await stores[worker % 2].end(.settled(id, 1))
                        case .unavailable: unavailable += 1
                        case .denied(.spendCapExceeded): break
                        case let other: Issue.record("\(id): \(other)")
                        }
                    }
                    return [admitted, unavailable]
                }
            }
            group.addTask {
                var (broken, seen) = (Int64(0), 0)
                while !isDone.isSet {
                    // Only after some progress, or on a slow machine there would be none.
                    if verdicts.last >= seen + 8 {
                        seen = verdicts.last
                        broken += try database.breakConnections()
                    }
                    try await Task.sleep(for: .milliseconds(1))
                }
                return [0, 0, Int(broken)]
            }
            var counts = [0, 0, 0]
            for _ in 0..<6 {
                for (index, count) in (try await group.next() ?? []).enumerated() { counts[index] += count }
            }
            isDone.set()
            counts[2] = try await group.next()?[2] ?? 0
            return counts
        }
        for store in stores { #expect(try await eventually { store.isHealthy }) }
        let spent = try await stores[0].spent()
        #expect(spent == [Int64(counts[0]), 0], "\(counts[1]) unavailable, \(counts[2]) broken")
        #expect(counts[0] <= 2_00)
        let entries = try await stores[1].auditEntries(after: 0, limit: 10_000)
        #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
        #expect(entries.count == 1 + 2 * 300)
        #expect(Set(entries.map { "\($0.requestID) \($0.kind)" }).count == entries.count)
        #expect(try database.unaccountedCents() == 0)
        #expect(try database.number("SELECT count(*) FROM running_call") == 0)
        for store in stores { await store.close() }
    }

    @Test func whetherAnInterruptedCommitWasMadeIsFoundOut() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .usdCents(10_00))
        let journal = PostgresJournal(settings: database.settings(), directories: LedgerDirectories(), purpose: "test")
        let made = try journal.judge([.begin(.charge("req_1", 6_00), { _ in })])
        try journal.commit(made, latestMicroseconds: .noon)
        journal.disconnect()
        #expect(try journal.isCommitted(made))
        let lost = try journal.judge([.begin(.charge("req_2", 1_00), { _ in })])
        journal.disconnect()
        // Another takes the number that the lost batch would have had.
        _ = await store.begin(.charge("req_3", 1_00))
        #expect(try journal.isCommitted(lost) == false)
        #expect(try journal.isCommitted(made))
        #expect(try await store.spent() == [0, 7_00])
        journal.disconnect()
        await store.close()
    }

    // MARK: A database that does not take what it is given

    @Test func whileNothingCanBeWrittenNoMoneyGoesOutAndNoRowIsLost() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .usdCents(1_000_00))
        _ = await store.begin(.charge("req_open", 7_00))
        try database.execute("ALTER TABLE audit_position RENAME TO away")
        #expect(await store.begin(.charge("req_u1", 5_00, idempotency: "ik")) == .unavailable)
        #expect(!store.isHealthy)
        store.end(.settled("req_open", 7_00), completion: nil)
        store.record(RecordedCall(requestID: "req_u2", atMicroseconds: 1, endedAtMicroseconds: 1, clientStatus: 200))
        await #expect(throws: LedgerFailure.self) { try await store.issueKey("k2", cap: .unlimited) }
        #expect(store.directory.key(id: "k2") == nil)
        try database.execute("ALTER TABLE away RENAME TO audit_position")
        #expect(try await eventually { store.isHealthy })
        let entries = try await store.auditEntries(after: 2, limit: 100)
        #expect(
            entries.map { "\($0.requestID) \($0.kind) \($0.refusal ?? $0.ending ?? "")" } == [
                "req_u1 intent ledger_unavailable", "req_u1 outcome ledger_unavailable", "req_open outcome settled",
                "req_u2 intent ", "req_u2 outcome none",
            ])
        #expect(store.lostCallCount == 0)
        #expect(await store.begin(.charge("req_v", 5_00, idempotency: "ik")).brief == "proceed holding 500")
        #expect(try await store.spent() == [7_00, 5_00])
        await store.close()
    }

    @Test func aRowThatIsNeverTakenDoesNotHoldUpTheOthers() async throws {
        let database = try PostgresDatabase()
        let store = try database.open()
        try await store.issueKey(cap: .unlimited)
        try database.execute("ALTER TABLE audit ADD CHECK (request_id <> 'req_cursed')")
        for id in ["req_1", "req_cursed", "req_2"] {
            store.record(RecordedCall(requestID: id, atMicroseconds: 1, endedAtMicroseconds: 1, clientStatus: 200))
        }
        #expect(try await eventually { try await store.lastAuditSequence() == 6 })
        let entries = try await store.auditEntries(after: 1, limit: 100)
        #expect(entries.map(\.requestID) == ["req_1", "req_1", "req_2", "req_2", "ledger"])
        #expect(entries.last?.detail["calls"] == 1)
        #expect(store.lostCallCount == 1)
        await store.close()
    }
}
