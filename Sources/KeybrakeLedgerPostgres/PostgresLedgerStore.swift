package import KeybrakeLedger
package import Logging

/// The ledger in a PostgreSQL database, for any number of instances.
///
/// As with a file, one thread of each instance collects what waits, judges and writes it in one transaction, and
/// answers afterwards. What it judges by is read in that transaction, behind a lock that one instance holds at a time:
/// caps are exact and changes of keys bind over all instances at once. Only what other threads read without asking
/// (the directories) follows other instances a moment later.
///
/// Needs direct connections or a pooler in session mode; three for each instance.
package final class PostgresLedgerStore: LedgerStore {
    private let directories = LedgerDirectories()
    private let health = LedgerHealth()
    private let queue: CommandQueue
    private let reader = QueryThread()
    private let address: PostgresAddress
    private let stopsWatching = WakeSignal()
    private let writerClosed = CloseLatch()
    private let watcherClosed = CloseLatch()

    package var directory: KeyDirectory { directories.keys }

    /// Connects, makes the tables when there are none, and mends what dead instances have left. Blocks meanwhile.
    ///
    /// - Parameters:
    ///   - clock: now, in microseconds since 1970; stamps the outcome rows of calls that dead instances have left.
    /// - Throws: ``LedgerFailure`` for a database that is unreachable, newer, or another program's.
    package init(
        settings: PostgresLedgerSettings, clock: @escaping @Sendable () -> Int64, logger: Logger
    ) throws(LedgerFailure) {
        address = settings.address
        queue = CommandQueue(
            batchCommandsMax: settings.batchCommandsMax, lingerMicroseconds: settings.lingerMicroseconds,
            commandsMax: settings.waitingCommandsMax
        )
        let watching = PostgresJournal(settings: settings, directories: directories, purpose: "watcher")
        let watcher = PostgresWatcher(
            journal: watching, directories: directories, settings: settings, clock: clock, stop: stopsWatching,
            logger: logger
        )
        try watcher.start()
        let writer = PostgresWriter(
            journal: PostgresJournal(settings: settings, directories: directories, purpose: "writer"), queue: queue,
            directories: directories, health: health, settings: settings, atMicroseconds: clock(), logger: logger
        )
        let handedOver = HandedOver(writer: writer, watcher: watcher)
        try reader.start(settings, directories: directories)
        try WriterThread.start { [writerClosed] in
            handedOver.writer.run()
            writerClosed.open()
        }
        try WriterThread.start { [watcherClosed] in
            handedOver.watcher.run()
            watcherClosed.open()
        }
    }

    deinit {
        queue.close()
        stopsWatching.raise()
        reader.close()
    }

    package var isHealthy: Bool { !health.isFailing && queue.hasRoom }

    /// How many calls' audit rows were given up because the database refused them for too long.
    package var lostCallCount: Int { health.lostCallCount }

    package func begin(_ intent: CallIntent, completion: @escaping @Sendable (Verdict) -> Void) {
        submit(.begin(intent, completion))
    }

    package func end(_ outcome: CallOutcome, completion: (@Sendable () -> Void)?) {
        directories.holds.anticipate(outcome)
        submit(.end(outcome, completion))
    }

    package func record(_ call: RecordedCall) {
        submit(.record(call))
    }

    package func openHold(objectID: String, keyID: String) -> OpenHold? {
        directories.holds.hold(objectID: objectID, keyID: keyID)
    }

    package func auditEntries(after sequence: Int64, limit: Int) async throws(LedgerFailure) -> [AuditEntry] {
        try await reader.ask(
            { connection throws(PostgresError) in
                let request = PostgresRequest(Self.entries, [.number(sequence), .number(Int64(max(0, limit)))])
                return try connection.run([request])[0].entries
            }, at: address)
    }

    package func lastAuditSequence() async throws(LedgerFailure) -> Int64 {
        try await reader.ask(
            { connection throws(PostgresError) in
                try connection.run([PostgresRequest(WatchSQL.position)])[0].first?.integer(0) ?? 0
            }, at: address)
    }

    /// Values: a number, and how many at most.
    private static let entries = PostgresRequest.Statement(
        "entries", "SELECT \(AuditEntry.columns) FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")

    package func close() async {
        queue.close()
        await writerClosed.wait()
        stopsWatching.raise()
        reader.close()
        await watcherClosed.wait()
    }
}

extension PostgresLedgerStore: LedgerOperating {
    package func submit(_ command: LedgerCommand) {
        guard !queue.push(command) else { return }
        if case .record = command { health.countLost() }
        command.fail(.closed)
    }
}

/// Carries the writer and the watcher to their threads.
private struct HandedOver: @unchecked Sendable {
    // SAFETY: made by one thread, and each given to one other, which alone uses it from then on.
    let writer: PostgresWriter
    let watcher: PostgresWatcher
}
