internal import KeybrakeGateway
internal import NIOCore
internal import NIOHTTP1

/// One client connection: carries bytes between the socket and ``ConnectionMachine``, which decides. Lives on one event
/// loop and never leaves it.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let loop: ServerLoop
    var machine: ConnectionMachine
    /// `nil` once the connection is gone.
    private(set) var context: ChannelHandlerContext?
    /// Whether ``advance()`` is running further up the stack; answers given meanwhile are flushed together at its end.
    private var isAdvancing = false
    private var hasUnflushedAnswers = false
    private var holdsRead = false

    init(loop: ServerLoop) {
        self.loop = loop
        machine = ConnectionMachine(limits: loop.limits, openedAt: .now())
    }

    // MARK: From the socket

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        if loop.isQuiescing { closeNow() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        machine.received(unwrapInboundIn(data), at: .now())
        advance()
    }

    func read(context: ChannelHandlerContext) {
        if machine.wantsBytes {
            context.read()
        } else {
            holdsRead = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        machine.becameWritable(at: .now())
        advance()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        machine.inputEnded()
        advance()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, or bytes that are no TLS: nobody is there to read an answer.
        closeNow()
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        machine.closed()
        loop.remove(self)
    }

    // MARK: From the loop

    /// Ends what has taken too long.
    func sweep(at now: NIODeadline) {
        guard machine.deadline <= now else { return }
        perform(machine.expired())
    }

    /// The server wants to stop.
    func quiesce() {
        if machine.quiesce() { closeNow() }
    }

    func closeNow() {
        // The machine hears of it first: the socket may call back before it is closed.
        machine.closed()
        context?.close(mode: .all, promise: nil)
    }

    // MARK: Requests

    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        var isWaiting = false
        while !isWaiting {
            let step = machine.next(wallClockMicroseconds: WallClock.microseconds)
            switch step {
            case .wait: isWaiting = true
            case .close, .handle, .sendContinue, .refuse: perform(step)
            }
        }
        isAdvancing = false
        if hasUnflushedAnswers {
            hasUnflushedAnswers = false
            context?.flush()
        }
        if holdsRead, machine.wantsBytes {
            holdsRead = false
            context?.read()
        }
    }

    private func perform(_ step: ConnectionMachine.Step) {
        switch step {
        case .wait:
            break
        case .handle(let request, let sequence):
            loop.handler.handle(request, on: loop.eventLoop) { self.answer($0, to: sequence) }
        case .refuse(let reason, let sequence):
            loop.metrics.count(reason)
            answer(loop.handler.refuse(reason, atMicroseconds: WallClock.microseconds()), to: sequence)
        case .sendContinue:
            context?.writeAndFlush(wrapOutboundOut(Self.continueAnswer), promise: nil)
        case .close:
            closeNow()
        }
    }

    private static let continueAnswer = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    // MARK: Answers

    private func answer(_ response: OutgoingResponse, to sequence: UInt64) {
        loop.eventLoop.assertInEventLoop()
        guard machine.awaitsAnswer(sequence), context != nil else { return }
        loop.metrics.countAnswer(status: response.status)
        if response.fault == .none { write(response) } else { spoil(response) }
    }

    /// Writes a whole answer in one go and reads on, or closes.
    func write(_ response: OutgoingResponse) {
        guard let context else { return }
        let closes = machine.closes(after: response)
        let copiesBody = encode(response, closes: closes)
        context.write(wrapOutboundOut(loop.scratch), promise: nil)
        if !copiesBody { context.write(wrapOutboundOut(response.body), promise: nil) }
        if closes {
            writeLast()
        } else {
            if isAdvancing { hasUnflushedAnswers = true } else { context.flush() }
            machine.answered(isWritable: context.channel.isWritable, at: .now())
            advance()
        }
    }

    /// The last piece of an answer that was written in pieces is on its way; reads on.
    func finishSlowAnswer() {
        guard let context else { return }
        machine.answered(isWritable: context.channel.isWritable, at: .now())
        advance()
    }

    /// Prepares head and body of an answer in the loop's memory; whether the body is in there.
    func encode(_ response: OutgoingResponse, closes: Bool) -> Bool {
        let encoderContext = ResponseEncoder.Context(
            isAnswerToHEAD: machine.isAnswerToHEAD, closes: closes, date: loop.dateBytes())
        loop.scratch.clear()
        return ResponseEncoder.encode(response, encoderContext, into: &loop.scratch)
    }

    /// After the last write: shuts the output once everything is out, and gives the client a moment to read it.
    func writeLast() {
        guard let context else { return }
        machine.answeredLast(at: .now())
        hasUnflushedAnswers = false
        context.flush()
        // Shutting the output waits for what is still to be written.
        let shut = context.eventLoop.makePromise(of: Void.self)
        shut.futureResult.assumeIsolated().whenComplete { result in
            if case .failure = result { return self.closeNow() }
            self.machine.lingers(at: .now())
            self.advance()
        }
        context.close(mode: .output, promise: shut)
    }
}
