internal import KeybrakeGateway
internal import NIOCore

/// One request on its way: who wants the answer, and what may still be done about a failure.
struct UpstreamExchange {
    let request: UpstreamRequest
    let completion: (Result<UpstreamResponse, UpstreamFailure>) -> Void
    /// How often the request has been put on a connection.
    var attempts = 0

    /// A request may meet this many dead connections before it fails.
    static let attemptsMax = 3
}
