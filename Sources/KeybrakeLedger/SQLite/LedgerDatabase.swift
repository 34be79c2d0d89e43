internal import GRDB
internal import GRDBSQLite
internal import Glibc

/// The ledger's file, opened for one writer, with the lock that keeps others out.
final class LedgerDatabase: Sendable {
    let path: String
    /// The writing connection.
    private let writer: DatabaseQueue
    /// A second connection, so that reading for an operator keeps no money call waiting.
    private let reader: DatabaseQueue
    /// Let go of last.
    private let lock: LedgerLock

    /// Opens or makes the file.
    ///
    /// - Throws: ``LedgerFailure`` for a file in use, foreign, newer or damaged, and for what the disk refuses. A file
    ///   that is refused is left as it was.
    init(path: String, pageCountMax: Int?) throws(LedgerFailure) {
        self.path = path
        lock = try LedgerLock(databasePath: path)
        try Self.makeFile(path)
        do {
            var writing = Configuration()
            writing.label = "keybrake-ledger"
            writing.busyMode = .timeout(5)
            writing.prepareDatabase { try Self.prepare($0, path: path, pageCountMax: pageCountMax) }
            writer = try DatabaseQueue(path: path, configuration: writing)
            var reading = Configuration()
            reading.label = "keybrake-ledger-reader"
            reading.readonly = true
            reading.busyMode = .timeout(5)
            reader = try DatabaseQueue(path: path, configuration: reading)
        } catch {
            throw LedgerFailure(error, path: path)
        }
    }

    /// Runs `access` on the writing connection, alone.
    func write<Value>(_ access: (OpaquePointer) throws -> Value) throws(LedgerFailure) -> Value {
        do {
            return try writer.writeWithoutTransaction { database in
                guard let connection = database.sqliteConnection else { throw LedgerFailure.closed }
                return try access(connection)
            }
        } catch {
            throw LedgerFailure(error, path: path)
        }
    }

    /// Runs `access` on the reading connection, at one moment of the database.
    func read<Value: Sendable>(
        _ access: @escaping @Sendable (LedgerLoader) throws -> Value
    ) async throws(LedgerFailure) -> Value {
        do {
            return try await reader.read { [path] database in
                guard let connection = database.sqliteConnection else { throw LedgerFailure.closed }
                return try access(LedgerLoader(connection: connection, path: path))
            }
        } catch {
            throw LedgerFailure(error, path: path)
        }
    }

    /// Closes both connections, which brings the log into the database, and lets others open it. Statements must be
    /// gone by now.
    func close() throws(LedgerFailure) {
        defer { lock.release() }
        do {
            try reader.close()
            try writer.close()
        } catch {
            throw LedgerFailure(error, path: path)
        }
    }

    /// Keys' codes and customers' answers lie in the file: nobody else may read it.
    private static func makeFile(_ path: String) throws(LedgerFailure) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw .disk("cannot make \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func prepare(_ database: Database, path: String, pageCountMax: Int?) throws {
        let version = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= LedgerSchema.version else {
            throw LedgerFailure.newerVersion(path: path, found: version, known: LedgerSchema.version)
        }
        let tables = try Set(String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'"))
        let isNew = version == 0 && tables.isEmpty
        guard isNew || (version > 0 && tables.isSuperset(of: LedgerSchema.tables)) else {
            throw LedgerFailure.foreignFile(path: path)
        }
        try database.execute(
            sql: """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA trusted_schema = OFF;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 67108864;
                """)
        if let pageCountMax { try database.execute(sql: "PRAGMA max_page_count = \(pageCountMax)") }
        if isNew { try makeTables(database) }
    }

    private static func makeTables(_ database: Database) throws {
        try database.inTransaction(.immediate) {
            try database.execute(sql: LedgerSchema.sql)
            try database.execute(sql: "PRAGMA user_version = \(LedgerSchema.version)")
            return .commit
        }
    }
}
