internal import GRDB
internal import KeybrakeStripe

/// Reads what a ledger's file holds into what the machine starts from.
enum LedgerLoader {
    /// Throws ``LedgerFailure/damaged(_:)`` for contents that contradict themselves.
    static func load(_ database: Database) throws -> LedgerContents {
        var contents = LedgerContents()
        contents.policies = try policies(database)
        contents.keys = try keys(database)
        contents.budgets = try budgets(database)
        contents.windows = try windows(database)
        contents.openHolds = try openHolds(database)
        contents.interruptedCalls = try interruptedCalls(database)
        contents.lastSequence = try Int64.fetchOne(database, sql: "SELECT max(seq) FROM audit") ?? 0
        try check(contents)
        return contents
    }

    private static func policies(_ database: Database) throws -> [String: Policy] {
        var policies: [String: Policy] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT hash, body FROM policy")
        while let row = try rows.next() {
            let hash: String = row["hash"]
            do {
                policies[hash] = try Policy(body: row["body"])
            } catch {
                throw LedgerFailure.damaged("policy \(hash): \(error)")
            }
        }
        return policies
    }

    private static func keys(_ database: Database) throws -> [VaultKey] {
        var keys: [VaultKey] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM vault_key")
        while let row = try rows.next() {
            keys.append(
                VaultKey(
                    id: row["id"], environment: row["environment"], mac: try bytes(row, "mac"), label: row["label"],
                    policyHash: row["policy_hash"], conversation: row["conversation"], agent: row["agent"],
                    createdAtMicroseconds: row["created_at_us"], expiresAtMicroseconds: row["expires_at_us"],
                    pausedAtMicroseconds: row["paused_at_us"], revokedAtMicroseconds: row["revoked_at_us"],
                    revokeReason: row["revoke_reason"], replaces: row["replaces"], epoch: row["epoch"]
                ))
        }
        return keys
    }

    private static func bytes(_ row: Row, _ column: String) throws -> [UInt8] {
        try row.withUnsafeData(named: column) { data in data.map { [UInt8]($0) } ?? [] }
    }

    private static func budgets(_ database: Database) throws -> [Budget] {
        var budgets: [Budget] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM budget")
        while let row = try rows.next() {
            let cents: Int64? = row["cap_usd_cents"]
            budgets.append(
                Budget(
                    id: row["id"], scopeKind: row["scope_kind"], scopeID: row["scope_id"],
                    windowKind: row["window_kind"], cap: cents.map { .usdCents($0) } ?? .unlimited
                ))
        }
        return budgets
    }

    private static func windows(_ database: Database) throws -> [BudgetWindow] {
        var windows: [BudgetWindow] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM budget_window AS w WHERE held_usd_cents > 0
                  OR window_start = (SELECT max(window_start) FROM budget_window WHERE budget_id = w.budget_id)
                """)
        while let row = try rows.next() {
            let id = BudgetWindow.ID(budgetID: row["budget_id"], startSeconds: row["window_start"])
            let settled: Int64 = row["settled_usd_cents"]
            windows.append(BudgetWindow(id: id, settledUSDCents: settled, heldUSDCents: row["held_usd_cents"]))
        }
        return windows
    }

    private static func openHolds(_ database: Database) throws -> [Hold] {
        var holds: [Hold] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM hold INDEXED BY hold_open WHERE state IN ('held', 'authorised', 'unknown')
                ORDER BY created_at_us
                """)
        while let row = try rows.next() { holds.append(try hold(row)) }
        return holds
    }

    private static func hold(_ row: Row) throws -> Hold {
        let id: String = row["id"]
        guard let currency = Currency(row["currency"] as String), let state = HoldState(rawValue: row["state"]) else {
            throw LedgerFailure.damaged("hold \(id) has an unknown currency or state")
        }
        var hold = Hold(
            id: id, keyID: row["key_id"], requestID: row["request_id"], operation: row["operation"],
            meter: row["meter"], budgetID: row["budget_id"], createdAtMicroseconds: row["created_at_us"],
            amount: HoldAmount(
                money: Money(minorUnits: row["amount"], currency: currency), usdCents: row["usd_cents"],
                windowStartSeconds: row["window_start"]),
            objectID: row["object_id"]
        )
        hold.relatedID = row["related_id"]
        hold.updatedAtMicroseconds = row["updated_at_us"]
        let amount = hold.amount
        let isRestored = HoldProgress.restore(row["progress"], state: state, to: &hold)
        hold.refresh()
        guard isRestored, hold.amount == amount, hold.state == state else {
            throw LedgerFailure.damaged("hold \(id) contradicts its own progress")
        }
        return hold
    }

    private static func interruptedCalls(_ database: Database) throws -> [AuditEntry] {
        var entries: [AuditEntry] = []
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT \(AuditEntry.columns) FROM audit WHERE seq IN (SELECT seq FROM running_call) ORDER BY seq")
        while let row = try rows.next() { entries.append(try AuditEntry(row)) }
        return entries
    }

    /// What the windows say is held must be what the holds hold, to the cent.
    private static func check(_ contents: LedgerContents) throws {
        var held: [BudgetWindow.ID: Int64] = [:]
        for hold in contents.openHolds { held[hold.windowID, default: 0] += hold.amount.usdCents }
        for window in contents.windows {
            let sum = held.removeValue(forKey: window.id) ?? 0
            guard sum == window.heldUSDCents else {
                throw LedgerFailure.damaged(
                    "window \(window.id.startSeconds) of \(window.id.budgetID) says that \(window.heldUSDCents) cents "
                        + "are held, its holds say \(sum)")
            }
        }
        guard held.values.allSatisfy({ $0 == 0 }) else {
            throw LedgerFailure.damaged("open holds lie in windows that do not exist")
        }
        for key in contents.keys where contents.policies[key.policyHash] == nil {
            throw LedgerFailure.damaged("the policy of vault key \(key.id) is missing")
        }
    }
}
