import GRDBSQLite

/// A ledger database written by hand, with the schema of the product.
final class TestLedger {
    static let july: Int64 = 1_782_864_000  // 2026-07-01 00:00:00 UTC

    private let file: String
    private var connection: OpaquePointer?
    private var sequence = 0
    private var waiting: [Call] = []

    /// The file, with all calls in it in the order of time.
    var path: String {
        flush()
        return file
    }

    init(_ folder: TemporaryFolder, name: String = "keybrake.db", version: Int = 1) {
        file = "\(folder.path)/\(name)"
        sqlite3_open(file, &connection)
        run(Self.schema + "PRAGMA user_version = \(version);")
    }

    deinit { sqlite3_close_v2(connection) }

    func run(_ sql: String) {
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(connection, sql, nil, nil, &message)
        precondition(code == SQLITE_OK, message.map { String(cString: $0) } ?? "SQL failed")
    }

    /// Files a policy under a name that is no hash.
    func policy(
        _ name: String = "p1", cap: String = "\"1000.00\"", perCall: String = "null",
        operations: String = #"["POST /v1/*","GET *"]"#, customers: String = "[]"
    ) {
        let body =
            #"{"daily_cap_usd":\#(cap),"per_call_max_usd":\#(perCall),"allowed_operations":\#(operations),"#
            + #""customers":\#(customers)}"#
        run("INSERT INTO policy VALUES ('\(name)', '\(body)', 0)")
    }

    /// Issues a key at the beginning of the month unless told otherwise. Times are seconds after it.
    func key(
        _ id: String = "k1", conversation: String? = nil, policy: String = "p1", created: Int64 = -3_600,
        expires: Int64? = nil, revoked: Int64? = nil
    ) {
        run(
            """
            INSERT INTO vault_key VALUES ('\(id)', 'test', x'00', NULL, '\(policy)',
              \(Self.quoted(conversation)), 'billing', \(Self.micro(created)),
              \(expires.map { "\(Self.micro($0))" } ?? "NULL"), NULL,
              \(revoked.map { "\(Self.micro($0))" } ?? "NULL"), \(revoked == nil ? "NULL" : "'lost'"), NULL, 0)
            """)
    }

    /// What a call was and what became of it.
    struct Call {
        var at: Int64 = 60
        var key: String? = "k1"
        var conversation: String? = TestText.conversation
        var operation = "POST /v1/charges"
        var mode = "live"
        var decision = "allowed"
        var refusal: String?
        var status: Int? = 200
        var upstream: Int? = 200
        var ending = "settled"
        var object: String? = "ch_1"
        var related: String?
        var meter = "charge"
        var amount: Int64? = 1_250
        var currency: String? = "usd"
        var usd: Int64?
        var customer: String? = "cus_1"
        var idempotency: String?
        var policy = "p1"
        /// Which rows are written.
        var rows = ["intent", "outcome"]
    }

    /// Notes a call; its rows are written when the file is asked for.
    func call(_ change: (inout Call) -> Void = { _ in }) {
        var call = Call()
        change(&call)
        waiting.append(call)
    }

    /// Writes the rows of the calls noted since, in the order of time.
    func flush() {
        let order = waiting.indices.sorted { (waiting[$0].at, $0) < (waiting[$1].at, $1) }
        run("BEGIN")
        for index in order {
            let request = "req_\(sequence)"
            for kind in waiting[index].rows { write(waiting[index], kind: kind, request: request) }
        }
        run("COMMIT")
        waiting = []
    }

    private func write(_ call: Call, kind: String, request: String) {
        sequence += 1
        let isOutcome = kind == "outcome"
        let number: (Int?) -> String = { isOutcome ? $0.map(String.init) ?? "NULL" : "NULL" }
        let word: (String?) -> String = { isOutcome ? Self.quoted($0) : "NULL" }
        run(
            """
            INSERT INTO audit VALUES (\(sequence), \(Self.micro(call.at) + (isOutcome ? 200_000 : 0)), '\(kind)',
              '\(request)',  \(Self.quoted(call.key)), \(Self.quoted(call.conversation)), 'key', 'billing', '3',
              \(Self.quoted(call.operation)), '\(call.mode)', '\(call.decision)', \(Self.quoted(call.refusal)),
              \(number(call.status)), \(number(call.upstream)), \(word(call.ending)), \(word(call.object)),
              \(word(call.related)), '\(call.meter)', \(call.amount.map(String.init) ?? "NULL"),
              \(Self.quoted(call.currency)), \((call.usd ?? call.amount).map(String.init) ?? "NULL"),
              \(Self.quoted(call.customer)), \(Self.quoted(call.idempotency)), NULL, '\(call.policy)', NULL)
            """)
    }

    static func micro(_ seconds: Int64) -> Int64 { (july + seconds) * 1_000_000 }

    private static func quoted(_ text: String?) -> String {
        text.map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }
            ?? "NULL"
    }

    private static let schema = """
        CREATE TABLE policy(hash TEXT PRIMARY KEY, body TEXT NOT NULL, created_at_us INTEGER NOT NULL) STRICT;
        CREATE TABLE vault_key(id TEXT PRIMARY KEY, environment TEXT NOT NULL, mac BLOB NOT NULL, label TEXT,
          policy_hash TEXT NOT NULL REFERENCES policy(hash), conversation TEXT, agent TEXT,
          created_at_us INTEGER NOT NULL, expires_at_us INTEGER, paused_at_us INTEGER, revoked_at_us INTEGER,
          revoke_reason TEXT, replaces TEXT, epoch INTEGER NOT NULL) STRICT;
        CREATE TABLE audit(seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL,
          request_id TEXT NOT NULL, key_id TEXT, conversation TEXT, conversation_source TEXT, agent TEXT, turn TEXT,
          operation TEXT, mode TEXT, decision TEXT, refusal TEXT, status INTEGER, upstream_status INTEGER,
          ending TEXT, object_id TEXT, related_id TEXT, meter TEXT, amount INTEGER, currency TEXT, usd_cents INTEGER,
          customer TEXT, idempotency_key TEXT, hold_id TEXT, policy_hash TEXT, detail TEXT) STRICT;
        """
}

/// Words that tests share.
enum TestText {
    static let conversation = "6f1c1d3e-0000-4000-8000-000000000001"
    static let otherConversation = "6f1c1d3e-0000-4000-8000-000000000002"
    static let header = "id,Created date (UTC),Amount,Amount Refunded,Currency,Description,Status,Customer ID"
}
