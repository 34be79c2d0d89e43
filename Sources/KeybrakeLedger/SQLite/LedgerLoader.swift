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
        let keys = try statement(
            """
            SELECT id, environment, mac, label, policy_hash, conversation, agent, created_at_us, expires_at_us,
              paused_at_us, revoked_at_us, revoke_reason, replaces, epoch FROM vault_key
            """)
        return try keys.all { row in
            VaultKey(
                id: row.text(0), environment: row.text(1), mac: row.blob(2), label: row.optionalText(3),
                policyHash: row.text(4), conversation: row.optionalText(5), agent: row.optionalText(6),
                createdAtMicroseconds: row.integer(7), expiresAtMicroseconds: row.optionalInteger(8),
                pausedAtMicroseconds: row.optionalInteger(9), revokedAtMicroseconds: row.optionalInteger(10),
                revokeReason: row.optionalText(11), replaces: row.optionalText(12), epoch: row.integer(13)
            )
        }
    }

    private func budgets() throws(LedgerFailure) -> [Budget] {
        try statement("SELECT id, scope_kind, scope_id, window_kind, cap_usd_cents FROM budget").all { row in
            Budget(
                id: row.text(0), scopeKind: row.text(1), scopeID: row.text(2), windowKind: row.text(3),
                cap: row.optionalInteger(4).map { .usdCents($0) } ?? .unlimited
            )
        }
    }

    private func windows() throws(LedgerFailure) -> [BudgetWindow] {
        let windows = try statement(
            """
            SELECT budget_id, window_start, settled_usd_cents, held_usd_cents FROM budget_window AS w
            WHERE held_usd_cents > 0
              OR window_start = (SELECT max(window_start) FROM budget_window WHERE budget_id = w.budget_id)
            """)
        return try windows.all { row in
            BudgetWindow(
                id: BudgetWindow.ID(budgetID: row.text(0), startSeconds: row.integer(1)),
                settledUSDCents: row.integer(2), heldUSDCents: row.integer(3)
            )
        }
    }

    private func openHolds() throws(LedgerFailure) -> [Hold] {
        let holds = try statement(
            """
            SELECT id, key_id, request_id, operation, meter, amount, currency, usd_cents, state, object_id, budget_id,
              window_start, created_at_us, updated_at_us, related_id, progress FROM hold INDEXED BY hold_open
            WHERE state IN ('held', 'authorised', 'unknown') ORDER BY created_at_us
            """)
        return try holds.all { row throws(LedgerFailure) in try Self.hold(row) }
    }

    private static func hold(_ row: SQLiteStatement) throws(LedgerFailure) -> Hold {
        let id = row.text(0)
        guard let currency = Currency(row.text(6)), let state = HoldState(rawValue: row.text(8)) else {
            throw .damaged("hold \(id) has an unknown currency or state")
        }
        let amount = HoldAmount(
            money: Money(minorUnits: row.integer(5), currency: currency), usdCents: row.integer(7),
            windowStartSeconds: row.integer(11))
        var hold = Hold(
            id: id, keyID: row.text(1), requestID: row.text(2), operation: row.text(3), meter: row.text(4),
            budgetID: row.text(10), createdAtMicroseconds: row.integer(12), amount: amount,
            objectID: row.optionalText(9)
        )
        hold.relatedID = row.optionalText(14)
        hold.updatedAtMicroseconds = row.integer(13)
        let isRestored = HoldProgress.restore(row.optionalText(15), state: state, to: &hold)
        hold.refresh()
        guard isRestored, hold.amount == amount, hold.state == state else {
            throw .damaged("hold \(id) contradicts its own progress")
        }
        return hold
    }
}
