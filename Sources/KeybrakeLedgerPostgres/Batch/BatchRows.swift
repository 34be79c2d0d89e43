internal import KeybrakeLedger

/// What a batch of commands has changed, each thing once in its last state, until it is written.
struct BatchRows {
    /// A call that was let out in this batch and has not ended in it.
    struct OpenedCall {
        let intent: AuditEntry
        let isCancel: Bool
    }

    private(set) var entries: [AuditEntry] = []
    private(set) var holds: [String: Hold] = [:]
    private(set) var windows: [BudgetWindow.ID: BudgetWindow] = [:]
    private(set) var opened: [Int64: OpenedCall] = [:]
    private(set) var closedSequences: [Int64] = []
    private(set) var policies: [String: (policy: Policy, createdAtMicroseconds: Int64)] = [:]
    private(set) var budgets: [String: Budget] = [:]
    private(set) var keys: [String: VaultKey] = [:]
    var claims: ClaimChanges

    init(claims: ClaimChanges = ClaimChanges()) {
        self.claims = claims
    }

    /// Nothing to write. A batch that changes anything has audit rows.
    var isEmpty: Bool { entries.isEmpty }

    /// Takes the rows of one command, right after it was run on the machine.
    mutating func take(_ rows: [LedgerRow], from machine: LedgerMachine) {
        for row in rows { take(row, from: machine) }
    }

    private mutating func take(_ row: LedgerRow, from machine: LedgerMachine) {
        switch row {
        case .audit(let entry): entries.append(entry)
        case .hold(let hold): holds[hold.id] = hold
        case .window(let window): windows[window.id] = window
        case .claim(let claim): claims.put(claim)
        case .claimFinished(let id, let answer): claims.change(id, to: .finished, answer: answer)
        case .claimUnknown(let id): claims.change(id, to: .unknown)
        case .claimFreed(let id): claims.free(id)
        case .claimsFreed(let holdID): claims.free(holdID: holdID)
        case .callOpened(let sequence): open(sequence, machine)
        case .callClosed(let sequence):
            if opened.removeValue(forKey: sequence) == nil { closedSequences.append(sequence) }
        case .policy(let policy, let hash, let createdAtMicroseconds):
            policies[hash] = (policy, createdAtMicroseconds)
        case .budget(let budget): budgets[budget.id] = budget
        case .key(let key): keys[key.id] = key
        }
    }

    private mutating func open(_ sequence: Int64, _ machine: LedgerMachine) {
        guard let intent = entries.last(where: { $0.sequence == sequence }),
            let call = machine.runningCall(requestID: intent.requestID)
        else { return }
        opened[sequence] = OpenedCall(intent: call.intent, isCancel: call.isCancel)
    }
}
