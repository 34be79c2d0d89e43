internal import KeybrakeGateway
internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// One connection to the upstream: writes a request, reads its answer, says what became of it. Lives on one event loop.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The request that the connection carries.
    private struct Carried {
        var exchange: UpstreamExchange
        var reader: ResponseReader
        var isFirst: Bool
        var startedAt: NIODeadline
        /// Whether the socket has taken the last byte. Until then the upstream cannot have acted.
        var isWritten = false
    }

    let id: UpstreamPoolMachine.ConnectionID
    private let pool: UpstreamPool
    private var context: ChannelHandlerContext?
    private var carried: Carried?
    private var isOpen = false
    private var hasEnded = false
    private var hasCarried = false
    private var deadline: NIODeadline
    private var reason: String?

    /// The connection is of use after ``open()`` or a TLS handshake; until `deadline` it may take.
    init(id: UpstreamPoolMachine.ConnectionID, pool: UpstreamPool, opensUntil deadline: NIODeadline) {
        self.id = id
        self.pool = pool
        self.deadline = deadline
    }

    // MARK: From the pool

    /// The connection can carry requests now.
    func open() {
        guard !isOpen, !hasEnded else { return }
        isOpen = true
        deadline = .distantFuture
        pool.opened(self)
    }

    /// Writes a request; the answer or the failure comes through the exchange.
    func send(_ exchange: UpstreamExchange) {
        guard let context else {
            return pool.failed(exchange, UpstreamFailure(reach: .notSent, reason: "the connection was gone"))
        }
        let now = NIODeadline.now()
        var exchange = exchange
        exchange.attempts += 1
        carried = Carried(
            exchange: exchange,
            reader: ResponseReader(isAnswerToHEAD: exchange.request.method == .HEAD, limits: pool.limits),
            isFirst: !hasCarried, startedAt: now)
        hasCarried = true
        deadline = now + .milliseconds(pool.limits.responseMilliseconds)
        switch pool.encode(exchange.request) {
        case .unsendable:
            reason = "the request cannot be written as HTTP"
            context.close(mode: .all, promise: nil)
        case .whole:
            context.writeAndFlush(wrapOutboundOut(pool.scratch), promise: written(on: context))
        case .headOnly:
            context.write(wrapOutboundOut(pool.scratch), promise: nil)
            context.writeAndFlush(wrapOutboundOut(exchange.request.body), promise: written(on: context))
        }
    }

    func close() {
        context?.close(mode: .all, promise: nil)
    }

    /// Closes when opening or answering has taken too long.
    func sweep(at now: NIODeadline) {
        guard deadline <= now, !isOpen || carried != nil else { return }
        reason = isOpen ? "the upstream did not answer in time" : "the TLS handshake took too long"
        close()
    }

    /// A promise that notes when the socket has taken the last byte. When it fails nothing is noted: the request then
    /// did not leave whole, and the connection closes anyway.
    private func written(on context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { self.carried?.isWritten = true }
        return promise
    }

    // MARK: From the socket

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard carried != nil else {
            // Nobody asked: whatever this is, it must not become the answer to the next request.
            return context.close(mode: .all, promise: nil)
        }
        do {
            if let response = try carried?.reader.received(bytes) { answered(response) }
        } catch {
            reason = error.text
            context.close(mode: .all, promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { open() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if reason == nil { reason = UpstreamReason.text(error, isOpen: isOpen) }
        context.close(mode: .all, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    // MARK: Endings

    private func answered(_ response: UpstreamResponse) {
        guard let carried else { return }
        self.carried = nil
        let now = NIODeadline.now()
        pool.metrics.record(answerNanoseconds: (now - carried.startedAt).nanoseconds)
        // An answer that came before the request was out leaves the rest of the request in the way of the next one.
        pool.answered(self, isReusable: carried.reader.isReusable && carried.isWritten, at: now)
        carried.exchange.completion(.success(response))
    }

    /// The connection is gone, or never came to be. Tells the pool once.
    func end(_ error: (any Error)? = nil) {
        guard !hasEnded else { return }
        hasEnded = true
        context = nil
        if let error, reason == nil { reason = UpstreamReason.text(error, isOpen: isOpen) }
        guard isOpen else {
            return pool.openingFailed(id, reason: reason ?? "the upstream closed the connection at once")
        }
        var carried = carried
        self.carried = nil
        pool.closed(id)
        guard let exchange = carried?.exchange, let isWritten = carried?.isWritten else { return }
        // Only an orderly end without any error ends an answer whose length nobody has told.
        if reason == nil, let response = carried?.reader.ended() {
            return exchange.completion(.success(response))
        }
        let failure = UpstreamFailure(
            reach: isWritten ? .sent : .notSent,
            reason: reason ?? "the upstream closed the connection without an answer")
        let wasDead = !isWritten && carried?.isFirst == false && reason == nil
        if wasDead, exchange.attempts < UpstreamExchange.attemptsMax {
            pool.retry(exchange)
        } else {
            pool.failed(exchange, failure)
        }
    }
}
