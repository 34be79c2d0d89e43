internal import KeybrakeLedger

/// Makes batches durable over one connection, in one transaction each.
///
/// To be used by one thread. Knows nothing of retries and patience: that is the writer's.
final class PostgresJournal {
    private let settings: PostgresLedgerSettings
    private let directories: LedgerDirectories
    private let purpose: String
    private var connection: PostgresConnection?
    private var claimsWritten = 0

    init(settings: PostgresLedgerSettings, directories: LedgerDirectories, purpose: String) {
        self.settings = settings
        self.directories = directories
        self.purpose = purpose
    }

    /// The connection, made anew when there is none that stands.
    func connected() throws(PostgresError) -> PostgresConnection {
        if let connection, !connection.isBroken { return connection }
        connection = nil
        let made = try PostgresConnection(settings, purpose: purpose)
        connection = made
        return made
    }

    /// Ends what a failure has left open, so that the next batch starts clean.
    func recover(from error: PostgresError) {
        switch error.kind {
        case .connectionLost, .unreachable: connection = nil
        case .conflict, .badData, .other: connection?.rollBack()
        }
    }

    func disconnect() {
        connection = nil
    }

    // MARK: Batches

    /// Judges the commands by what the database holds. The transaction stays open, with the lock.
    func judge(_ commands: [LedgerCommand]) throws(PostgresError) -> JudgedBatch {
        let connection = try connected()
        let slice = try LedgerSlice(BatchScope(commands), instanceID: settings.instanceID, on: connection)
        let outdated = directories.outdated(among: slice.contents.keys)
        if !outdated.isEmpty {
            let read = try connection.run([
                PostgresRequest(BatchSQL.keyEntries, [.column(PostgresColumn(texts: outdated))])
            ])
            directories.publish(try read[0].keyEntries)
        }
        return JudgedBatch(commands, on: slice, statuses: settings.statuses)
    }

    /// Writes a judged batch and commits it. After ``PostgresError/Kind/connectionLost`` nobody knows whether it did.
    func commit(_ batch: JudgedBatch, latestMicroseconds: Int64) throws(PostgresError) {
        let connection = try connected()
        var requests = batch.rows.requests(instanceID: settings.instanceID, sequence: batch.lastSequence)
        let written = batch.rows.claims.puts.count
        if claimsWritten + written >= Self.claimsBetweenPrunings {
            let end = latestMicroseconds - Claim.lifetimeMicroseconds
            let most = Int64(2 * (claimsWritten + written))
            requests.append(PostgresRequest(WriteSQL.pruneClaims, [.number(end), .number(most)]))
        }
        requests.append(PostgresRequest(BatchSQL.commit))
        let results = try connection.run(requests)
        guard results.last?.command == "COMMIT" else { throw PostgresError(.other, "the commit was not made") }
        claimsWritten =
            requests.contains { $0.statement.name == WriteSQL.pruneClaims.name } ? 0 : claimsWritten + written
    }

    /// Twice as many claims are forgotten as were written since the last time, so that the table does not grow.
    private static let claimsBetweenPrunings = 256

    /// Whether a batch whose commit was interrupted is in the database. Asked behind the lock, which the interrupted
    /// transaction holds for as long as it may still commit.
    func isCommitted(_ batch: JudgedBatch) throws(PostgresError) -> Bool {
        guard !batch.rows.isEmpty else { return false }
        let connection = try connected()
        let results = try connection.run([
            PostgresRequest(BatchSQL.begin), PostgresRequest(BatchSQL.lock), batch.evidence,
            PostgresRequest(BatchSQL.commit),
        ])
        return results[2].first?.integer(0) == Int64(batch.rows.entries.count)
    }

    // MARK: Instances

    /// Ends what dead instances have left under way, once over all instances. The number of calls that were ended.
    func recoverDead(atMicroseconds: Int64) throws(PostgresError) -> Int {
        let connection = try connected()
        let lease = Int64(settings.leaseSeconds)
        let asked = try connection.run([PostgresRequest(BatchSQL.isSomebodyDead, [.number(lease)])])
        guard asked[0].first?.integer(0) == 1 else { return 0 }
        let slice = try LedgerSlice(leftByTheDeadAfterSeconds: settings.leaseSeconds, on: connection)
        let batch = JudgedBatch(recovering: slice, atMicroseconds: atMicroseconds, statuses: settings.statuses)
        try commit(batch, latestMicroseconds: atMicroseconds)
        directories.publish(batch.rows)
        return slice.contents.interruptedCalls.count
    }

    /// Gives a sign of life.
    func beat() throws(PostgresError) {
        _ = try connected().run([PostgresRequest(BatchSQL.heartbeat, [.text(settings.instanceID)])])
    }

    /// Takes this instance off the list; what it has left under way is for the others to mend.
    func leave() throws(PostgresError) {
        _ = try connected().run([PostgresRequest(BatchSQL.removeInstance, [.text(settings.instanceID)])])
    }
}
