internal import KeybrakeLedger

/// Rows as values of the ledger's. A row that contradicts itself is data that the database should never have taken.
extension PostgresResult {
    var entries: [AuditEntry] {
        get throws(PostgresError) { try values { row throws(LedgerFailure) in try AuditEntry(row) } }
    }

    var holds: [Hold] {
        get throws(PostgresError) { try values { row throws(LedgerFailure) in try Hold(row) } }
    }

    var windows: [BudgetWindow] {
        get throws(PostgresError) { try values { row throws(LedgerFailure) in try BudgetWindow(row) } }
    }

    /// Columns of audit rows, and whether the call is a cancel.
    var runningCalls: [RunningCall] {
        get throws(PostgresError) {
            try values { row throws(LedgerFailure) in
                RunningCall(intent: try AuditEntry(row), isCancel: row.integer(27) != 0)
            }
        }
    }

    /// Columns of keys, and the body of the policy.
    var keyEntries: [KeyEntry] {
        get throws(PostgresError) {
            try values { row throws(LedgerFailure) in
                let key = VaultKey(row)
                do throws(PolicyFailure) {
                    return KeyEntry(key: key, policy: try Policy(body: row.text(14)))
                } catch {
                    throw .damaged("policy \(key.policyHash): \(error)")
                }
            }
        }
    }

    private func values<Value>(
        _ read: (PostgresRow) throws(LedgerFailure) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(Int(rowCount))
        do throws(LedgerFailure) {
            for row in rows { values.append(try read(row)) }
        } catch {
            throw PostgresError(.other, error.description)
        }
        return values
    }
}
