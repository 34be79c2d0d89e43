internal import GRDB
internal import KeybrakeStripe

extension AuditEntry {
    static let columns = """
        seq, at_us, kind, request_id, key_id, conversation, conversation_source, agent, turn, operation, mode,
        decision, refusal, status, upstream_status, ending, object_id, related_id, meter, amount, currency, usd_cents,
        customer, idempotency_key, hold_id, policy_hash, detail
        """

    /// Reads ``columns``. Throws ``LedgerFailure/damaged(_:)`` for a row of a kind that does not exist.
    init(_ row: Row) throws {
        guard let kind = Kind(rawValue: row["kind"]) else {
            throw LedgerFailure.damaged("audit row \(row["seq"] as Int64) is of an unknown kind")
        }
        let attribution = Attribution(
            conversation: row["conversation"], conversationSource: row["conversation_source"], agent: row["agent"],
            turn: row["turn"]
        )
        let units: Int64? = row["amount"]
        let currency = (row["currency"] as String?).flatMap { Currency($0) }
        let decision: String? = row["decision"]
        let detail: String? = row["detail"]
        self.init(
            sequence: row["seq"], atMicroseconds: row["at_us"], kind: kind, requestID: row["request_id"],
            keyID: row["key_id"], attribution: attribution, operation: row["operation"], mode: row["mode"],
            decision: decision.flatMap(Decision.init), refusal: row["refusal"], status: row["status"],
            upstreamStatus: row["upstream_status"], ending: row["ending"], objectID: row["object_id"],
            relatedID: row["related_id"], meter: row["meter"],
            money: units.flatMap { units in currency.map { Money(minorUnits: units, currency: $0) } },
            usdCents: row["usd_cents"], customer: row["customer"], idempotencyKey: row["idempotency_key"],
            holdID: row["hold_id"], policyHash: row["policy_hash"],
            detail: try detail.map { try JSONParser.parse($0).objectValue ?? JSONObject() } ?? JSONObject()
        )
    }

    /// At most `limit` rows with a number above `sequence`, in order.
    static func fetch(after sequence: Int64, limit: Int, _ database: Database) throws -> [AuditEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM audit WHERE seq > ? ORDER BY seq LIMIT ?")
        let rows = try Row.fetchCursor(statement, arguments: [sequence, limit])
        var entries: [AuditEntry] = []
        while let row = try rows.next() { entries.append(try AuditEntry(row)) }
        return entries
    }

    /// The number of the newest row; 0 when there is none.
    static func lastSequence(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT max(seq) FROM audit") ?? 0
    }
}
