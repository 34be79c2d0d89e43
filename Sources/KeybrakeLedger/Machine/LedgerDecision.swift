/// What the machine decided about a call, and the rows that make it durable.
struct LedgerDecision: Sendable {
    let verdict: Verdict
    let rows: [LedgerRow]
}
