/// An operator's act on the machine, with both ways in which it can be answered.
package struct OperatorAct: Sendable {
    /// What an act looks at or changes. A store that keeps only part of the ledger in memory reads so much.
    package enum Subject: Sendable, Equatable {
        /// The key, its budget, and its calls under way.
        case key(id: String)
        /// The hold, its window, and its key.
        case hold(id: String)
        case everyOpenHold
    }

    package let subject: Subject
    /// Does the act. The answer is to be called once the rows are durable.
    let run: @Sendable (inout LedgerMachine) -> (rows: [LedgerRow], answer: @Sendable () -> Void)
    /// Called instead when the act cannot be made durable.
    package let fail: @Sendable (LedgerFailure) -> Void
}
