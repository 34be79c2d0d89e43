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
        guard response.fault.delayMilliseconds <= 0 else {
            var late = response
            late.fault.delayMilliseconds = 0
            return after(milliseconds: response.fault.delayMilliseconds) { self.spoil(late) }
        }
        switch response.fault.ending {
        case .reset: reset()
        case .whole where response.fault.bodyMilliseconds <= 0: write(response)
        case .whole: writeInPieces(response, bodyBytes: response.body.readableBytes)
        case .truncated(let bodyBytes): writeInPieces(response, bodyBytes: bodyBytes)
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

    /// The head, then that much of the body, at once or over the fault's time; what is cut short closes the connection.
    private func writeInPieces(_ response: OutgoingResponse, bodyBytes: Int) {
        guard let context else { return }
        let isCut = response.fault.ending != .whole
        let closes = isCut || machine.closes(after: response)
        context.writeAndFlush(wrapOutboundOut(encodedHead(of: response, closes: closes)), promise: nil)
        var body = response.body
        let length = machine.isAnswerToHEAD ? 0 : max(0, min(bodyBytes, body.readableBytes))
        let piece = body.readSlice(length: length) ?? ByteBuffer()
        let milliseconds = response.fault.bodyMilliseconds
        if milliseconds > 0 {
            writePieces(of: piece, pieces: Self.slowPieces, everyMilliseconds: milliseconds / Self.slowPieces, closes)
        } else {
            context.write(wrapOutboundOut(piece), promise: nil)
            writeLast()
        }
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
