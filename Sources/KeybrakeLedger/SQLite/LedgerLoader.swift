internal import KeybrakeStripe

/// Reads what a ledger's file holds.
struct LedgerLoader {
    let connection: OpaquePointer
    let path: String

    /// What the machine starts from. Throws ``LedgerFailure/damaged(_:)`` for contents that contradict themselves.
    func contents() throws(LedgerFailure) -> LedgerContents {
        var contents = LedgerContents()
        contents.policies = try policies()
        contents.keys = try keys()
        contents.budgets = try budgets()
        contents.windows = try windows()
        contents.openHolds = try openHolds()
        contents.interruptedCalls = try entries(
            "WHERE seq IN (SELECT seq FROM running_call) ORDER BY seq")
        contents.lastSequence = try lastSequence()
        try LedgerProof.check(contents)
        return contents
    }

    /// At most `limit` audit rows with a number above `sequence`, in order.
    func entries(after sequence: Int64, limit: Int) throws(LedgerFailure) -> [AuditEntry] {
        try entries("WHERE seq > \(sequence) ORDER BY seq LIMIT \(limit)")
    }

    /// The number of the newest audit row; 0 when there is none.
    func lastSequence() throws(LedgerFailure) -> Int64 {
        try statement("SELECT max(seq) FROM audit").first { $0.integer(0) } ?? 0
    }

    private func statement(_ sql: String) throws(LedgerFailure) -> SQLiteStatement {
        try SQLiteStatement(sql, on: connection, path: path)
    }

    private func entries(_ clauses: String) throws(LedgerFailure) -> [AuditEntry] {
        try statement("SELECT \(AuditEntry.columns) FROM audit \(clauses)")
            .all { row throws(LedgerFailure) in try AuditEntry(row) }
    }

    private func policies() throws(LedgerFailure) -> [String: Policy] {
        let policies = try statement("SELECT hash, body FROM policy").all { row throws(LedgerFailure) in
            do throws(PolicyFailure) {
                return (row.text(0), try Policy(body: row.text(1)))
            } catch {
                throw .damaged("policy \(row.text(0)): \(error)")
            }
        }
        return Dictionary(policies, uniquingKeysWith: { _, last in last })
    }

    private func keys() throws(LedgerFailure) -> [VaultKey] {
        try statement("SELECT \(VaultKey.columns) FROM vault_key").all { VaultKey($0) }
    }

    private func budgets() throws(LedgerFailure) -> [Budget] {
        try statement("SELECT \(Budget.columns) FROM budget").all { Budget($0) }
    }

    private func windows() throws(LedgerFailure) -> [BudgetWindow] {
        let windows = try statement(
            """
            SELECT \(BudgetWindow.columns) FROM budget_window AS w
            WHERE held_usd_cents > 0
              OR window_start = (SELECT max(window_start) FROM budget_window WHERE budget_id = w.budget_id)
            """)
        return try windows.all { row throws(LedgerFailure) in try BudgetWindow(row) }
    }

    private func openHolds() throws(LedgerFailure) -> [Hold] {
        let holds = try statement(
            """
            SELECT \(Hold.columns) FROM hold INDEXED BY hold_open
            WHERE \(LedgerSchema.openHolds) ORDER BY created_at_us
            """)
        return try holds.all { row throws(LedgerFailure) in try Hold(row) }
    }
}
