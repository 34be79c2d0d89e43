package import KeybrakeGateway
internal import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Stands in Stripe's place: remembers what it was sent and answers what the test has prepared.
///
/// It has Stripe's view of a request and keeps a list of what Stripe would never be sent by this program.
package final class StripeDouble: Upstream {
    package typealias Outcome = Result<UpstreamResponse, UpstreamFailure>

    private struct State {
        var requests: [UpstreamRequest] = []
        var prepared: [Outcome] = []
        var waiting: [NIOLoopBound<(Outcome) -> Void>] = []
        var holdsBack = false
    }

    private let state = Mutex(State())

    package init() {}

    /// What was sent, in order.
    package var requests: [UpstreamRequest] { state.withLock { $0.requests } }

    /// What was sent as `POST /v1/charges amount=500&currency=usd`.
    package var lines: [String] { requests.map(\.line) }

    /// Prepares the next answer.
    package func willAnswer(_ status: Int, _ body: String, headers: [(String, String)] = []) {
        willEnd(
            .success(
                UpstreamResponse(
                    status: status, headers: HTTPHeaders([("Content-Type", "application/json")] + headers),
                    body: ByteBuffer(string: body))))
    }

    /// Prepares the next call's failure.
    package func willFail(_ reach: UpstreamFailure.Reach) {
        willEnd(.failure(UpstreamFailure(reach: reach, reason: "prepared")))
    }

    private func willEnd(_ outcome: Outcome) {
        state.withLock { $0.prepared.append(outcome) }
    }

    /// Lets calls wait until ``answerWaiting()``.
    package func holdBack() {
        state.withLock { $0.holdsBack = true }
    }

    /// Gives every waiting call its answer.
    package func answerWaiting() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.holdsBack = false
            return state.waiting
        }
        for completion in waiting { completion.value(next()) }
    }

    package func send(
        _ request: UpstreamRequest, on eventLoop: any EventLoop, completion: @escaping (Outcome) -> Void
    ) {
        let waits = NIOLoopBound(completion, eventLoop: eventLoop)
        let isHeldBack = state.withLock { state in
            state.requests.append(request)
            if state.holdsBack { state.waiting.append(waits) }
            return state.holdsBack
        }
        if !isHeldBack { completion(next()) }
    }

    private func next() -> Outcome {
        state.withLock { state in
            guard state.prepared.isEmpty else { return state.prepared.removeFirst() }
            let body = ByteBuffer(string: #"{"error":{"message":"nothing was prepared","type":"api_error"}}"#)
            return .success(UpstreamResponse(status: 599, headers: HTTPHeaders(), body: body))
        }
    }

    /// What in the requests so far Stripe should never have been sent, in words.
    package var faults: [String] {
        requests.flatMap(\.faults)
    }
}

extension UpstreamRequest {
    /// Method, target and body in one line.
    package var line: String {
        let text = String(buffer: body)
        return "\(method.rawValue) \(target)" + (text.isEmpty ? "" : " " + text)
    }

    fileprivate var faults: [String] {
        var faults: [String] = []
        if headers["Authorization"] != ["Bearer sk_test_upstream"] { faults.append("not the upstream key alone") }
        for header in headers where header.value.contains("vk_") { faults.append("a vault key in \(header.name)") }
        if line.contains("vk_") { faults.append("a vault key in the request") }
        for name in ["Host", "Connection", "Content-Length", "Stripe-Account"] where headers.contains(name: name) {
            faults.append("header \(name)")
        }
        if method == .POST, target.contains("?") { faults.append("a POST with a query") }
        if method == .POST, headers["Idempotency-Key"].count != 1 { faults.append("a POST without idempotency key") }
        if method != .POST, body.readableBytes > 0 { faults.append("a body that is no POST's") }
        if target.contains(" ") || !target.hasPrefix("/v") { faults.append("target \(target)") }
        return faults
    }
}
