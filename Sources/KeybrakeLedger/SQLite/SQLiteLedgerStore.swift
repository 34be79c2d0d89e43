package import Logging

/// The ledger in a SQLite file, for one process.
///
/// Verdicts are durable: one thread collects what waits, writes it in one transaction with a full sync, and answers
/// afterwards. Reading for operators goes over a connection of its own.
package final class SQLiteLedgerStore: LedgerStore {
    package let directory: KeyDirectory
    private let holds: HoldDirectory
    private let health = LedgerHealth()
    private let database: LedgerDatabase
    private let queue: CommandQueue
    private let closed = CloseLatch()

    /// Opens or makes the ledger, and mends what a crash has left. Blocks while it reads.
    ///
    /// - Parameter atMicroseconds: now, in microseconds since 1970; stamps the outcome rows of interrupted calls.
    /// - Throws: ``LedgerFailure`` for a file in use, foreign, newer or damaged, and for what the disk refuses.
    package init(settings: SQLiteLedgerSettings, atMicroseconds: Int64, logger: Logger) throws(LedgerFailure) {
        database = try LedgerDatabase(path: settings.path, pageCountMax: settings.pageCountMax)
        queue = CommandQueue(
            batchCommandsMax: settings.batchCommandsMax, lingerMicroseconds: settings.lingerMicroseconds,
            commandsMax: settings.waitingCommandsMax
        )
        directory = KeyDirectory()
        holds = HoldDirectory()
        let writer = try database.write { [database, queue, directory, holds, health] connection in
            let contents = try LedgerLoader(connection: connection, path: database.path).contents()
            let tables = try LedgerTables(connection: connection, path: database.path)
            var machine = LedgerMachine(statuses: settings.statuses, contents: contents)
            let rows = machine.recover(interrupted: contents.interruptedCalls, atMicroseconds: atMicroseconds)
            if !rows.isEmpty {
                try tables.inTransaction { () throws(LedgerFailure) in
                    for row in rows { try tables.write(row) }
                }
                logger.warning(
                    "calls were under way when the ledger was left; their money stays held",
                    metadata: ["calls": "\(contents.interruptedCalls.count)"])
            }
            machine.keep()
            for key in contents.keys {
                guard let policy = contents.policies[key.policyHash] else { continue }
                directory.publish(KeyEntry(key: key, policy: policy))
            }
            holds.publish(Array(machine.holds.rows.values))
            return LedgerWriter(
                database: database, tables: tables, machine: machine, queue: queue, directory: directory, holds: holds,
                health: health, settings: settings, logger: logger, atMicroseconds: atMicroseconds
            )
        }
        let handedOver = HandedOver(writer)
        try WriterThread.start { [closed] in
            handedOver.writer.run()
            closed.open()
        }
    }

    deinit {
        queue.close()
    }

    package var isHealthy: Bool { !health.isFailing && queue.hasRoom }

    /// How many calls' audit rows were given up because the disk refused them for too long.
    package var lostCallCount: Int { health.lostCallCount }

    package func begin(_ intent: CallIntent, completion: @escaping @Sendable (Verdict) -> Void) {
        submit(.begin(intent, completion))
    }

    package func end(_ outcome: CallOutcome, completion: (@Sendable () -> Void)?) {
        holds.anticipate(outcome)
        submit(.end(outcome, completion))
    }

    package func record(_ call: RecordedCall) {
        submit(.record(call))
    }

    package func openHold(objectID: String, keyID: String) -> OpenHold? {
        holds.hold(objectID: objectID, keyID: keyID)
    }

    package func auditEntries(after sequence: Int64, limit: Int) async throws(LedgerFailure) -> [AuditEntry] {
        try await database.read { try $0.entries(after: sequence, limit: max(0, limit)) }
    }

    package func lastAuditSequence() async throws(LedgerFailure) -> Int64 {
        try await database.read { try $0.lastSequence() }
    }

    /// Changes the most pages that the database may have, as ``SQLiteLedgerSettings/pageCountMax`` does at the start.
    func limitPages(to pages: Int) throws(LedgerFailure) {
        try database.write { connection in
            _ = try SQLiteStatement("PRAGMA max_page_count = \(pages)", on: connection, path: database.path)
                .first { $0.integer(0) }
        }
    }

    package func close() async {
        queue.close()
        await closed.wait()
    }
}

extension SQLiteLedgerStore: LedgerOperating {
    package func submit(_ command: LedgerCommand) {
        guard !queue.push(command) else { return }
        if case .record = command { health.countLost() }
        command.fail(.closed)
    }
}

// SAFETY: made by one thread and given to one other, which alone uses the writer from then on.
/// Carries the writer to its thread.
private struct HandedOver: @unchecked Sendable {
    let writer: LedgerWriter

    init(_ writer: LedgerWriter) {
        self.writer = writer
    }
}
