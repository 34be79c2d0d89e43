internal import CLibPQ
internal import Glibc
internal import KeybrakeLedger

/// One connection to the server, for one thread. Every call blocks until the server has answered.
final class PostgresConnection {
    private let handle: OpaquePointer
    private var preparedNames: Set<String> = []

    /// Connects and makes the session one that keeps promises: commits are waited for, nothing waits for ever.
    init(_ settings: PostgresLedgerSettings, purpose: String) throws(PostgresError) {
        let options: [(String, String)] = [
            ("target_session_attrs", "read-write"), ("connect_timeout", "\(settings.connectTimeoutSeconds)"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"), ("fallback_application_name", "keybrake \(purpose)"),
            // What the address itself says comes after the above, and overrides it.
            ("dbname", settings.address.connectionString), ("client_encoding", "UTF8"),
        ]
        var names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let connection = PQconnectdbParams(&names, &values, 1) else {
            throw PostgresError(.unreachable, "out of memory while connecting")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = Self.text(PQerrorMessage(connection))
            PQfinish(connection)
            throw PostgresError(.unreachable, "cannot connect: \(message)")
        }
        handle = connection
        kb_pq_silence(connection)
        guard Self.text(PQparameterStatus(connection, "server_encoding")) == "UTF8" else {
            throw PostgresError(.other, "the database's encoding must be UTF8, or some texts could not be stored")
        }
        try execute(Self.sessionSQL(settings))
    }

    deinit { PQfinish(handle) }

    private static func sessionSQL(_ settings: PostgresLedgerSettings) -> String {
        """
        SET lock_timeout = \(settings.lockTimeoutMilliseconds);
        SET statement_timeout = \(settings.statementTimeoutMilliseconds);
        SET idle_in_transaction_session_timeout = \(settings.statementTimeoutMilliseconds);
        SET tcp_user_timeout = 20000;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        """
    }

    /// The descriptor to wait on for notifications.
    var socket: Int32 { PQsocket(handle) }

    /// Whether the connection is known to be broken.
    var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

    // MARK: Statements

    /// Runs statements without values and without interest in their rows.
    func execute(_ sql: String) throws(PostgresError) {
        guard let result = PQexec(handle, sql) else { throw lost() }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw error(result) }
    }

    /// Sends all requests at once and reads their results, in order. After a failure none of the later ones was run.
    func run(_ requests: [PostgresRequest]) throws(PostgresError) -> [PostgresResult] {
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        var isPreparing: [Bool] = []
        isPreparing.reserveCapacity(requests.count)
        for request in requests { isPreparing.append(try send(request)) }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var results: [PostgresResult] = []
        var failure: PostgresError?
        for (request, isPreparing) in zip(requests, isPreparing) {
            do throws(PostgresError) {
                if isPreparing {
                    _ = try receive()
                    preparedNames.insert(request.statement.name)
                }
            } catch {
                failure = failure ?? error
            }
            do throws(PostgresError) {
                results.append(try receive())
            } catch {
                failure = failure ?? error
                if error.kind == .connectionLost { throw failure ?? error }
            }
        }
        try receiveSync()
        if let failure { throw failure }
        return results
    }

    /// Gives up an open transaction, if there is one and the connection stands.
    func rollBack() {
        guard !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        try? execute("ROLLBACK")
    }

    /// Sends a request, and before it the order to prepare it when the server does not know it yet.
    private func send(_ request: PostgresRequest) throws(PostgresError) -> Bool {
        let statement = request.statement
        let isNew = !preparedNames.contains(statement.name)
        if isNew {
            let types = request.values.map(\.typeNumber)
            guard PQsendPrepare(handle, statement.name, statement.sql, Int32(types.count), types) == 1 else {
                throw lost()
            }
        }
        guard sendValues(of: request) else { throw lost() }
        return isNew
    }

    private func sendValues(of request: PostgresRequest) -> Bool {
        var bytes: [UInt8] = []
        var lengths: [Int32] = []
        for value in request.values {
            let wire = value.wireBytes
            bytes += wire
            lengths.append(Int32(clamping: wire.count))
        }
        let formats = [Int32](repeating: 1, count: lengths.count)
        return bytes.withUnsafeBytes { buffer in
            // An empty value still needs an address, because none means null.
            let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            var offset = 0
            let places: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { offset += Int(length) }
                // SAFETY: any memory may be read as characters; libpq reads `length` of them before it returns.
                return (base.map { $0 + offset })?.assumingMemoryBound(to: CChar.self)
            }
            return PQsendQueryPrepared(
                handle, request.statement.name, Int32(lengths.count), places, lengths, formats, 1) == 1
        }
    }

    /// The result of one statement, and the empty one that ends it.
    private func receive() throws(PostgresError) -> PostgresResult {
        guard let result = PQgetResult(handle) else { throw lost() }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            let failure = error(result)
            PQclear(result)
            if failure.kind != .connectionLost { skipResults() }
            throw failure
        }
        skipResults()
        return PostgresResult(result)
    }

    private func skipResults() {
        while let rest = PQgetResult(handle) { PQclear(rest) }
    }

    private func receiveSync() throws(PostgresError) {
        guard let result = PQgetResult(handle) else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC, PQexitPipelineMode(handle) == 1 else { throw lost() }
    }

    // MARK: Notifications

    /// Reads what has arrived, and lets go of the notifications in it: that something came is all they say.
    func takeNotifications() throws(PostgresError) {
        guard PQconsumeInput(handle) == 1 else { throw lost() }
        while let notification = PQnotifies(handle) { PQfreemem(notification) }
    }

    // MARK: Errors

    private func lost() -> PostgresError {
        let message = Self.text(PQerrorMessage(handle))
        return PostgresError(.connectionLost, message.isEmpty ? "the connection is lost" : message)
    }

    private func error(_ result: OpaquePointer) -> PostgresError {
        guard let state = kb_pq_sqlstate(result) else {
            return isBroken ? lost() : PostgresError(.other, "the statement was not run")
        }
        let failure = PostgresError(sqlState: Self.text(state), message: Self.text(kb_pq_message(result)))
        return isBroken ? PostgresError(.connectionLost, failure.message) : failure
    }

    private static func text(_ characters: UnsafePointer<CChar>?) -> String {
        guard let characters else { return "" }
        let text = String(cString: characters)
        return text.split(separator: "\n").first.map(String.init) ?? ""
    }
}
