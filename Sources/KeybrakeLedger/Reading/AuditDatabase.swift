internal import GRDBSQLite
internal import Glibc

/// A ledger database, opened for reading only, at one moment: rows that the proxy writes later are not seen.
///
/// Works while the proxy writes (WAL), never writes itself, and refuses files that are not a Keybrake ledger.
package final class AuditDatabase {
    /// The newest schema that this reader understands.
    package static let schemaVersionMax: Int64 = 1

    /// The file as it was named.
    package let path: String
    private let connection: OpaquePointer

    /// Opens the file and begins one read transaction.
    ///
    /// - Throws: ``AuditDatabaseFailure`` for a file that is missing, empty, foreign, of a newer schema or damaged.
    package init(path: String) throws(AuditDatabaseFailure) {
        try Self.checkMagic(path)
        self.path = path
        do throws(AuditDatabaseFailure) {
            connection = try Self.open(path, flags: 0)
            return
        } catch {
            // A read-only directory cannot hold the shared memory of a WAL file; without a log none is needed.
            guard !Self.hasLog(path) else { throw error }
        }
        connection = try Self.open(Self.immutableAddress(path), flags: SQLITE_OPEN_URI)
    }

    deinit { sqlite3_close_v2(connection) }

    private static func open(_ address: String, flags: Int32) throws(AuditDatabaseFailure) -> OpaquePointer {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(address, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, nil)
        guard let opened else { throw AuditDatabaseFailure("no memory to open \(address)") }
        do throws(AuditDatabaseFailure) {
            guard code == SQLITE_OK else { throw AuditDatabaseFailure(String(cString: sqlite3_errmsg(opened))) }
            sqlite3_busy_timeout(opened, 5_000)
            sqlite3_exec(opened, "PRAGMA query_only = 1", nil, nil, nil)
            sqlite3_exec(opened, "BEGIN", nil, nil, nil)
            try checkSchema(opened)
            return opened
        } catch {
            sqlite3_close_v2(opened)
            throw error
        }
    }

    private static func checkMagic(_ path: String) throws(AuditDatabaseFailure) {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw AuditDatabaseFailure("cannot open \(path): \(String(cString: strerror(errno)))") }
        defer { Glibc.close(file) }
        var head = [UInt8](repeating: 0, count: 16)
        let count = Glibc.read(file, &head, 16)
        guard count != 0 else { throw AuditDatabaseFailure("\(path) is empty") }
        guard count == 16, head == Array("SQLite format 3\0".utf8) else {
            throw AuditDatabaseFailure("\(path) is not a SQLite database")
        }
    }

    private static func checkSchema(_ connection: OpaquePointer) throws(AuditDatabaseFailure) {
        let version = try number("PRAGMA user_version", on: connection)
        guard version <= schemaVersionMax else {
            throw AuditDatabaseFailure(
                "the database has schema version \(version), this program reads up to \(schemaVersionMax): "
                    + "use a newer keybrake-audit")
        }
        let tables = try number(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('audit', 'vault_key', 'policy')",
            on: connection)
        guard version >= 1, tables == 3 else { throw AuditDatabaseFailure("the database is no Keybrake ledger") }
        let encoding = try ReadStatement("PRAGMA encoding", on: connection)
        guard try encoding.step(), encoding.text(0) == "UTF-8" else {
            throw AuditDatabaseFailure("the database is not encoded in UTF-8")
        }
    }

    private static func number(_ sql: String, on connection: OpaquePointer) throws(AuditDatabaseFailure) -> Int64 {
        let statement = try ReadStatement(sql, on: connection)
        return try statement.step() ? statement.integer(0) : 0
    }

    private static func hasLog(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    private static func immutableAddress(_ path: String) -> String {
        var address = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "?"): address += "%3f"
            case UInt8(ascii: "#"): address += "%23"
            case UInt8(ascii: "%"): address += "%25"
            default: address.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return address + "?immutable=1"
    }

    /// The first and last number of the audit table.
    package func extent() throws(AuditDatabaseFailure) -> AuditExtent {
        // Each bound alone is a look at one end of the table; together they would be a walk through it.
        let first = try ReadStatement("SELECT min(seq) FROM audit", on: connection)
        let last = try ReadStatement("SELECT max(seq) FROM audit", on: connection)
        guard try first.step(), try last.step() else { return AuditExtent(firstSequence: nil, lastSequence: nil) }
        return AuditExtent(firstSequence: first.optionalInteger(0), lastSequence: last.optionalInteger(0))
    }

    /// How many rows the audit table has, by counting them.
    package func rowCount() throws(AuditDatabaseFailure) -> Int64 {
        try Self.number("SELECT count(*) FROM audit", on: connection)
    }

    /// The places where numbers are missing from the sequence, at most `limit` of them.
    package func sequenceGaps(limit: Int) throws(AuditDatabaseFailure) -> [ClosedRange<Int64>] {
        let statement = try ReadStatement(
            """
            SELECT previous + 1, seq - 1 FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS previous FROM audit)
            WHERE seq > previous + 1 ORDER BY seq LIMIT \(limit)
            """,
            on: connection)
        var gaps: [ClosedRange<Int64>] = []
        while try statement.step() { gaps.append(statement.integer(0)...statement.integer(1)) }
        return gaps
    }

    /// A pass over intent and outcome rows in the order of their numbers.
    package func scan() throws(AuditDatabaseFailure) -> AuditScan {
        try AuditScan(on: connection)
    }

    /// Reads whole rows by number, for evidence.
    package func rows() throws(AuditDatabaseFailure) -> AuditRowReader {
        try AuditRowReader(on: connection)
    }

    /// Every vault key ever issued, by id.
    package func vaultKeys() throws(AuditDatabaseFailure) -> [VaultKeyRow] {
        let statement = try ReadStatement(
            """
            SELECT id, label, policy_hash, conversation, agent, created_at_us, expires_at_us, paused_at_us,
              revoked_at_us, revoke_reason FROM vault_key ORDER BY id
            """,
            on: connection)
        var rows: [VaultKeyRow] = []
        while try statement.step() {
            rows.append(
                VaultKeyRow(
                    id: statement.text(0), label: statement.optionalText(1), policyHash: statement.text(2),
                    conversation: statement.optionalText(3), agent: statement.optionalText(4),
                    createdAtMicroseconds: statement.integer(5), expiresAtMicroseconds: statement.optionalInteger(6),
                    pausedAtMicroseconds: statement.optionalInteger(7),
                    revokedAtMicroseconds: statement.optionalInteger(8), revokeReason: statement.optionalText(9)
                ))
        }
        return rows
    }

    /// Every policy ever used, by hash.
    package func policies() throws(AuditDatabaseFailure) -> [PolicyRow] {
        let statement = try ReadStatement("SELECT hash, body FROM policy ORDER BY hash", on: connection)
        var rows: [PolicyRow] = []
        while try statement.step() { rows.append(PolicyRow(hash: statement.text(0), body: statement.text(1))) }
        return rows
    }
}
