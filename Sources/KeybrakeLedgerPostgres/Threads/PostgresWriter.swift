internal import Glibc
internal import KeybrakeLedger
internal import KeybrakeStripe
internal import Logging

/// The one thread's work: takes batches of commands, makes each durable in one transaction, and then answers.
///
/// While the database does not take a batch, whoever asked for money is told that the ledger is unavailable, and rows
/// that must not be lost wait here until it does.
final class PostgresWriter {
    private let journal: PostgresJournal
    private let queue: CommandQueue
    private let directories: LedgerDirectories
    private let health: LedgerHealth
    private let settings: PostgresLedgerSettings
    private let logger: Logger
    private var retained: RetainedCommands
    private var doubt: Doubt?
    private var latestMicroseconds: Int64
    /// Calls whose rows were given up since the last audit row that says so.
    private var unreportedLosses = 0

    /// How often a batch is tried that other transactions stood in the way of, or whose connection broke before it.
    private static let attemptsMax = 5

    init(
        journal: PostgresJournal, queue: CommandQueue, directories: LedgerDirectories, health: LedgerHealth,
        settings: PostgresLedgerSettings, atMicroseconds: Int64, logger: Logger
    ) {
        self.journal = journal
        self.queue = queue
        self.directories = directories
        self.health = health
        self.settings = settings
        self.logger = logger
        retained = RetainedCommands(callsMax: settings.retainedCallsMax)
        latestMicroseconds = atMicroseconds
    }

    /// Works until the queue is closed and empty, then leaves the list of instances.
    func run() {
        while let batch = queue.take(timeoutMicroseconds: isWaiting ? settings.retryDelayMilliseconds * 1_000 : nil) {
            work(batch)
        }
        close()
    }

    /// Whether something waits for the database.
    private var isWaiting: Bool { doubt != nil || !retained.isEmpty }

    private func work(_ batch: [LedgerCommand]) {
        guard !isWaiting || catchUp() else { return refuse(batch, nil) }
        guard !batch.isEmpty else { return }
        do {
            for reply in try write(batch) { reply.deliver() }
        } catch {
            refuse(batch, error)
        }
    }

    // MARK: Writing

    /// Makes the commands durable in one transaction. Nothing is to be delivered when the batch is left in doubt.
    private func write(_ commands: [LedgerCommand]) throws(LedgerFailure) -> [LedgerReply] {
        latestMicroseconds = commands.lazy.compactMap(\.atMicroseconds).reduce(latestMicroseconds, max)
        var attempt = 0
        while true {
            attempt += 1
            var judged: JudgedBatch?
            do throws(PostgresError) {
                let batch = try journal.judge(commands)
                judged = batch
                try journal.commit(batch, latestMicroseconds: latestMicroseconds)
                directories.publish(batch.rows)
                return batch.replies
            } catch {
                journal.recover(from: error)
                if error.kind == .connectionLost, let judged, !judged.rows.isEmpty {
                    logger.warning(
                        "the connection broke while a batch was committed", metadata: ["reason": "\(error.message)"])
                    switch outcome(of: judged) {
                    case true?:
                        directories.publish(judged.rows)
                        return judged.replies
                    case nil:
                        suspend(commands, judged)
                        return []
                    case false?: break
                    }
                }
                guard error.kind == .conflict || error.kind == .connectionLost, attempt < Self.attemptsMax else {
                    throw error.failure(at: settings.address)
                }
            }
        }
    }

    /// Whether the batch is in the database; `nil` when that cannot be learned in good time.
    private func outcome(of batch: JudgedBatch) -> Bool? {
        let deadline = ContinuousClock.now + .milliseconds(settings.doubtPatienceMilliseconds)
        repeat {
            do throws(PostgresError) {
                return try journal.isCommitted(batch)
            } catch {
                journal.recover(from: error)
            }
            usleep(50_000)
        } while ContinuousClock.now < deadline
        return nil
    }

    // MARK: Failing and coming back

    /// Sends away whoever waits for a verdict, and keeps the batch until its outcome can be learned.
    private func suspend(_ commands: [LedgerCommand], _ batch: JudgedBatch) {
        doubt = Doubt(commands: commands, batch: batch)
        for command in commands {
            switch command {
            case .begin, .operate:
                command.fail(.disk("the connection broke; whether the act was done is not known yet"))
            case .end, .record, .recordAdmin: break
            }
        }
        becomeUnhealthy("the outcome of a commit is not known")
    }

    /// Answers what can be answered, and keeps the rest for later.
    private func refuse(_ commands: [LedgerCommand], _ failure: LedgerFailure?) {
        for command in commands {
            switch command {
            case .begin(let intent, let completion):
                keep(.record(RecordedCall(unavailable: intent, status: settings.statuses.unavailable)))
                completion(.unavailable)
            case .end, .record, .recordAdmin:
                keep(command)
            case .operate(let act):
                act.fail(failure ?? .disk("the ledger cannot write"))
            }
        }
        if isWaiting { becomeUnhealthy(failure?.description ?? "") }
    }

    private func becomeUnhealthy(_ reason: String) {
        guard !health.isFailing else { return }
        health.isFailing = true
        logger.error("the ledger cannot write; no money call is let out", metadata: ["reason": "\(reason)"])
    }

    private func keep(_ command: LedgerCommand) {
        guard !retained.append(command) else { return }
        unreportedLosses += 1
        health.countLost()
    }

    /// Learns what became of a batch in doubt and writes what was kept. `false` when not all could be written.
    private func catchUp() -> Bool {
        guard settleDoubt(), writeRetained() else { return false }
        reportLosses()
        health.isFailing = false
        logger.notice("the ledger writes again")
        return true
    }

    /// `false` when the outcome cannot be learned yet.
    private func settleDoubt() -> Bool {
        guard let doubt else { return true }
        let isCommitted: Bool
        do throws(PostgresError) {
            isCommitted = try journal.isCommitted(doubt.batch)
        } catch {
            journal.recover(from: error)
            return false
        }
        self.doubt = nil
        if isCommitted {
            directories.publish(doubt.batch.rows)
            for reply in doubt.endings { reply.deliver() }
        }
        let left = doubt.commands(
            isCommitted: isCommitted, unavailableStatus: settings.statuses.unavailable,
            atMicroseconds: latestMicroseconds)
        // Older than everything that was kept meanwhile.
        let younger = retained.prefix(retained.count)
        retained = RetainedCommands(callsMax: settings.retainedCallsMax)
        for command in left + younger { keep(command) }
        return true
    }

    /// Writes what was kept: the oldest command alone first, to see whether the database takes it, then more at once.
    /// A larger batch that fails is taken apart again, so that one command cannot hold up the others.
    private func writeRetained() -> Bool {
        var count = 1
        while !retained.isEmpty {
            let commands = retained.prefix(count)
            do {
                let replies = try write(commands)
                retained.removeFirst(commands.count)
                guard doubt == nil else { return false }
                for reply in replies { reply.deliver() }
                count = settings.batchCommandsMax
            } catch {
                if commands.count > 1 {
                    count = 1
                } else if case .damaged = error {
                    giveUp(commands[0], error)
                } else {
                    return false
                }
            }
        }
        return true
    }

    /// A command that the database itself will never take must not keep the others waiting.
    private func giveUp(_ command: LedgerCommand, _ failure: LedgerFailure) {
        logger.critical("rows of a call are lost: the database does not take them", metadata: ["reason": "\(failure)"])
        retained.removeFirst(1)
        unreportedLosses += 1
        health.countLost()
        command.fail(failure)
    }

    private func reportLosses() {
        guard unreportedLosses > 0 else { return }
        let stamp = AdminStamp(
            requestID: "ledger", atMicroseconds: latestMicroseconds,
            detail: ["calls": .integer(Int64(unreportedLosses)), "instance": .string(settings.instanceID)]
        )
        guard let replies = try? write([.recordAdmin("lost_rows", stamp)]) else { return }
        for reply in replies { reply.deliver() }
        unreportedLosses = 0
    }

    private func close() {
        if isWaiting, !catchUp() {
            logger.critical(
                "rows are lost: the ledger is closed while it cannot write", metadata: ["calls": "\(retained.count)"])
        }
        do throws(PostgresError) {
            try journal.leave()
        } catch {
            logger.warning("the instance could not take its leave", metadata: ["reason": "\(error.message)"])
        }
        journal.disconnect()
    }
}
