package import NIOCore
package import NIOHTTP1

/// A request on its way to Stripe: already judged, re-encoded, and carrying the upstream key.
package struct UpstreamRequest: Sendable {
    package var method: HTTPMethod
    /// Path and query, such as `/v1/charges`.
    package var target: String
    /// Without `Host`, `Content-Length` and hop-by-hop headers, which the client adds.
    package var headers: HTTPHeaders
    package var body: ByteBuffer

    package init(method: HTTPMethod, target: String, headers: HTTPHeaders, body: ByteBuffer) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}

/// Stripe's answer, whole, without hop-by-hop headers.
package struct UpstreamResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: ByteBuffer

    package init(status: Int, headers: HTTPHeaders, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no answer, and whether Stripe may have acted all the same.
package struct UpstreamFailure: Error, Sendable, Equatable {
    /// What is known about the request when the failure happened.
    package enum Reach: Sendable, Equatable {
        /// The last byte was not written: nothing can have happened.
        case notSent
        /// The last byte was written: Stripe may have acted.
        case sent
    }

    package var reach: Reach
    /// For the log and the audit row: short, bounded, without addresses or secrets.
    package var reason: String

    package init(reach: Reach, reason: String) {
        self.reach = reach
        self.reason = reason
    }
}

/// The only way out to Stripe. The server implements it over sockets; tests over an in-process Stripe.
package protocol Upstream: Sendable {
    /// Sends one request. Called on `eventLoop`; `completion` is called exactly once, on the same loop.
    func send(
        _ request: UpstreamRequest, on eventLoop: any EventLoop,
        completion: @escaping (Result<UpstreamResponse, UpstreamFailure>) -> Void
    )
}
