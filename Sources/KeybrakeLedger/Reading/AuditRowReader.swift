/// Reads whole audit rows by their number.
package final class AuditRowReader {
    private let statement: ReadStatement

    init(on connection: OpaquePointer) throws(AuditDatabaseFailure) {
        statement = try ReadStatement(
            """
            SELECT seq, at_us, kind, request_id, key_id, conversation, conversation_source, agent, turn, operation,
              mode,  decision, refusal, status, upstream_status, ending, object_id, related_id, meter, amount, currency,
              usd_cents, customer, idempotency_key, policy_hash
            FROM audit WHERE seq = ?
            """,
            on: connection)
    }

    /// The row of that number, or `nil` when there is none.
    package func row(sequence: Int64) throws(AuditDatabaseFailure) -> AuditRow? {
        statement.bind(sequence, at: 1)
        guard try statement.step() else { return nil }
        return AuditRow(
            sequence: statement.integer(0), atMicroseconds: statement.integer(1), kind: statement.text(2),
            requestID: statement.text(3), keyID: statement.optionalText(4), conversation: statement.optionalText(5),
            conversationSource: statement.optionalText(6), agent: statement.optionalText(7),
            turn: statement.optionalText(8), operation: statement.optionalText(9), mode: statement.optionalText(10),
            decision: statement.optionalText(11), refusal: statement.optionalText(12),
            status: statement.optionalInteger(13), upstreamStatus: statement.optionalInteger(14),
            ending: statement.optionalText(15), objectID: statement.optionalText(16),
            relatedID: statement.optionalText(17), meter: statement.optionalText(18),
            amount: statement.optionalInteger(19), currency: statement.optionalText(20),
            usdCents: statement.optionalInteger(21), customer: statement.optionalText(22),
            idempotencyKey: statement.optionalText(23), policyHash: statement.optionalText(24)
        )
    }
}
