internal import Glibc
internal import KeybrakeGateway
internal import NIOCore

/// Answers that a fault rule spoils on their way. Only emulated answers carry one.
extension ConnectionHandler {
    /// The name under which the TLS handler stands in the pipeline.
    static let tlsHandlerName = "keybrake.tls"

    private static let slowPieces = 10

    /// Does to the answer what its fault says.
    func spoil(_ response: OutgoingResponse) {
        switch response.fault {
        case .none:
            write(response)
        case .reset:
            reset()
        case .truncated(let bodyBytes):
            writeTruncated(response, bodyBytes: bodyBytes)
        case .delayed(let milliseconds):
            after(milliseconds: milliseconds) { self.write(response) }
        case .slow(let milliseconds):
            writeSlowly(response, milliseconds: milliseconds)
        }
    }

    private func after(milliseconds: Int, _ act: @escaping () -> Void) {
        let delay = TimeAmount.milliseconds(Int64(max(0, milliseconds)))
        _ = loop.eventLoop.assumeIsolated().scheduleTask(in: delay, act)
    }

    /// Closes with a reset instead of an orderly end, TLS or not.
    private func reset() {
        guard let context else { return }
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        // Closing from the TLS handler's own place skips its farewell.
        let operations = context.pipeline.syncOperations
        if let tls = try? operations.context(name: Self.tlsHandlerName) {
            tls.close(mode: .all, promise: nil)
        } else {
            context.close(mode: .all, promise: nil)
        }
    }

    private func writeTruncated(_ response: OutgoingResponse, bodyBytes: Int) {
        guard let context else { return }
        let head = encodedHead(of: response, closes: true)
        context.write(wrapOutboundOut(head), promise: nil)
        var body = response.body
        if !machine.isAnswerToHEAD, let piece = body.readSlice(length: max(0, min(bodyBytes, body.readableBytes))) {
            context.write(wrapOutboundOut(piece), promise: nil)
        }
        writeLast()
    }

    private func writeSlowly(_ response: OutgoingResponse, milliseconds: Int) {
        guard let context else { return }
        let closes = machine.closes(after: response)
        context.writeAndFlush(wrapOutboundOut(encodedHead(of: response, closes: closes)), promise: nil)
        let body = machine.isAnswerToHEAD ? ByteBuffer() : response.body
        writePieces(of: body, pieces: Self.slowPieces, everyMilliseconds: milliseconds / Self.slowPieces, closes)
    }

    private func writePieces(of body: ByteBuffer, pieces: Int, everyMilliseconds: Int, _ closes: Bool) {
        after(milliseconds: everyMilliseconds) {
            guard let context = self.context else { return }
            var body = body
            let length = pieces == 1 ? body.readableBytes : body.readableBytes / pieces
            if let piece = body.readSlice(length: length), piece.readableBytes > 0 {
                context.writeAndFlush(self.wrapOutboundOut(piece), promise: nil)
            }
            if pieces > 1 {
                self.writePieces(of: body, pieces: pieces - 1, everyMilliseconds: everyMilliseconds, closes)
            } else if closes {
                self.writeLast()
            } else {
                self.finishSlowAnswer()
            }
        }
    }

    /// The head alone, with the length of the whole body in it.
    private func encodedHead(of response: OutgoingResponse, closes: Bool) -> ByteBuffer {
        let bodyBytes = response.body.readableBytes
        let hasCopiedBody = encode(response, closes: closes) && !machine.isAnswerToHEAD
        var head = loop.scratch
        let copied = hasCopiedBody && response.status != 204 && response.status != 304 ? bodyBytes : 0
        return head.readSlice(length: head.readableBytes - copied) ?? ByteBuffer()
    }
}
