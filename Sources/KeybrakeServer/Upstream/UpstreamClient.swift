package import KeybrakeGateway
package import Logging
package import NIOCore
package import ServiceLifecycle

/// The way to Stripe: one pool of keep-alive connections to one origin for each event loop.
package final class UpstreamClient: Upstream, Service, Sendable {
    /// No connection is opened before a request needs one. Throws ``ServerFailure`` when the certificate authorities
    /// cannot be read.
    package init(
        configuration: UpstreamConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) throws(ServerFailure) {
    }

    package func send(
        _ request: UpstreamRequest, on eventLoop: any EventLoop,
        completion: @escaping (Result<UpstreamResponse, UpstreamFailure>) -> Void
    ) {
        completion(.failure(UpstreamFailure(reach: .notSent, reason: "not connected")))
    }

    /// Waits for graceful shutdown, then closes the connections: unused ones at once, busy ones after their answer.
    /// In a service group it comes before the servers that use it, so that it is shut down after them.
    package func run() async throws {}
}
