internal import KeybrakeGateway
internal import Metrics

/// What a listener counts. Labels are bounded: the listener's name, a status class, a reason from a fixed list.
struct ServerMetrics: Sendable {
    private let connectionsAccepted: Counter
    private let connectionsRejected: Counter
    private let answers: [Counter]
    private let malformed: Counter
    private let tooLarge: Counter
    private let tooSlow: Counter
    private let versionNotSupported: Counter

    init(listener: String) {
        connectionsAccepted = Self.counter("keybrake_connections_accepted_total", listener)
        connectionsRejected = Self.counter("keybrake_connections_rejected_total", listener)
        answers = (1...5).map { Self.counter("keybrake_http_answers_total", listener, ("class", "\($0)xx")) }
        malformed = Self.unreadable(listener, "malformed")
        tooLarge = Self.unreadable(listener, "too_large")
        tooSlow = Self.unreadable(listener, "too_slow")
        versionNotSupported = Self.unreadable(listener, "version")
    }

    func countAccepted() {
        connectionsAccepted.increment()
    }

    /// A connection was closed because there were as many as there may be.
    func countRejected() {
        connectionsRejected.increment()
    }

    func countAnswer(status: Int) {
        answers[max(0, min(4, status / 100 - 1))].increment()
    }

    func count(_ unreadable: UnreadableRequest) {
        switch unreadable {
        case .malformed: malformed.increment()
        case .headTooLarge, .bodyTooLarge: tooLarge.increment()
        case .tooSlow: tooSlow.increment()
        case .versionNotSupported: versionNotSupported.increment()
        }
    }

    private static func unreadable(_ listener: String, _ reason: String) -> Counter {
        counter("keybrake_unreadable_requests_total", listener, ("reason", reason))
    }

    private static func counter(_ label: String, _ listener: String, _ dimensions: (String, String)...) -> Counter {
        Counter(label: label, dimensions: [("listener", listener)] + dimensions)
    }
}
