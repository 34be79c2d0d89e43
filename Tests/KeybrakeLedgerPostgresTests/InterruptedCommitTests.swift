import KeybrakeLedger
import LedgerConformance
import Testing

@testable import KeybrakeLedgerPostgres

/// A connection that breaks while a batch is committed: it may be in the database or not, and nobody says which.
@Suite struct InterruptedCommitTests {
    private static let ports = Counter()

    /// A store behind a relay, with some money spent and a call under way.
    private func withRelay(
        patienceMilliseconds: Int, _ body: (PostgresDatabase, PostgresLedgerStore, CuttingRelay) async throws -> Void
    ) async throws {
        let port = 6_000 + Self.ports.next()
        let relay = try CuttingRelay(folder: PostgresServer.shared.get().folder, port: port)
        let database = try PostgresDatabase(port: port)
        let store = try database.open { $0.doubtPatienceMilliseconds = patienceMilliseconds }
        try await store.issueKey(cap: .usdCents(100_00))
        _ = await store.begin(.charge("req_1", 1_00))
        try await body(database, store, relay)
        #expect(try await eventually { store.isHealthy })
        #expect(try database.unaccountedCents() == 0)
        let entries = try await store.auditEntries(after: 0, limit: 100)
        #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
        await store.close()
    }

    @Test(arguments: [CuttingRelay.Cut.beforeServer, .beforeLedger])
    func aShortInterruptionIsNotNoticed(cut: CuttingRelay.Cut) async throws {
        try await withRelay(patienceMilliseconds: 10_000) { _, store, relay async throws in
            relay.arm(cut)
            async let verdict = store.begin(.charge("req_2", 2_00))
            #expect(try await eventually { relay.isDown })
            relay.restore()
            #expect(await verdict.brief == "proceed holding 200")
            #expect(try await store.spent() == [0, 3_00])
            #expect(try await store.lastAuditSequence() == 3)
        }
    }

    @Test func whatWasNotCommittedIsWrittenAsRefused() async throws {
        try await withRelay(patienceMilliseconds: 0) { _, store, relay async throws in
            relay.arm(.beforeServer)
            #expect(await store.begin(.charge("req_2", 2_00, idempotency: "ik")) == .unavailable)
            #expect(!store.isHealthy)
            relay.restore()
            #expect(try await eventually { store.isHealthy })
            let rows = try await store.auditEntries(after: 2, limit: 10).map { "\($0.requestID) \($0.refusal ?? "")" }
            #expect(rows == ["req_2 ledger_unavailable", "req_2 ledger_unavailable"])
            #expect(try await store.spent() == [0, 1_00])
            #expect(await store.begin(.charge("req_3", 2_00, idempotency: "ik")).brief == "proceed holding 200")
        }
    }

    @Test func whatWasCommittedButNotSentGivesItsMoneyBack() async throws {
        try await withRelay(patienceMilliseconds: 0) { database, store, relay async throws in
            relay.arm(.beforeLedger)
            #expect(await store.begin(.charge("req_2", 2_00, idempotency: "ik")) == .unavailable)
            #expect(try database.number("SELECT count(*) FROM audit WHERE request_id = 'req_2'") == 1)
            relay.restore()
            #expect(try await eventually { store.isHealthy })
            let rows = try await store.auditEntries(after: 2, limit: 10)
            #expect(
                rows.map { "\($0.requestID) \($0.kind) \($0.ending ?? "")" } == ["req_2 intent ", "req_2 outcome none"])
            #expect(rows.last?.status == 503)
            #expect(try await store.spent() == [0, 1_00])
            #expect(await store.begin(.charge("req_3", 2_00, idempotency: "ik")).brief == "proceed holding 200")
        }
    }

    @Test func aRetryOfALostCallThatWasNotSentLeavesItLost() async throws {
        try await withRelay(patienceMilliseconds: 0) { _, store, relay async throws in
            _ = await store.begin(.charge("req_2", 2_00, idempotency: "ik"))
            await store.end(.ended("req_2", .unknown))
            relay.arm(.beforeLedger)
            #expect(await store.begin(.charge("req_3", 2_00, idempotency: "ik")) == .unavailable)
            relay.restore()
            #expect(try await eventually { store.isHealthy })
            #expect(try await store.spent() == [0, 3_00])
            #expect(await store.begin(.charge("req_4", 2_00, idempotency: "ik")).brief == "retry hold_2 holding 200")
        }
    }

    @Test(arguments: [CuttingRelay.Cut.beforeServer, .beforeLedger])
    func anEndingIsWrittenOnce(cut: CuttingRelay.Cut) async throws {
        try await withRelay(patienceMilliseconds: 0) { _, store, relay async throws in
            relay.arm(cut)
            async let ended: Void = store.end(.settled("req_1", 1_00))
            #expect(try await eventually { relay.isDown && !store.isHealthy })
            relay.restore()
            await ended
            #expect(try await store.spent() == [1_00, 0])
            #expect(try await store.auditEntries(after: 2, limit: 10).map(\.ending) == ["settled"])
        }
    }

    @Test(arguments: [CuttingRelay.Cut.beforeServer, .beforeLedger])
    func anOperatorIsToldThatNothingIsKnown(cut: CuttingRelay.Cut) async throws {
        try await withRelay(patienceMilliseconds: 0) { _, store, relay async throws in
            relay.arm(cut)
            await #expect(throws: LedgerFailure.self) { try await store.issueKey("k2", cap: .unlimited) }
            relay.restore()
            #expect(try await eventually { store.isHealthy })
            #expect((store.directory.key(id: "k2") != nil) == (cut == .beforeLedger))
        }
    }
}
