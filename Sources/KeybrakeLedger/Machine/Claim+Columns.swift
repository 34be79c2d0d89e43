extension Claim {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = """
        fingerprint, request_id, hold_id, state, status, headers, body, created_at_us, key_id, client_key
        """

    /// Reads ``columns``. A state that does not exist counts as unknown: the call is neither replayed nor forgotten.
    package init(_ row: some LedgerColumns) {
        let state = State(rawValue: row.text(3)) ?? .unknown
        let answer = StoredAnswer(
            status: Int(row.integer(4)), headers: AnswerHeaders.parse(row.text(5)), body: row.blob(6))
        self.init(
            id: ID(keyID: row.text(8), clientKey: row.text(9)), fingerprint: row.blob(0), requestID: row.text(1),
            holdID: row.optionalText(2), state: state, answer: state == .finished ? answer : nil,
            createdAtMicroseconds: row.integer(7)
        )
    }
}
