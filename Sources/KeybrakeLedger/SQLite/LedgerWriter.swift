internal import KeybrakeStripe
internal import Logging

/// The one thread's work: takes batches of commands, makes each durable in one transaction, and then answers.
///
/// When the disk refuses a batch, the machine goes back to where it stood, whoever asked for money is told that the
/// ledger is unavailable, and rows that must not be lost wait here until the disk takes them again.
final class LedgerWriter {
    private let database: LedgerDatabase
    private let queue: CommandQueue
    private let directory: KeyDirectory
    private let holds: HoldDirectory
    private let health: LedgerHealth
    private let settings: SQLiteLedgerSettings
    private let logger: Logger
    private var tables: LedgerTables?
    private var machine: LedgerMachine
    private var retained: RetainedCommands
    private var latestMicroseconds: Int64
    /// Calls whose rows were given up since the last audit row that says so.
    private var unreportedLosses = 0

    init(
        database: LedgerDatabase, tables: LedgerTables, machine: LedgerMachine, queue: CommandQueue,
        directory: KeyDirectory, holds: HoldDirectory, health: LedgerHealth, settings: SQLiteLedgerSettings,
        logger: Logger, atMicroseconds: Int64
    ) {
        self.database = database
        self.tables = tables
        self.machine = machine
        self.queue = queue
        self.directory = directory
        self.holds = holds
        self.health = health
        self.settings = settings
        self.logger = logger
        retained = RetainedCommands(callsMax: settings.retainedCallsMax)
        latestMicroseconds = atMicroseconds
    }

    /// Works until the queue is closed and empty, then closes the database.
    func run() {
        while let batch = queue.take(
            timeoutMicroseconds: retained.isEmpty ? nil : settings.retryDelayMilliseconds * 1_000)
        {
            work(batch)
        }
        close()
    }

    private func work(_ batch: [LedgerCommand]) {
        guard retained.isEmpty || writeRetained() else { return refuse(batch, nil) }
        guard !batch.isEmpty else { return }
        do {
            for reply in try write(batch) { reply.deliver() }
            checkpointIfDue()
        } catch {
            refuse(batch, error)
        }
    }

    // MARK: Writing

    /// Makes the commands durable in one transaction.
    private func write(_ commands: [LedgerCommand]) throws(LedgerFailure) -> [LedgerReply] {
        guard let tables else { throw .closed }
        var replies: [LedgerReply] = []
        replies.reserveCapacity(commands.count)
        var changes = LedgerChanges()
        do {
            try database.write { _ in
                try tables.inTransaction { () throws(LedgerFailure) in
                    for command in commands {
                        let claim = try command.claimID.flatMap { id throws(LedgerFailure) in try tables.claim(id) }
                        let (rows, reply) = command.run(on: &machine, claim: claim)
                        for row in rows {
                            try tables.write(row)
                            changes.note(row)
                        }
                        replies.append(reply)
                        latestMicroseconds = max(latestMicroseconds, command.atMicroseconds ?? 0)
                    }
                    try tables.prune(atMicroseconds: latestMicroseconds)
                }
            }
        } catch {
            machine.undo()
            throw error
        }
        machine.keep()
        changes.publish(to: directory, holds, policies: machine.policies.rows)
        return replies
    }

    private func checkpointIfDue() {
        guard let tables else { return }
        try? database.write { _ in tables.checkpointIfDue(pages: settings.checkpointPages) }
    }

    // MARK: Failing and coming back

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
        guard !retained.isEmpty, !health.isFailing else { return }
        health.isFailing = true
        logger.error(
            "the ledger cannot write; no money call is let out", metadata: ["reason": "\(failure?.description ?? "")"])
    }

    private func keep(_ command: LedgerCommand) {
        guard !retained.append(command) else { return }
        unreportedLosses += 1
        health.countLost()
    }

    /// Writes what was kept: the oldest command alone first, to see whether the disk takes it, then more at once. A
    /// larger batch that fails is taken apart again, so that one command cannot hold up the others. `false` when not
    /// all could be written.
    private func writeRetained() -> Bool {
        var count = 1
        while !retained.isEmpty {
            let commands = retained.prefix(count)
            do {
                let replies = try write(commands)
                retained.removeFirst(commands.count)
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
        reportLosses()
        health.isFailing = false
        logger.notice("the ledger writes again")
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
            detail: ["calls": .integer(Int64(unreportedLosses))]
        )
        guard let replies = try? write([.recordAdmin("lost_rows", stamp)]) else { return }
        for reply in replies { reply.deliver() }
        unreportedLosses = 0
    }

    private func close() {
        if !retained.isEmpty, !writeRetained() {
            logger.critical(
                "rows are lost: the ledger is closed while it cannot write", metadata: ["calls": "\(retained.count)"])
        }
        try? database.write { _ in tables = nil }
        do {
            try database.close()
        } catch {
            logger.error("the database did not close cleanly", metadata: ["reason": "\(error)"])
        }
    }
}
