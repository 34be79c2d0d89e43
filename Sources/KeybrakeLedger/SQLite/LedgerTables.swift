internal import GRDBSQLite
internal import KeybrakeStripe

/// The writer's statements: each row of the machine's becomes one of them.
///
/// To be used inside ``LedgerDatabase/write(_:)`` only, by the writer's thread.
final class LedgerTables {
    private let connection: OpaquePointer
    private let log: WriteAheadLog
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let rollBack: SQLiteStatement
    private let audit: SQLiteStatement
    private let hold: SQLiteStatement
    private let window: SQLiteStatement
    private let claim: SQLiteStatement
    private let finishClaim: SQLiteStatement
    private let loseClaim: SQLiteStatement
    private let freeClaim: SQLiteStatement
    private let freeClaimsOfHold: SQLiteStatement
    private let findClaim: SQLiteStatement
    private let oldestClaims: SQLiteStatement
    private let pruneClaims: SQLiteStatement
    private let openCall: SQLiteStatement
    private let closeCall: SQLiteStatement
    private let policy: SQLiteStatement
    private let budget: SQLiteStatement
    private let key: SQLiteStatement
    /// Windows change with every money call of a key; only their last amounts of a batch are written.
    private var changedWindows: [BudgetWindow.ID: BudgetWindow] = [:]
    private var claimsWritten = 0
    /// Before this time no claim can have expired.
    private var pruneNotBeforeMicroseconds = Int64.min

    init(connection: OpaquePointer, path: String) throws(LedgerFailure) {
        self.connection = connection
        log = WriteAheadLog(connection: connection)
        let scratch = TextScratch()
        func statement(_ sql: String) throws(LedgerFailure) -> SQLiteStatement {
            try SQLiteStatement(sql, on: connection, scratch: scratch, path: path)
        }
        begin = try statement("BEGIN IMMEDIATE")
        commit = try statement("COMMIT")
        rollBack = try statement("ROLLBACK")
        audit = try statement(LedgerSQL.insertAudit)
        hold = try statement(LedgerSQL.putHold)
        window = try statement(LedgerSQL.putWindow)
        claim = try statement(LedgerSQL.putClaim)
        finishClaim = try statement(LedgerSQL.finishClaim)
        loseClaim = try statement(LedgerSQL.loseClaim)
        freeClaim = try statement("DELETE FROM idempotency WHERE key_id = ? AND client_key = ?")
        freeClaimsOfHold = try statement("DELETE FROM idempotency WHERE hold_id = ?")
        findClaim = try statement(LedgerSQL.findClaim)
        oldestClaims = try statement("SELECT rowid, created_at_us FROM idempotency ORDER BY rowid LIMIT ?")
        pruneClaims = try statement("DELETE FROM idempotency WHERE rowid <= ?")
        openCall = try statement("INSERT INTO running_call(seq) VALUES(?)")
        closeCall = try statement("DELETE FROM running_call WHERE seq = ?")
        policy = try statement("INSERT INTO policy(hash, body, created_at_us) VALUES(?, ?, ?) ON CONFLICT DO NOTHING")
        budget = try statement(LedgerSQL.putBudget)
        key = try statement(LedgerSQL.putKey)
    }

    // MARK: Transactions

    /// Runs `work` in one transaction: all of its rows are durable when this returns, or none when it throws.
    func inTransaction(_ work: () throws(LedgerFailure) -> Void) throws(LedgerFailure) {
        do {
            try begin.run()
            try work()
            try writeWindows()
            try commit.run()
        } catch {
            changedWindows.removeAll(keepingCapacity: true)
            if sqlite3_get_autocommit(connection) == 0 { try? rollBack.run() }
            throw error
        }
    }

    private func writeWindows() throws(LedgerFailure) {
        for changed in changedWindows.values {
            window.add(changed.id.budgetID)
            window.add(changed.id.startSeconds)
            window.add(changed.settledUSDCents)
            window.add(changed.heldUSDCents)
            try window.run()
        }
        changedWindows.removeAll(keepingCapacity: true)
    }

    /// Brings the log into the database when it has grown; readers are not disturbed.
    func checkpointIfDue(pages: Int) {
        guard log.pageCount >= pages else { return }
        log.pageCount = 0
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    // MARK: Rows

    func write(_ row: LedgerRow) throws(LedgerFailure) {
        switch row {
        case .audit(let entry): try write(entry)
        case .hold(let hold): try write(hold)
        case .window(let window): changedWindows[window.id] = window
        case .claim(let claim): try write(claim)
        case .claimFinished(let id, let answer): try finish(id, answer)
        case .claimUnknown(let id): try run(loseClaim, id)
        case .claimFreed(let id): try run(freeClaim, id)
        case .claimsFreed(let holdID):
            freeClaimsOfHold.add(holdID)
            try freeClaimsOfHold.run()
        case .callOpened(let sequence):
            openCall.add(sequence)
            try openCall.run()
        case .callClosed(let sequence):
            closeCall.add(sequence)
            try closeCall.run()
        case .policy(let body, let hash, let createdAtMicroseconds):
            policy.add(hash)
            policy.add(body.canonicalBody)
            policy.add(createdAtMicroseconds)
            try policy.run()
        case .budget(let budget): try write(budget)
        case .key(let key): try write(key)
        }
    }

    private func write(_ entry: AuditEntry) throws(LedgerFailure) {
        audit.add(entry.sequence)
        audit.add(entry.atMicroseconds)
        audit.add(entry.kind.rawValue)
        audit.add(entry.requestID)
        audit.add(entry.keyID)
        audit.add(entry.attribution.conversation)
        audit.add(entry.attribution.conversationSource)
        audit.add(entry.attribution.agent)
        audit.add(entry.attribution.turn)
        audit.add(entry.operation)
        audit.add(entry.mode)
        audit.add(entry.decision?.rawValue)
        audit.add(entry.refusal)
        audit.add(entry.status)
        audit.add(entry.upstreamStatus)
        audit.add(entry.ending)
        audit.add(entry.objectID)
        audit.add(entry.relatedID)
        audit.add(entry.meter)
        audit.add(entry.money?.minorUnits)
        audit.add(entry.money?.currency.code)
        audit.add(entry.usdCents)
        audit.add(entry.customer)
        audit.add(entry.idempotencyKey)
        audit.add(entry.holdID)
        audit.add(entry.policyHash)
        if entry.detail.isEmpty {
            audit.addNull()
        } else {
            audit.add(textBytes: JSONWriter.bytes(.object(entry.detail)))
        }
        try audit.run()
    }

    private func write(_ row: Hold) throws(LedgerFailure) {
        hold.add(row.id)
        hold.add(row.keyID)
        hold.add(row.requestID)
        hold.add(row.operation)
        hold.add(row.meter)
        hold.add(row.amount.money.minorUnits)
        hold.add(row.amount.money.currency.code)
        hold.add(row.amount.usdCents)
        hold.add(row.state.rawValue)
        hold.add(row.objectID)
        hold.add(row.settledMoney?.minorUnits)
        hold.add(row.settledUSDCents)
        hold.add(row.budgetID)
        hold.add(row.amount.windowStartSeconds)
        hold.add(row.createdAtMicroseconds)
        hold.add(row.updatedAtMicroseconds)
        hold.add(row.relatedID)
        hold.add(HoldProgress.text(of: row))
        try hold.run()
    }

    private func write(_ row: Budget) throws(LedgerFailure) {
        budget.add(row.id)
        budget.add(row.scopeKind)
        budget.add(row.scopeID)
        budget.add(row.windowKind)
        budget.add(row.cap.usdCents)
        try budget.run()
    }

    private func write(_ row: VaultKey) throws(LedgerFailure) {
        key.add(row.id)
        key.add(row.environment)
        key.add(blob: row.mac)
        key.add(row.label)
        key.add(row.policyHash)
        key.add(row.conversation)
        key.add(row.agent)
        key.add(row.createdAtMicroseconds)
        key.add(row.expiresAtMicroseconds)
        key.add(row.pausedAtMicroseconds)
        key.add(row.revokedAtMicroseconds)
        key.add(row.revokeReason)
        key.add(row.replaces)
        key.add(row.epoch)
        try key.run()
    }

    // MARK: Claims

    private func write(_ row: Claim) throws(LedgerFailure) {
        claim.add(row.id.keyID)
        claim.add(row.id.clientKey)
        claim.add(blob: row.fingerprint)
        claim.add(row.requestID)
        claim.add(row.holdID)
        claim.add(row.state.rawValue)
        claim.add(row.createdAtMicroseconds)
        try claim.run()
        claimsWritten += 1
    }

    private func finish(_ id: Claim.ID, _ answer: StoredAnswer) throws(LedgerFailure) {
        finishClaim.add(Int64(answer.status))
        finishClaim.add(textBytes: AnswerHeaders.text(answer.headers))
        finishClaim.add(blob: answer.body)
        try run(finishClaim, id)
    }

    private func run(_ statement: SQLiteStatement, _ id: Claim.ID) throws(LedgerFailure) {
        statement.add(id.keyID)
        statement.add(id.clientKey)
        try statement.run()
    }

    /// What is stored under an idempotency key.
    func claim(_ id: Claim.ID) throws(LedgerFailure) -> Claim? {
        findClaim.add(id.keyID)
        findClaim.add(id.clientKey)
        return try findClaim.first { Claim($0) }
    }

    /// Forgets some of the claims that have expired: twice as many as were written since the last time, so that the
    /// table does not grow and no batch pays for many.
    func prune(atMicroseconds: Int64) throws(LedgerFailure) {
        guard claimsWritten > 0, atMicroseconds >= pruneNotBeforeMicroseconds else { return }
        oldestClaims.add(Int64(max(32, 2 * claimsWritten)))
        claimsWritten = 0
        let oldest = try oldestClaims.all { (rowID: $0.integer(0), end: $0.integer(1) + Claim.lifetimeMicroseconds) }
        let expired = oldest.prefix { $0.end <= atMicroseconds }
        pruneNotBeforeMicroseconds = expired.count < oldest.count ? oldest[expired.count].end : atMicroseconds
        guard let lastExpired = expired.last?.rowID else { return }
        pruneClaims.add(lastExpired)
        try pruneClaims.run()
    }
}
