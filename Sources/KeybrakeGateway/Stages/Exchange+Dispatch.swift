internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Sends a read (or, where the emulator takes raw test keys, any call): no hold, but both audit rows.
    func read() {
        guard let match else { return }
        dispatcher.dispatch(dispatchedCall(match, form: form), on: eventLoop) { [self] dispatch in
            answerRead(dispatch)
        }
    }

    /// The judged request, ready for any mode.
    func dispatchedCall(_ match: OperationMatch, form: FormMap) -> DispatchedCall {
        let clientKey = request.headers.first(name: "Idempotency-Key")
        return DispatchedCall(
            match: match, path: target?.path ?? "", form: form, json: json, upload: upload,
            uploadContentType: upload == nil ? nil : request.headers.first(name: "Content-Type"), requestID: id,
            clientIdempotencyKey: clientKey, upstreamIdempotencyKey: upstreamIdempotencyKey(clientKey, match),
            apiVersion: request.headers.first(name: "Stripe-Version"),
            account: request.headers.first(name: "Stripe-Account"),
            userAgent: request.headers.first(name: "User-Agent"), session: session, emulatorKey: emulatorKey,
            faultHeader: faultHeader, conversation: attribution.conversation,
            startedAtMicroseconds: request.receivedAtMicroseconds)
    }

    private var emulatorKey: String? {
        if case .test(let key)? = token { key } else { nil }
    }

    private var faultHeader: String? {
        dispatcher.mode == .emulate ? request.headers.first(name: "X-Keybrake-Fault") : nil
    }

    /// All vault keys share one Stripe key, so two conversations that choose the same idempotency key would receive each
    /// other's objects. The key that Stripe sees is therefore made from both; a write without one gets its own.
    private func upstreamIdempotencyKey(_ clientKey: String?, _ match: OperationMatch) -> String? {
        if case .test? = token { return clientKey }
        guard match.operation.verb == .post else { return nil }
        let name = (key?.id ?? "") + "\u{0}" + (clientKey ?? "request " + id)
        return "kb_" + Hexadecimal.text(HMACSHA256.code(name, key: gateway.settings.idempotencySecret).prefix(20))
    }
}
