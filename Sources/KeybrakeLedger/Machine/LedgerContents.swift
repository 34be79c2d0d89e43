/// What a ledger holds when it is opened, before any command.
struct LedgerContents: Sendable {
    var keys: [VaultKey] = []
    var policies: [String: Policy] = [:]
    var budgets: [Budget] = []
    /// The newest window of every budget, and every older one in which something is held.
    var windows: [BudgetWindow] = []
    /// Every open hold; a step under way when the ledger was left is not among its steps any more.
    var openHolds: [Hold] = []
    /// Intent rows of the calls that were under way when the ledger was left.
    var interruptedCalls: [AuditEntry] = []
    var lastSequence: Int64 = 0
}
