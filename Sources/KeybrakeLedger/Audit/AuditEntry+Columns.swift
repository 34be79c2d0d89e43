internal import KeybrakeStripe

extension AuditEntry {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = """
        seq, at_us, kind, request_id, key_id, conversation, conversation_source, agent, turn, operation, mode,
        decision, refusal, status, upstream_status, ending, object_id, related_id, meter, amount, currency, usd_cents,
        customer, idempotency_key, hold_id, policy_hash, detail
        """

    /// Reads ``columns``. Throws ``LedgerFailure/damaged(_:)`` for a row of a kind that does not exist.
    package init(_ row: some LedgerColumns) throws(LedgerFailure) {
        guard let kind = Kind(rawValue: row.text(2)) else {
            throw .damaged("audit row \(row.integer(0)) is of an unknown kind")
        }
        let units = row.optionalInteger(19)
        let currency = row.optionalText(20).flatMap { Currency($0) }
        self.init(
            sequence: row.integer(0), atMicroseconds: row.integer(1), kind: kind, requestID: row.text(3),
            keyID: row.optionalText(4),
            attribution: Attribution(
                conversation: row.optionalText(5), conversationSource: row.optionalText(6),
                agent: row.optionalText(7), turn: row.optionalText(8)),
            operation: row.optionalText(9), mode: row.optionalText(10),
            decision: row.optionalText(11).flatMap(Decision.init), refusal: row.optionalText(12),
            status: row.optionalInteger(13).map { Int($0) }, upstreamStatus: row.optionalInteger(14).map { Int($0) },
            ending: row.optionalText(15), objectID: row.optionalText(16), relatedID: row.optionalText(17),
            meter: row.optionalText(18),
            money: units.flatMap { units in currency.map { Money(minorUnits: units, currency: $0) } },
            usdCents: row.optionalInteger(21), customer: row.optionalText(22), idempotencyKey: row.optionalText(23),
            holdID: row.optionalText(24), policyHash: row.optionalText(25),
            detail: Self.detail(row.optionalText(26))
        )
    }

    /// A detail that is no JSON object is shown as it is rather than hidden.
    private static func detail(_ text: String?) -> JSONObject {
        guard let text else { return JSONObject() }
        return (try? JSONParser.parse(text))?.objectValue ?? ["unreadable": .string(text)]
    }
}
