internal import KeybrakeGateway
internal import NIOCore

/// What the connections of one event loop share: the handler, the limits, the date, memory to write answers into, and
/// the clockwork that ends what takes too long. One sweep over the connections replaces a timer for each of them,
/// because setting a timer per request costs a system call.
///
/// SAFETY of `@unchecked Sendable`: the stored variables are only touched on `eventLoop`; every entry from another
/// thread goes through `eventLoop.execute` or `flatSubmit`.
final class ServerLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let handler: any RequestHandler
    let limits: ServerLimits
    let metrics: ServerMetrics
    /// Memory for the next answer; used again when the socket has taken the last one.
    var scratch = ByteBuffer()
    private var date = DateHeader()
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var sweep: RepeatedTask?
    private var drained: EventLoopPromise<Void>?
    private(set) var isQuiescing = false

    init(eventLoop: any EventLoop, handler: any RequestHandler, limits: ServerLimits, metrics: ServerMetrics) {
        self.eventLoop = eventLoop
        self.handler = handler
        self.limits = limits
        self.metrics = metrics
    }

    /// The value of `Date` now.
    func dateBytes() -> [UInt8] {
        date.bytes(atSecond: WallClock.microseconds() / 1_000_000)
    }

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        if sweep == nil { startSweeping() }
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        drained?.succeed()
        drained = nil
    }

    /// Closes idle connections now and the others after the answer in progress; succeeds when none is left.
    func quiesce() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [self] in
            isQuiescing = true
            for connection in connections.values { connection.quiesce() }
            guard !connections.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
            let promise = drained ?? eventLoop.makePromise(of: Void.self)
            drained = promise
            return promise.futureResult
        }
    }

    /// Closes every connection now, whatever it is doing.
    func closeAll() {
        eventLoop.execute { [self] in
            for connection in connections.values { connection.closeNow() }
        }
    }

    private func startSweeping() {
        let shortest =
            [
                limits.headMilliseconds, limits.bodyMilliseconds, limits.idleMilliseconds, limits.writeMilliseconds,
                limits.lingerMilliseconds,
            ].min() ?? 1_000
        let tick = TimeAmount.milliseconds(max(5, min(500, shortest / 4)))
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in
            guard let self else { return }
            let now = NIODeadline.now()
            for connection in connections.values { connection.sweep(at: now) }
        }
    }
}
