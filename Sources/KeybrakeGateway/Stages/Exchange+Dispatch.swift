internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Sends a read (or, where the emulator takes raw test keys, any call): no hold, but both audit rows.
    func read() {
        guard let match else { return refuse(.unknownRoute) }
        guard gateway.ledger.isHealthy else { return refuse(.failClosed) }
        dispatcher.dispatch(dispatchedCall(match, form: form), on: eventLoop) { [self] dispatch in
            answerRead(dispatch)
        }
    }

    /// The judged request, ready for any mode.
    func dispatchedCall(_ match: OperationMatch, form: FormMap) -> DispatchedCall {
        let form = ConversationStamp.stamped(form, match.operation, conversation: attribution.conversation)
        return DispatchedCall(
            match: match, path: canonicalPath, form: form, json: json, upload: upload,
            uploadContentType: upload == nil ? nil : request.headers.first(name: "Content-Type"), requestID: id,
            clientIdempotencyKey: idempotencyKey, upstreamIdempotencyKey: upstreamIdempotencyKey(match),
            apiVersion: request.headers.first(name: "Stripe-Version"),
            account: request.headers.first(name: "Stripe-Account"),
            userAgent: request.headers.first(name: "User-Agent"), session: session, emulatorKey: emulatorKey,
            faultHeader: faultHeader, conversation: attribution.conversation,
            startedAtMicroseconds: request.receivedAtMicroseconds)
    }

    /// The path from `/v1/` on, written anew from what was understood: what was judged is what is sent.
    var canonicalPath: String {
        guard let target, let match else { return "" }
        return target.isPlain ? target.path : match.canonicalPath
    }

    private var emulatorKey: String? {
        if case .test(let key)? = token { key } else { nil }
    }

    private var faultHeader: String? {
        dispatcher.mode == .emulate ? request.headers.first(name: "X-Keybrake-Fault") : nil
    }

    /// All vault keys share one Stripe key, so two conversations that choose the same idempotency key would receive
    /// each other's objects. The key that Stripe sees is therefore made from both; a write without one gets its own.
    private func upstreamIdempotencyKey(_ match: OperationMatch) -> String? {
        if case .test? = token { return idempotencyKey }
        guard match.operation.verb == .post else { return nil }
        // A client's key never holds a NUL, so that no client can choose the name of another one's request.
        let name = (key?.id ?? "") + (idempotencyKey.map { "\u{0}key\u{0}" + $0 } ?? "\u{0}request\u{0}" + id)
        return "kb_" + Hexadecimal.text(gateway.settings.idempotencySecret.code(name).prefix(20))
    }
}
