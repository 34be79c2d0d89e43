import GRDBSQLite
import Glibc
import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// What only a ledger in a file can get wrong.
@Suite struct SQLiteLedgerStoreTests {
    // MARK: Files that are refused

    @Test func aSecondOpenerIsToldThatTheLedgerIsInUse() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            #expect(throws: LedgerFailure.inUse(path: path)) { try openSQLite(path) }
            // The first is not disturbed, and a third may follow once it is closed.
            try await store.issueKey(cap: .unlimited)
            await store.close()
            let third = try openSQLite(path)
            #expect(third.directory.key(id: "key") != nil)
            await third.close()
        }
    }

    @Test(arguments: ["no database at all, but a letter of some length", "SQLite format 3\0 and then nonsense"])
    func aForeignFileIsRefusedAndLeftAlone(text: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            try writeFile(path, Array(text.utf8))
            #expect(throws: LedgerFailure.foreignFile(path: path)) { try openSQLite(path) }
            #expect(try readFile(path) == Array(text.utf8))
        }
    }

    @Test func anotherProgramsDatabaseIsRefusedAndLeftAlone() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            try execute("CREATE TABLE notes(text TEXT)", on: path)
            let before = try readFile(path)
            #expect(throws: LedgerFailure.foreignFile(path: path)) { try openSQLite(path) }
            #expect(try readFile(path) == before)
            try execute("PRAGMA user_version = 1", on: path)
            #expect(throws: LedgerFailure.foreignFile(path: path)) { try openSQLite(path) }
        }
    }

    @Test func aNewerVersionIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            await (try openSQLite(path)).close()
            try execute("PRAGMA user_version = 2", on: path)
            #expect(throws: LedgerFailure.newerVersion(path: path, found: 2, known: 1)) { try openSQLite(path) }
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
        do {
            _ = try openSQLite("/nonexistent/keybrake.db")
            Issue.record("opened")
        } catch {
            #expect(error.description.contains("/nonexistent/keybrake.db"))
            #expect(error.description.contains("No such file"))
        }
    }

    @Test func anEmptyFileBecomesALedger() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            try writeFile(path, [])
            await (try openSQLite(path)).close()
        }
    }

    @Test func contentsThatContradictThemselvesAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .usdCents(10_00))
            _ = await store.begin(.charge("req_1", 3_00))
            await store.end(.ended("req_1", .unknown))
            await store.close()
            try execute("UPDATE budget_window SET held_usd_cents = 0", on: path)
            #expect { try openSQLite(path) } throws: { error in
                if case LedgerFailure.damaged(let reason) = error { reason.contains("300") } else { false }
            }
        }
    }

    // MARK: The file itself

    @Test func theFileIsReadableByItsOwnerOnly() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .unlimited)
            for name in [path, path + "-wal", path + "-lock"] {
                var status = stat()
                #expect(stat(name, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600, "\(name)")
            }
            await store.close()
        }
    }

    @Test func auditRowsCannotBeChangedOrDeleted() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .unlimited)
            await store.close()
            #expect(throws: SQLFailure("audit rows are never changed")) {
                try execute("UPDATE audit SET key_id = 'x'", on: path)
            }
            #expect(throws: SQLFailure("audit rows are never deleted")) { try execute("DELETE FROM audit", on: path) }
        }
    }

    @Test func theAuditorsReaderUnderstandsTheFileWhileItIsWritten() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .usdCents(10_00))
            _ = await store.begin(.charge("req_1", 6_00, idempotency: "ik"))
            await store.end(.settled("req_1", 5_50))
            let reader = try AuditDatabase(path: path)
            #expect(try reader.extent() == AuditExtent(firstSequence: 1, lastSequence: 3))
            #expect(try reader.vaultKeys().map(\.id) == ["key"])
            #expect(try reader.policies().map(\.hash) == [store.directory.key(id: "key")?.key.policyHash])
            let row = try #require(try reader.rows().row(sequence: 3))
            #expect(row.objectID == "ch_req_1")
            #expect([row.amount, row.usdCents] == [5_50, 5_50])
            #expect([row.kind, row.ending, row.idempotencyKey] == ["outcome", "settled", "ik"])
            await store.close()
        }
    }

    @Test func theSecretOfAKeyIsNotInTheFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            let secret = String(repeating: "S3", count: 16)
            let token = try #require(VaultKeyToken.mint(environment: "test", id: "abcdefghijkl", secret: secret))
            let policy = try Policy(dailyCap: .unlimited, allowedOperations: [])
            let new = NewVaultKey(
                id: token.id, environment: "test", mac: token.code(pepper: [1]), policy: policy)
            _ = try await store.issue(new, stamp: AdminStamp(requestID: "req_a", atMicroseconds: 0))
            await store.close()
            let bytes = try readFile(path)
            #expect(bytes.firstRange(of: Array(token.id.utf8)) != nil)
            #expect(bytes.firstRange(of: Array(secret.utf8)) == nil)
        }
    }

    @Test func expiredClaimsAreForgottenAndOthersKept() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/keybrake.db"
            let store = try openSQLite(path)
            try await store.issueKey(cap: .unlimited)
            let answer = StoredAnswer(status: 200, headers: [], body: [])
            for index in 0..<40 {
                let at = Scene.noon + Int64(index) * Scene.hour
                _ = await store.begin(.charge("req_\(index)", 1, idempotency: "ik-\(index)", at: at))
                await store.end(.settled("req_\(index)", 1, answer: answer))
            }
            await store.close()
            // Written in the 39th hour; of the 40, those of the last 24 are kept.
            #expect(try count("SELECT count(*) FROM idempotency", on: path) == 24)
            #expect(try count("SELECT count(*) FROM idempotency WHERE client_key = 'ik-16'", on: path) == 1)
        }
    }

    // MARK: A full disk

    @Test func aFullDiskLetsNoMoneyOutAndLosesNoRow() async throws {
        try await withTemporaryFolder { folder in
            let store = try openSQLite(folder + "/keybrake.db")
            try await store.issueKey(cap: .usdCents(1_000_00))
            _ = await store.begin(.charge("req_open", 7_00))
            try store.limitPages(to: 1)
            var calls = 1
            while store.isHealthy, calls < 5_000 {
                calls += 1
                store.record(
                    RecordedCall(
                        requestID: "req_r\(calls)", atMicroseconds: 1, endedAtMicroseconds: 1, clientStatus: 200,
                        detail: ["filler": .string(String(repeating: "x", count: 500))]))
                _ = await store.begin(.charge("req_c\(calls)", 1))
                calls += 1
            }
            #expect(!store.isHealthy)
            // Money, ends and rows while nothing can be written.
            #expect(await store.begin(.charge("req_u1", 5_00, idempotency: "ik")) == .unavailable)
            store.end(.settled("req_open", 7_00), completion: nil)
            store.record(
                RecordedCall(requestID: "req_u2", atMicroseconds: 1, endedAtMicroseconds: 1, clientStatus: 200))
            await #expect(throws: LedgerFailure.self) { try await store.issueKey("k2", cap: .unlimited) }
            #expect(store.directory.key(id: "k2") == nil)

            try store.limitPages(to: 1_000_000)
            while !store.isHealthy { await Task.yield() }
            let entries = try await store.auditEntries(after: 0, limit: 100_000)
            #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
            #expect(Set(entries.map(\.requestID)).count == calls + 3)
            #expect(entries.count == 1 + 2 * (calls + 2) - unendedCount(entries))
            let refused = entries.filter { $0.requestID == "req_u1" }
            #expect(refused.map(\.refusal) == ["ledger_unavailable", "ledger_unavailable"])
            #expect(refused.last?.status == 503)
            #expect(entries.filter { $0.requestID == "req_open" }.map(\.ending) == [nil, "settled"])
            #expect(store.lostCallCount == 0)
            // The refused call held nothing and claimed nothing.
            #expect(await store.begin(.charge("req_v", 5_00, idempotency: "ik")).brief == "proceed holding 500")
            let admitted = Int64(entries.count { $0.requestID.hasPrefix("req_c") && $0.holdID != nil })
            #expect(try await store.spent() == [7_00, 5_00 + admitted])
            await store.close()
        }
    }

    /// Calls that were let out and have no outcome.
    private func unendedCount(_ entries: [AuditEntry]) -> Int {
        let ended = Set(entries.filter { $0.kind == .outcome }.map(\.requestID))
        return entries.count { $0.kind == .intent && !ended.contains($0.requestID) }
    }

    @Test func whatCannotBeKeptIsCountedAndSaid() async throws {
        try await withTemporaryFolder { folder in
            let store = try openSQLite(folder + "/keybrake.db") { $0.retainedCallsMax = 3 }
            try await store.issueKey(cap: .unlimited)
            _ = await store.begin(.charge("req_open", 1))
            try store.limitPages(to: 1)
            var index = 0
            while store.lostCallCount < 2 {
                index += 1
                _ = await store.begin(.charge("req_\(index)", 1))
            }
            // The ending of a money call is kept all the same.
            store.end(.settled("req_open", 1), completion: nil)
            #expect(await store.begin(.charge("req_last", 1)) == .unavailable)
            try store.limitPages(to: 1_000_000)
            while !store.isHealthy { await Task.yield() }
            let entries = try await store.auditEntries(after: 0, limit: 100_000)
            #expect(entries.filter { $0.requestID == "req_open" }.count == 2)
            let lost = entries.first { $0.detail["act"] == "lost_rows" }
            #expect(lost?.detail["calls"]?.integerValue == Int64(store.lostCallCount))
            await store.close()
        }
    }

    // MARK: A writer that cannot follow

    @Test func aFullQueueRefusesMoneyButTakesEndings() throws {
        let queue = CommandQueue(batchCommandsMax: 10, lingerMicroseconds: 0, commandsMax: 4)
        for index in 0..<4 { #expect(queue.push(.begin(.charge("req_\(index)", 1)) { _ in })) }
        #expect(!queue.hasRoom)
        #expect(!queue.push(.begin(.charge("req_4", 1)) { _ in }))
        #expect(queue.push(.end(.settled("req_0", 1), nil)))
        #expect(queue.take(timeoutMicroseconds: 0)?.count == 5)
        #expect(queue.hasRoom)
        queue.close()
        #expect(!queue.push(.end(.settled("req_0", 1), nil)))
        #expect(queue.take(timeoutMicroseconds: nil) == nil)
    }
}

// MARK: SQLite from outside

struct SQLFailure: Error, Equatable {
    let message: String
    init(_ message: String) { self.message = message }
}

private func execute(_ sql: String, on path: String) throws {
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    try #require(sqlite3_open(path, &connection) == SQLITE_OK)
    guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
        throw SQLFailure(String(cString: sqlite3_errmsg(connection)))
    }
}

private func count(_ sql: String, on path: String) throws -> Int64 {
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    try #require(sqlite3_open(path, &connection) == SQLITE_OK)
    let statement = try SQLiteStatement(sql, on: #require(connection), path: path)
    return try statement.first { $0.integer(0) } ?? -1
}

private func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let file = try #require(fopen(path, "wb"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

private func readFile(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return bytes }
        bytes += buffer.prefix(count)
    }
}
