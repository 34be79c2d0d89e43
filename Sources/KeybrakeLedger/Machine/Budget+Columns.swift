extension Budget {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = "id, scope_kind, scope_id, window_kind, cap_usd_cents"

    /// Reads ``columns``.
    package init(_ row: some LedgerColumns) {
        self.init(
            id: row.text(0), scopeKind: row.text(1), scopeID: row.text(2), windowKind: row.text(3),
            cap: row.optionalInteger(4).map { .usdCents($0) } ?? .unlimited
        )
    }
}

extension BudgetWindow {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = "budget_id, window_start, settled_usd_cents, held_usd_cents"

    /// Reads ``columns``. Throws ``LedgerFailure/damaged(_:)`` for amounts below zero.
    package init(_ row: some LedgerColumns) throws(LedgerFailure) {
        let id = ID(budgetID: row.text(0), startSeconds: row.integer(1))
        guard row.integer(2) >= 0, row.integer(3) >= 0 else {
            throw .damaged("window \(id.startSeconds) of \(id.budgetID) has an amount below zero")
        }
        self.init(id: id, settledUSDCents: row.integer(2), heldUSDCents: row.integer(3))
    }
}
