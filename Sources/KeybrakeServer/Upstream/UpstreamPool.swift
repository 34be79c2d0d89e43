internal import KeybrakeGateway
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The connections of one event loop to the upstream: does what ``UpstreamPoolMachine`` decides.
///
/// SAFETY of `@unchecked Sendable`: the stored variables are only touched on `eventLoop`; every entry from another
/// thread goes through `flatSubmit`.
final class UpstreamPool: @unchecked Sendable {
    let eventLoop: any EventLoop
    let limits: UpstreamLimits
    let metrics: UpstreamMetrics
    /// Memory for the next request; used again when the socket has taken the last one.
    private(set) var scratch = ByteBuffer()
    private let configuration: UpstreamConfiguration
    private let tls: NIOSSLContext?
    private let encoder: RequestEncoder
    private var machine: UpstreamPoolMachine
    private var connections: [UpstreamConnection?] = []
    private var waiting: [UpstreamPoolMachine.RequestID: UpstreamExchange] = [:]
    private var lastRequest: UpstreamPoolMachine.RequestID = 0
    private var sweep: RepeatedTask?
    private var drained: EventLoopPromise<Void>?

    init(eventLoop: any EventLoop, configuration: UpstreamConfiguration, tls: NIOSSLContext?, metrics: UpstreamMetrics)
    {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.tls = tls
        self.metrics = metrics
        limits = configuration.limits
        encoder = RequestEncoder(authority: configuration.authority)
        machine = UpstreamPoolMachine(limits: configuration.limits)
    }

    // MARK: Requests

    /// Sends a request as soon as a connection is free.
    func send(_ exchange: UpstreamExchange) {
        eventLoop.assertInEventLoop()
        lastRequest += 1
        switch machine.requested(lastRequest, at: .now()) {
        case .send(let connection):
            connections[connection]?.send(exchange)
        case .wait(let opening):
            waiting[lastRequest] = exchange
            startSweeping()
            if let opening { open(opening) }
        case .fail(let reason):
            failed(exchange, Self.failure(reason))
        }
    }

    /// A connection was found dead before the request was out: tries another one.
    func retry(_ exchange: UpstreamExchange) {
        metrics.countRetry()
        send(exchange)
    }

    func failed(_ exchange: UpstreamExchange, _ failure: UpstreamFailure) {
        metrics.count(failure)
        exchange.completion(.failure(failure))
    }

    /// Prepares the bytes of a request in ``scratch``.
    func encode(_ request: UpstreamRequest) -> RequestEncoder.Outcome {
        scratch.clear()
        return encoder.encode(request, into: &scratch)
    }

    private static func failure(_ reason: UpstreamPoolMachine.WaitFailure) -> UpstreamFailure {
        switch reason {
        case .queueFull:
            return UpstreamFailure(reach: .notSent, reason: "too many requests wait for a connection to the upstream")
        case .waitedTooLong:
            return UpstreamFailure(reach: .notSent, reason: "no connection to the upstream was free in time")
        case .shutDown:
            return UpstreamFailure(reach: .notSent, reason: "the proxy is shutting down")
        }
    }

    // MARK: Connections

    /// The connection is open and verified.
    func opened(_ connection: UpstreamConnection) {
        metrics.countOpened()
        perform(machine.opened(connection.id, at: .now()), on: connection)
    }

    /// The answer is there.
    func answered(_ connection: UpstreamConnection, isReusable: Bool, at now: NIODeadline) {
        perform(machine.answered(connection.id, isReusable: isReusable, at: now), on: connection)
    }

    /// The connection is gone after it was open.
    func closed(_ id: UpstreamPoolMachine.ConnectionID) {
        connections[id] = nil
        perform(machine.closed(id), reason: "")
    }

    /// The connection could not be opened.
    func openingFailed(_ id: UpstreamPoolMachine.ConnectionID, reason: String) {
        metrics.countOpeningFailed()
        if id < connections.count { connections[id] = nil }
        perform(machine.openingFailed(id), reason: reason)
    }

    private func perform(_ action: UpstreamPoolMachine.ConnectionAction, on connection: UpstreamConnection) {
        switch action {
        case .keep:
            break
        case .close:
            connection.close()
        case .send(let request):
            if let exchange = waiting.removeValue(forKey: request) { connection.send(exchange) }
        }
    }

    private func perform(_ action: UpstreamPoolMachine.LossAction, reason: String) {
        if let open = action.open { self.open(open) }
        if let request = action.fail, let exchange = waiting.removeValue(forKey: request) {
            failed(exchange, UpstreamFailure(reach: .notSent, reason: reason))
        }
        finishIfDrained()
    }

    // MARK: Opening

    private func open(_ id: UpstreamPoolMachine.ConnectionID) {
        let until = NIODeadline.now() + .milliseconds(limits.connectMilliseconds)
        // Reading starts when the handlers are in place, so that no byte passes them by.
        let connected = ClientBootstrap(group: eventLoop)
            .connectTimeout(.milliseconds(limits.connectMilliseconds))
            .channelOption(.autoRead, value: false)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 4_096, maximum: 131_072)
            )
            .connect(host: configuration.host, port: configuration.port)
        connected.assumeIsolated().whenComplete { [self] result in
            let connection = UpstreamConnection(id: id, pool: self, opensUntil: until)
            do {
                try adopt(try result.get(), for: connection)
            } catch {
                connection.end(error)
            }
        }
    }

    private func adopt(_ channel: any Channel, for connection: UpstreamConnection) throws {
        do {
            let operations = channel.pipeline.syncOperations
            if let tls { try operations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: sniName)) }
            while connections.count <= connection.id { connections.append(nil) }
            connections[connection.id] = connection
            startSweeping()
            try operations.addHandler(connection)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            if tls == nil { connection.open() }
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// The name for SNI and for the check of the certificate; `nil` for an address, which is then checked itself.
    private var sniName: String? {
        (try? SocketAddress(ipAddress: configuration.host, port: 0)) == nil ? configuration.host : nil
    }

    // MARK: Time and end

    /// Closes unused connections now and the others after their answer; succeeds when none is left.
    func shutDown() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [self] in
            let promise = drained ?? eventLoop.makePromise(of: Void.self)
            drained = promise
            end(machine.shutDown(), .shutDown)
            finishIfDrained()
            return promise.futureResult
        }
    }

    /// Closes every connection now.
    func closeAll() {
        eventLoop.execute { [self] in
            for connection in connections { connection?.close() }
        }
    }

    private func end(_ expired: UpstreamPoolMachine.Expired, _ reason: UpstreamPoolMachine.WaitFailure) {
        for connection in expired.close { connections[connection]?.close() }
        for request in expired.fail {
            if let exchange = waiting.removeValue(forKey: request) { failed(exchange, Self.failure(reason)) }
        }
    }

    private func finishIfDrained() {
        guard machine.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        drained?.succeed()
    }

    private func startSweeping() {
        guard sweep == nil else { return }
        let shortest =
            [
                limits.waitMilliseconds, limits.connectMilliseconds, limits.responseMilliseconds,
                limits.idleMilliseconds,
            ].min() ?? 1_000
        let tick = TimeAmount.milliseconds(max(5, min(500, shortest / 4)))
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in
            guard let self else { return }
            let now = NIODeadline.now()
            end(machine.expire(at: now), .waitedTooLong)
            for connection in connections { connection?.sweep(at: now) }
        }
    }
}
