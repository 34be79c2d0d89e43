internal import KeybrakeLedger
internal import Logging

/// Follows the other instances: their changes of keys and holds, and whether they live.
///
/// A thread of its own with a connection of its own, so that it keeps no money call waiting.
final class PostgresWatcher {
    private let journal: PostgresJournal
    private let directories: LedgerDirectories
    private let settings: PostgresLedgerSettings
    private let clock: @Sendable () -> Int64
    private let stop: WakeSignal
    private let logger: Logger
    /// Up to which number everything is known.
    private var keySequence: Int64 = 0
    private var openSequence: Int64 = 0
    private var closedSequence: Int64 = 0
    private var isListening = false
    private var isFailing = false
    private var lifeSignDue = ContinuousClock.now

    init(
        journal: PostgresJournal, directories: LedgerDirectories, settings: PostgresLedgerSettings,
        clock: @escaping @Sendable () -> Int64, stop: WakeSignal, logger: Logger
    ) {
        self.journal = journal
        self.directories = directories
        self.settings = settings
        self.clock = clock
        self.stop = stop
        self.logger = logger
    }

    /// Makes the tables, mends what dead instances have left, and fills the directories.
    func start() throws(LedgerFailure) {
        let connection: PostgresConnection
        do throws(PostgresError) {
            connection = try journal.connected()
        } catch {
            throw error.failure(at: settings.address)
        }
        try connection.prepareTables(at: settings.address)
        do throws(PostgresError) {
            try giveSignOfLife()
            closedSequence = try connection.run([PostgresRequest(WatchSQL.position)])[0].first?.integer(0) ?? 0
            try listen()
            try look()
        } catch {
            throw error.failure(at: settings.address)
        }
    }

    /// Follows until told to stop.
    func run() {
        while !stop.isRaised {
            do throws(PostgresError) {
                try listen()
                try look()
                if ContinuousClock.now >= lifeSignDue { try giveSignOfLife() }
                isFailing = false
                try pause(journal.connected())
            } catch {
                recover(from: error)
            }
        }
        journal.disconnect()
    }

    private func recover(from error: PostgresError) {
        if !isFailing {
            logger.warning("other instances cannot be followed", metadata: ["reason": "\(error.message)"])
        }
        isFailing = true
        journal.recover(from: error)
        isListening = false
        _ = WakeSignal.wait(for: [stop.descriptor], timeoutMilliseconds: settings.retryDelayMilliseconds)
    }

    /// Waits for a notification, for the end, or until it is time to look again.
    private func pause(_ connection: PostgresConnection) throws(PostgresError) {
        let ready = WakeSignal.wait(
            for: [connection.socket, stop.descriptor], timeoutMilliseconds: settings.pollIntervalMilliseconds)
        if ready[0] { try connection.takeNotifications() }
    }

    /// Listening comes before looking, so that no change falls between the two.
    private func listen() throws(PostgresError) {
        let connection = try journal.connected()
        guard !isListening else { return }
        try connection.execute("LISTEN \(PostgresSchema.keyChannel)")
        isListening = true
    }

    private func look() throws(PostgresError) {
        let results = try journal.connected().run([
            PostgresRequest(WatchSQL.keys, [.number(keySequence)]),
            PostgresRequest(WatchSQL.openHolds, [.number(openSequence)]),
            PostgresRequest(WatchSQL.closedHolds, [.number(closedSequence)]),
        ])
        directories.publish(try results[0].keyEntries)
        directories.holds.publish(try results[1].holds)
        directories.holds.remove(ids: results[2].rows.map { $0.text(0) })
        keySequence = results[0].rows.map { $0.integer(15) }.reduce(keySequence, max)
        openSequence = results[1].rows.map { $0.integer(16) }.reduce(openSequence, max)
        closedSequence = results[2].rows.map { $0.integer(1) }.reduce(closedSequence, max)
    }

    /// Four times in a lease, so that one failure or two cost nothing.
    private func giveSignOfLife() throws(PostgresError) {
        lifeSignDue = ContinuousClock.now + .milliseconds(settings.leaseSeconds * 250)
        try journal.beat()
        let ended = try journal.recoverDead(atMicroseconds: clock())
        guard ended > 0 else { return }
        logger.warning(
            "calls were under way when another instance was left; their money stays held",
            metadata: ["calls": "\(ended)"])
    }
}
