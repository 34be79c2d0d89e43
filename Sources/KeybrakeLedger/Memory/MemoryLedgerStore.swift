internal import Synchronization

/// A ledger that lives as long as the process: for tests, and for emulated worlds that nobody audits.
///
/// Every command is done, and its completion called, before the call returns.
package final class MemoryLedgerStore: LedgerStore {
    private struct State {
        var machine: LedgerMachine
        var tables = MemoryTables()
        var isClosed = false
        var claimsWritten = 0
    }

    package let directory = KeyDirectory()
    private let holds = HoldDirectory()
    private let state: Mutex<State>

    package init(statuses: RefusalStatuses = .standard) {
        state = Mutex(State(machine: LedgerMachine(statuses: statuses)))
    }

    package var isHealthy: Bool { state.withLock { !$0.isClosed } }

    package func begin(_ intent: CallIntent, completion: @escaping @Sendable (Verdict) -> Void) {
        submit(.begin(intent, completion))
    }

    package func end(_ outcome: CallOutcome, completion: (@Sendable () -> Void)?) {
        submit(.end(outcome, completion))
    }

    package func record(_ call: RecordedCall) {
        submit(.record(call))
    }

    package func openHold(objectID: String, keyID: String) -> OpenHold? {
        holds.hold(objectID: objectID, keyID: keyID)
    }

    package func auditEntries(after sequence: Int64, limit: Int) async throws(LedgerFailure) -> [AuditEntry] {
        state.withLock { $0.tables.entries(after: sequence, limit: limit) }
    }

    package func lastAuditSequence() async throws(LedgerFailure) -> Int64 {
        state.withLock { $0.machine.lastSequence }
    }

    package func close() async {
        state.withLock { $0.isClosed = true }
    }
}

extension MemoryLedgerStore: LedgerOperating {
    package func submit(_ command: LedgerCommand) {
        let reply = state.withLock { state in
            state.isClosed ? nil : run(command, &state)
        }
        guard let reply else { return command.fail(.closed) }
        reply.deliver()
    }

    /// Publishing happens under the lock, so that directories follow the order of commands.
    private func run(_ command: LedgerCommand, _ state: inout State) -> LedgerReply {
        let claim = command.claimID.flatMap { state.tables.claim($0) }
        let (rows, reply) = command.run(on: &state.machine, claim: claim)
        for row in rows { state.tables.write(row) }
        state.machine.keep()
        LedgerChanges(rows).publish(to: directory, holds, policies: state.machine.policies.rows)
        prune(after: command, &state)
        return reply
    }

    private func prune(after command: LedgerCommand, _ state: inout State) {
        guard case .begin(let intent, _) = command, intent.idempotency != nil else { return }
        state.claimsWritten += 1
        // A pass over all claims, paid for by as many insertions.
        guard state.claimsWritten > 1_000, state.claimsWritten > state.tables.claimCount / 2 else { return }
        state.claimsWritten = 0
        state.tables.prune(atMicroseconds: intent.atMicroseconds)
    }
}
