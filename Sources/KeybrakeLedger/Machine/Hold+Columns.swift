internal import KeybrakeStripe

extension Hold {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = """
        id, key_id, request_id, operation, meter, amount, currency, usd_cents, state, object_id, budget_id,
        window_start, created_at_us, updated_at_us, related_id, progress
        """

    /// Reads ``columns`` of an open hold. Throws ``LedgerFailure/damaged(_:)`` for one that contradicts itself.
    package init(_ row: some LedgerColumns) throws(LedgerFailure) {
        let id = row.text(0)
        guard let currency = Currency(row.text(6)), let state = HoldState(rawValue: row.text(8)) else {
            throw .damaged("hold \(id) has an unknown currency or state")
        }
        let amount = HoldAmount(
            money: Money(minorUnits: row.integer(5), currency: currency), usdCents: row.integer(7),
            windowStartSeconds: row.integer(11))
        self.init(
            id: id, keyID: row.text(1), requestID: row.text(2), operation: row.text(3), meter: row.text(4),
            budgetID: row.text(10), createdAtMicroseconds: row.integer(12), amount: amount,
            objectID: row.optionalText(9)
        )
        relatedID = row.optionalText(14)
        updatedAtMicroseconds = row.integer(13)
        let isRestored = HoldProgress.restore(row.optionalText(15), state: state, to: &self)
        refresh()
        guard isRestored, self.amount == amount, self.state == state else {
            throw .damaged("hold \(id) contradicts its own progress")
        }
    }
}
