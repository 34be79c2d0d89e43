internal import KeybrakeStripe

/// The ledger's judgement: a value that turns commands into verdicts and rows, and does nothing else.
///
/// It knows keys, budgets, windows, open holds and calls under way. It reads no clock, draws no randomness, and what
/// it cannot hold in memory (finished idempotency claims) is given to it with the command.
package struct LedgerMachine: Sendable {
    let statuses: RefusalStatuses
    var keys: JournaledTable<String, VaultKey>
    var policies: JournaledTable<String, Policy>
    var budgets: JournaledTable<String, Budget>
    var windows: JournaledTable<BudgetWindow.ID, BudgetWindow>
    /// The newest window of each budget: a clock that goes backwards reopens none before it.
    var newestWindows: JournaledTable<String, Int64>
    /// Open holds by id.
    var holds: JournaledTable<String, Hold>
    /// Ids of open holds, by each of their object ids.
    var holdsOfObjects: JournaledTable<String, [String]>
    /// Calls under way, by request id.
    var running: JournaledTable<String, RunningCall>
    /// The number of the newest audit row.
    package var lastSequence: Int64
    private var keptSequence: Int64
    /// Rows of the command at hand.
    var rows: [LedgerRow] = []

    package init(statuses: RefusalStatuses = .standard, contents: LedgerContents = LedgerContents()) {
        self.statuses = statuses
        keys = JournaledTable(Self.table(contents.keys, by: \.id))
        policies = JournaledTable(contents.policies)
        budgets = JournaledTable(Self.table(contents.budgets, by: \.id))
        windows = JournaledTable(Self.table(contents.windows, by: \.id))
        newestWindows = JournaledTable(
            Dictionary(contents.windows.map { ($0.id.budgetID, $0.id.startSeconds) }, uniquingKeysWith: max)
        )
        holds = JournaledTable(Self.table(contents.openHolds, by: \.id))
        holdsOfObjects = JournaledTable()
        running = JournaledTable(Self.table(contents.runningCalls, by: \.intent.requestID))
        lastSequence = contents.lastSequence
        keptSequence = contents.lastSequence
        for hold in contents.openHolds { index(hold) }
        keep()
    }

    private static func table<Value, Key: Hashable>(_ values: [Value], by key: (Value) -> Key) -> [Key: Value] {
        Dictionary(values.map { (key($0), $0) }, uniquingKeysWith: { _, last in last })
    }

    /// Makes every decision so far final: its rows are durable.
    mutating func keep() {
        keys.keep()
        policies.keep()
        budgets.keep()
        windows.keep()
        newestWindows.keep()
        holds.keep()
        holdsOfObjects.keep()
        running.keep()
        keptSequence = lastSequence
    }

    /// Takes back every decision since the last ``keep()``: its rows were not written.
    mutating func undo() {
        keys.undo()
        policies.undo()
        budgets.undo()
        windows.undo()
        newestWindows.undo()
        holds.undo()
        holdsOfObjects.undo()
        running.undo()
        lastSequence = keptSequence
        rows.removeAll()
    }

    /// The rows since the last time, in the order in which they are to be written.
    mutating func takeRows() -> [LedgerRow] {
        defer { rows = [] }
        return rows
    }

    /// The call of that id, while it is under way.
    package func runningCall(requestID: String) -> RunningCall? { running[requestID] }

    /// Gives the entry the next number and adds it to the rows.
    @discardableResult
    mutating func append(_ entry: AuditEntry) -> AuditEntry {
        var entry = entry
        lastSequence += 1
        entry.sequence = lastSequence
        rows.append(.audit(entry))
        return entry
    }

    /// Both rows of a call that needs no verdict.
    mutating func record(_ call: RecordedCall) -> [LedgerRow] {
        rows.reserveCapacity(2)
        append(AuditEntry(intentOf: call))
        append(AuditEntry(outcomeOf: call))
        return takeRows()
    }

    /// What the key has spent in the window of that time.
    func spend(keyID: String, atMicroseconds: Int64) -> KeySpend? {
        guard let budget = budgets[Budget.id(keyID: keyID)] else { return nil }
        let start = windowStart(budgetID: budget.id, atMicroseconds: atMicroseconds)
        let window = windows[BudgetWindow.ID(budgetID: budget.id, startSeconds: start)]
        return KeySpend(
            keyID: keyID, cap: budget.cap, settledUSDCents: window?.settledUSDCents ?? 0,
            heldUSDCents: window?.heldUSDCents ?? 0, windowStartSeconds: start,
            windowEndsAtSeconds: start + CivilTime.secondsPerDay
        )
    }

    /// Every open hold, oldest first.
    var openHolds: [OpenHold] {
        holds.rows.values.map(\.openHold)
            .sorted { ($0.createdAtMicroseconds, $0.id) < ($1.createdAtMicroseconds, $1.id) }
    }
}
