package import KeybrakeGateway
package import Logging
package import NIOCore
internal import NIOSSL
internal import ServiceLifecycle

/// The way to Stripe: one pool of keep-alive connections to one origin for each event loop.
///
/// A request is tried again only when a kept connection turns out to be dead before the last byte was written.
package final class UpstreamClient: Upstream, Service, Sendable {
    private let pools: [UpstreamPool]
    private let eventLoopGroup: any EventLoopGroup
    private let shutdownMilliseconds: Int64
    private let logger: Logger

    /// No connection is opened before a request needs one. Throws ``ServerFailure`` when the certificate authorities
    /// cannot be read.
    package init(
        configuration: UpstreamConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) throws(ServerFailure) {
        let tls = configuration.scheme == .https ? try UpstreamTLS.context(configuration.trust) : nil
        let metrics = UpstreamMetrics()
        pools = eventLoopGroup.makeIterator().map {
            UpstreamPool(eventLoop: $0, configuration: configuration, tls: tls, metrics: metrics)
        }
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        shutdownMilliseconds = configuration.limits.responseMilliseconds
    }

    package func send(
        _ request: UpstreamRequest, on eventLoop: any EventLoop,
        completion: @escaping (Result<UpstreamResponse, UpstreamFailure>) -> Void
    ) {
        guard let pool = pools.first(where: { $0.eventLoop === eventLoop }) else {
            return completion(.failure(UpstreamFailure(reach: .notSent, reason: "the event loop has no upstream pool")))
        }
        pool.send(UpstreamExchange(request: request, completion: completion))
    }

    /// Waits for graceful shutdown, then closes the connections: unused ones at once, busy ones after their answer.
    /// In a service group it comes before the servers that use it, so that it is shut down after them.
    package func run() async throws {
        // Cancellation ends the wait too, and the connections then get the same orderly end.
        try? await gracefulShutdown()
        await stop()
    }

    /// Closes unused connections at once and busy ones after their answer; requests fail from now on.
    package func stop() async {
        let deadline = eventLoopGroup.next().scheduleTask(in: .milliseconds(shutdownMilliseconds)) { [pools, logger] in
            logger.warning("shutdown took too long, closing the remaining upstream connections")
            for pool in pools { pool.closeAll() }
        }
        for drained in pools.map({ $0.shutDown() }) { try? await drained.get() }
        deadline.cancel()
    }
}
