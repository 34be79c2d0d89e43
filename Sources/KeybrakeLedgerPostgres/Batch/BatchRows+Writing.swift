internal import KeybrakeLedger
internal import KeybrakeStripe

extension BatchRows {
    /// The statements that write everything, without the commit.
    ///
    /// - Parameters:
    ///   - instanceID: the instance that has the opened calls under way.
    ///   - sequence: the number of the batch's newest audit row, by which others find what has changed.
    func requests(instanceID: String, sequence: Int64) -> [PostgresRequest] {
        guard !isEmpty else { return [] }
        var requests = [
            PostgresRequest(WriteSQL.insertAudit, auditTable.values),
            PostgresRequest(WriteSQL.movePosition, [.number(sequence)]),
        ]
        func add(_ statement: PostgresRequest.Statement, _ table: PostgresTable) {
            if !table.isEmpty { requests.append(PostgresRequest(statement, table.values)) }
        }
        add(WriteSQL.putHolds, holdTable(sequence))
        add(WriteSQL.putWindows, windowTable)
        add(WriteSQL.openCalls, openedTable(instanceID))
        if !closedSequences.isEmpty {
            requests.append(PostgresRequest(WriteSQL.closeCalls, [.column(PostgresColumn(numbers: closedSequences))]))
        }
        add(WriteSQL.putPolicies, policyTable)
        add(WriteSQL.putBudgets, budgetTable)
        add(WriteSQL.putKeys, keyTable(sequence))
        if !keys.isEmpty { requests.append(PostgresRequest(WriteSQL.notify)) }
        if !claims.freedHoldIDs.isEmpty {
            let ids = PostgresColumn(texts: claims.freedHoldIDs.sorted())
            requests.append(PostgresRequest(WriteSQL.freeClaimsOfHolds, [.column(ids)]))
        }
        add(WriteSQL.freeClaims, claims.freesTable)
        add(WriteSQL.putClaims, claims.putsTable)
        add(WriteSQL.changeClaims, claims.changesTable)
        return requests
    }

    private var auditTable: PostgresTable {
        var table = PostgresTable(WriteSQL.auditKinds)
        for entry in entries { table.add(entry) }
        return table
    }

    private func holdTable(_ sequence: Int64) -> PostgresTable {
        var table = PostgresTable(WriteSQL.holdKinds)
        for hold in holds.values { table.add(hold, sequence: sequence) }
        return table
    }

    private var windowTable: PostgresTable {
        var table = PostgresTable(WriteSQL.windowKinds)
        for window in windows.values {
            table.add(window.id.budgetID)
            table.add(window.id.startSeconds)
            table.add(window.settledUSDCents)
            table.add(window.heldUSDCents)
        }
        return table
    }

    private func openedTable(_ instanceID: String) -> PostgresTable {
        var table = PostgresTable(WriteSQL.runningKinds)
        for (sequence, call) in opened {
            table.add(sequence)
            table.add(call.intent.requestID)
            table.add(call.intent.keyID ?? "")
            table.add(call.intent.holdID)
            table.add(call.isCancel ? 1 : 0)
            table.add(instanceID)
        }
        return table
    }

    private var policyTable: PostgresTable {
        var table = PostgresTable(WriteSQL.policyKinds)
        for (hash, policy) in policies {
            table.add(hash)
            table.add(raw: Array(policy.policy.canonicalBody.utf8))
            table.add(policy.createdAtMicroseconds)
        }
        return table
    }

    private var budgetTable: PostgresTable {
        var table = PostgresTable(WriteSQL.budgetKinds)
        for budget in budgets.values {
            table.add(budget.id)
            table.add(budget.scopeKind)
            table.add(budget.scopeID)
            table.add(budget.windowKind)
            table.add(budget.cap.usdCents)
        }
        return table
    }

    private func keyTable(_ sequence: Int64) -> PostgresTable {
        var table = PostgresTable(WriteSQL.keyKinds)
        for key in keys.values { table.add(key, sequence: sequence) }
        return table
    }
}

extension ClaimChanges {
    fileprivate var putsTable: PostgresTable {
        var table = PostgresTable(WriteSQL.claimKinds)
        for claim in puts.values {
            table.add(raw: claim.fingerprint)
            table.add(claim.requestID)
            table.add(claim.holdID)
            table.add(claim.state.rawValue)
            table.add(claim.answer)
            table.add(claim.createdAtMicroseconds)
            table.add(claim.id.keyID)
            table.add(claim.id.clientKey)
        }
        return table
    }

    fileprivate var changesTable: PostgresTable {
        var table = PostgresTable(WriteSQL.claimChangeKinds)
        for (id, change) in changes {
            table.add(id.keyID)
            table.add(id.clientKey)
            table.add(change.state.rawValue)
            table.add(change.answer)
        }
        return table
    }

    fileprivate var freesTable: PostgresTable {
        var table = PostgresTable(WriteSQL.claimIDKinds)
        for id in frees {
            table.add(id.keyID)
            table.add(id.clientKey)
        }
        return table
    }
}

extension PostgresTable {
    fileprivate mutating func add(_ entry: AuditEntry) {
        add(entry.sequence)
        add(entry.atMicroseconds)
        add(entry.kind.rawValue)
        add(entry.requestID)
        add(entry.keyID)
        add(entry.attribution.conversation)
        add(entry.attribution.conversationSource)
        add(entry.attribution.agent)
        add(entry.attribution.turn)
        add(entry.operation)
        add(entry.mode)
        add(entry.decision?.rawValue)
        add(entry.refusal)
        add(entry.status)
        add(entry.upstreamStatus)
        add(entry.ending)
        add(entry.objectID)
        add(entry.relatedID)
        add(entry.meter)
        add(entry.money?.minorUnits)
        add(entry.money?.currency.code)
        add(entry.usdCents)
        add(entry.customer)
        add(entry.idempotencyKey)
        add(entry.holdID)
        add(entry.policyHash)
        add(raw: entry.detail.isEmpty ? nil : JSONWriter.bytes(.object(entry.detail)))
    }

    fileprivate mutating func add(_ hold: Hold, sequence: Int64) {
        add(hold.id)
        add(hold.keyID)
        add(hold.requestID)
        add(hold.operation)
        add(hold.meter)
        add(hold.amount.money.minorUnits)
        add(hold.amount.money.currency.code)
        add(hold.amount.usdCents)
        add(hold.state.rawValue)
        add(hold.objectID)
        add(hold.settledMoney?.minorUnits)
        add(hold.settledUSDCents)
        add(hold.budgetID)
        add(hold.amount.windowStartSeconds)
        add(hold.createdAtMicroseconds)
        add(hold.updatedAtMicroseconds)
        add(hold.relatedID)
        add(raw: HoldProgress.text(of: hold).map { Array($0.utf8) })
        add(sequence)
    }

    fileprivate mutating func add(_ key: VaultKey, sequence: Int64) {
        add(key.id)
        add(key.environment)
        add(raw: key.mac)
        add(key.label)
        add(key.policyHash)
        add(key.conversation)
        add(key.agent)
        add(key.createdAtMicroseconds)
        add(key.expiresAtMicroseconds)
        add(key.pausedAtMicroseconds)
        add(key.revokedAtMicroseconds)
        add(key.revokeReason)
        add(key.replaces)
        add(key.epoch)
        add(sequence)
    }

    /// Status, headers and body.
    fileprivate mutating func add(_ answer: StoredAnswer?) {
        add(answer?.status)
        add(raw: answer.map { AnswerHeaders.text($0.headers) })
        add(raw: answer?.body)
    }
}
