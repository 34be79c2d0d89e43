/// How far emulated webhooks may go: whoever may create an endpoint chooses where this process sends requests to.
package enum WebhookReach: String, Sendable, CaseIterable {
    /// Nothing is sent.
    case off
    /// Only to this machine.
    case loopback
    /// Wherever the endpoint says.
    case any

    func allows(_ target: WebhookTarget) -> Bool {
        switch self {
        case .off: false
        case .loopback: target.isLoopback
        case .any: true
        }
    }
}
