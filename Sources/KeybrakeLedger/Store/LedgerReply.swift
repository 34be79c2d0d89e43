/// What is told to whoever handed a command over, once its rows are durable.
enum LedgerReply: Sendable {
    case verdict(Verdict, @Sendable (Verdict) -> Void)
    case done((@Sendable () -> Void)?)

    func deliver() {
        switch self {
        case .verdict(let verdict, let completion): completion(verdict)
        case .done(let completion): completion?()
        }
    }
}
