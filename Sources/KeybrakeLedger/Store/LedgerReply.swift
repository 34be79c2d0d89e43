/// What is told to whoever handed a command over, once its rows are durable.
package enum LedgerReply: Sendable {
    case verdict(Verdict, @Sendable (Verdict) -> Void)
    case done((@Sendable () -> Void)?)

    /// Calls whoever waits.
    package func deliver() {
        switch self {
        case .verdict(let verdict, let completion): completion(verdict)
        case .done(let completion): completion?()
        }
    }
}
