internal import KeybrakeGateway
internal import Metrics

/// What the upstream client counts. No label depends on a request.
struct UpstreamMetrics: Sendable {
    private let connectionsOpened = Counter(label: "keybrake_upstream_connections_opened_total")
    private let connectionsFailed = Counter(label: "keybrake_upstream_connections_failed_total")
    private let retries = Counter(label: "keybrake_upstream_retries_total")
    private let notSent = Counter(label: "keybrake_upstream_failures_total", dimensions: [("reach", "not_sent")])
    private let sent = Counter(label: "keybrake_upstream_failures_total", dimensions: [("reach", "sent")])
    private let answers = Timer(label: "keybrake_upstream_answer_seconds")

    func countOpened() {
        connectionsOpened.increment()
    }

    func countOpeningFailed() {
        connectionsFailed.increment()
    }

    func countRetry() {
        retries.increment()
    }

    func count(_ failure: UpstreamFailure) {
        switch failure.reach {
        case .notSent: notSent.increment()
        case .sent: sent.increment()
        }
    }

    /// An answer took that long from the first byte of the request to the last of the answer.
    func record(answerNanoseconds: Int64) {
        answers.recordNanoseconds(answerNanoseconds)
    }
}
