/// An operator's act on the machine, with both ways in which it can be answered.
struct OperatorAct: Sendable {
    /// Does the act. The answer is to be called once the rows are durable.
    let run: @Sendable (inout LedgerMachine) -> (rows: [LedgerRow], answer: @Sendable () -> Void)
    /// Called instead when the act cannot be made durable.
    let fail: @Sendable (LedgerFailure) -> Void
}
