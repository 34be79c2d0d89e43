/// What a machine starts from: a whole ledger when one is opened, or as much of it as a batch of commands can touch.
package struct LedgerContents: Sendable {
    package var keys: [VaultKey] = []
    package var policies: [String: Policy] = [:]
    package var budgets: [Budget] = []
    /// The newest window of every budget, and every older one in which something is held.
    package var windows: [BudgetWindow] = []
    /// Every open hold; a step under way when the ledger was left is not among its steps any more.
    package var openHolds: [Hold] = []
    /// Intent rows of the calls that were under way when the ledger was left.
    package var interruptedCalls: [AuditEntry] = []
    /// Calls under way in the ledger's instances, none of them among the interrupted ones.
    package var runningCalls: [RunningCall] = []
    package var lastSequence: Int64 = 0

    package init() {}
}
