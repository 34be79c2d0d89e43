internal import KeybrakeGateway
internal import Logging
internal import NIOCore
internal import Synchronization

/// Clients of the origins that webhooks are sent to, made when they are first needed.
final class WebhookClients: Sendable {
    /// How many origins are spoken to at a time; the one that was made first gives way to another.
    static let originsMax = 64

    /// A receiver has the time that Stripe gives it, and little else.
    private static let limits = UpstreamLimits(
        connectionsPerLoopMax: 8, waitingPerLoopMax: 256, waitMilliseconds: 5_000, connectMilliseconds: 5_000,
        responseMilliseconds: 10_000, idleMilliseconds: 5_000, headBytesMax: 64 * 1024, headerCountMax: 128,
        bodyBytesMax: 1024 * 1024)

    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let clients = Mutex<[(origin: String, client: UpstreamClient)]>([])

    init(eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    /// - Throws: ``ServerFailure`` when the origin is none.
    func client(of origin: String) async throws(ServerFailure) -> UpstreamClient {
        if let known = clients.withLock({ $0.first { $0.origin == origin }?.client }) { return known }
        let client = try UpstreamClient(
            configuration: UpstreamConfiguration(url: origin, trust: .systemRoots, limits: Self.limits),
            eventLoopGroup: eventLoopGroup, logger: logger)
        let dropped = clients.withLock { clients -> UpstreamClient? in
            clients.append((origin, client))
            return clients.count > Self.originsMax ? clients.removeFirst().client : nil
        }
        await dropped?.stop()
        return client
    }

    /// Closes all connections after what is under way.
    func stop() async {
        for (_, client) in clients.withLock({ $0 }) { await client.stop() }
    }
}
