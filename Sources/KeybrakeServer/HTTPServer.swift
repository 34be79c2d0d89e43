internal import Glibc
package import KeybrakeGateway
package import Logging
package import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle

/// One listener: accepts connections, reads HTTP/1.1 requests from them and has a handler answer each.
package final class HTTPServer: Service, Sendable {
    private let configuration: ServerConfiguration
    private let eventLoopGroup: any EventLoopGroup
    private let loops: [ServerLoop]
    private let metrics: ServerMetrics
    private let logger: Logger
    private let listening = ListeningState()

    /// Nothing is opened yet. Connections are dealt to the loops of `eventLoopGroup`, which must outlive the server.
    package init(
        configuration: ServerConfiguration, handler: any RequestHandler, eventLoopGroup: any EventLoopGroup,
        logger: Logger
    ) {
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        let metrics = ServerMetrics(listener: configuration.listener)
        self.metrics = metrics
        loops = eventLoopGroup.makeIterator().map {
            ServerLoop(eventLoop: $0, handler: handler, limits: configuration.limits, metrics: metrics)
        }
    }

    /// The port that the server listens on; `nil` before ``start()``.
    package var boundPort: Int? { listening.port }

    /// Starts to listen and returns the port. Throws ``ServerFailure``. A second call returns the same port.
    @discardableResult
    package func start() async throws(ServerFailure) -> Int {
        if let port = listening.port { return port }
        let tls = try configuration.tls.map { files throws(ServerFailure) in try ServerTLS.context(files) }
        let channel: any Channel
        do {
            channel = try await bootstrap(tls: tls).bind(host: configuration.host, port: configuration.port).get()
        } catch {
            throw failure(error)
        }
        guard let port = channel.localAddress?.port else { throw .other("the listener has no port") }
        guard listening.opened(channel, port: port) else {
            try? await channel.close()
            throw .alreadyStopped
        }
        logger.info(
            "listening",
            metadata: [
                "listener": "\(configuration.listener)", "host": "\(configuration.host)", "port": "\(port)",
                "tls": "\(tls != nil)",
            ])
        return port
    }

    /// Serves until graceful shutdown or cancellation; starts to listen first if that has not happened.
    package func run() async throws {
        try await start()
        // Cancellation ends the wait too, and the connections then get the same orderly end.
        try? await gracefulShutdown()
        await stop()
    }

    /// Stops accepting, lets what is in flight finish within the limit, and closes the rest.
    package func stop() async {
        guard let channel = listening.stopped() else { return }
        try? await channel.close()
        let deadline = eventLoopGroup.next().scheduleTask(
            in: .milliseconds(configuration.limits.shutdownMilliseconds)
        ) { [loops, logger] in
            logger.warning("shutdown took too long, closing the remaining connections")
            for loop in loops { loop.closeAll() }
        }
        for drained in loops.map({ $0.quiesce() }) { try? await drained.get() }
        deadline.cancel()
        logger.info("stopped", metadata: ["listener": "\(configuration.listener)"])
    }

    private func bootstrap(tls: NIOSSLContext?) -> ServerBootstrap {
        ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 2_048, maximum: 65_536)
            )
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel, tls: tls) }
            }
    }

    /// Puts the handlers into a new connection's pipeline, or refuses it when there are too many.
    private func configure(_ channel: any Channel, tls: NIOSSLContext?) throws {
        guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
            throw ServerFailure.other("the connection is on a foreign event loop")
        }
        guard listening.admit(connectionsMax: configuration.limits.connectionsMax) else {
            metrics.countRejected()
            throw ServerFailure.other("too many connections")
        }
        metrics.countAccepted()
        channel.closeFuture.whenComplete { [listening] _ in listening.release() }
        if let tls {
            let handler = NIOSSLServerHandler(context: tls)
            try channel.pipeline.syncOperations.addHandler(handler, name: ConnectionHandler.tlsHandlerName)
        }
        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(loop: loop))
    }

    private func failure(_ error: any Error) -> ServerFailure {
        let host = configuration.host
        let port = configuration.port
        switch SystemError.number(error) {
        case EADDRINUSE: return .portInUse(host: host, port: port)
        case EACCES, EPERM: return .portNotPermitted(host: host, port: port)
        case EADDRNOTAVAIL: return .addressNotAvailable(host: host, port: port)
        case .some(let number): return .other("cannot listen on \(host) port \(port): \(SystemError.text(number))")
        case .none:
            if error is SocketAddressError { return .addressNotAvailable(host: host, port: port) }
            return .other("cannot listen on \(host) port \(port)")
        }
    }
}
