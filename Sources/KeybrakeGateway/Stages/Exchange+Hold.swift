internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Asks the ledger for the hold and waits until hold and intent row are durable. Key state, caps and idempotency
    /// are judged in the same transaction, so that a revocation binds the very next call.
    func hold() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let eventLoop = eventLoop
        gateway.ledger.begin(intent()) { verdict in
            eventLoop.execute { bound.value.proceed(verdict) }
        }
    }

    private func proceed(_ verdict: Verdict) {
        switch verdict {
        case .proceed: dispatchWrite()
        case .retryUnknown:
            // The very request under the very upstream key: Stripe answers what happened, or does it once.
            isRetryOfUnknown = true
            dispatchWrite()
        case .replay(let stored):
            finish(
                ResponseWriter.replay(
                    stored, idempotencyKey: idempotencyKey, requestID: id, mode: dispatcher.mode))
        case .inFlight: finish(.inFlight)
        case .unavailable: finish(.failClosed)
        case .denied(let denial): finish(Refusal(denial, capStatus: gateway.settings.capStatus))
        }
    }

    private func dispatchWrite() {
        guard let match else { return finish(.unknownRoute) }
        dispatcher.dispatch(dispatchedCall(match, form: form), on: eventLoop) { [self] dispatch in
            settle(dispatch)
        }
    }

    private func intent() -> CallIntent {
        CallIntent(
            requestID: id, atMicroseconds: request.receivedAtMicroseconds, keyID: key?.id ?? "",
            policyHash: key?.policyHash, operation: match?.operation.name ?? "", mode: dispatcher.mode.rawValue,
            meter: price.meterName, effect: price.effect, money: price.money, usdCents: usdCents, customer: customer,
            idempotency: idempotencyClaim(), attribution: attribution, detail: auditDetail)
    }

    private func idempotencyClaim() -> IdempotencyClaim? {
        idempotencyKey.map { IdempotencyClaim(clientKey: $0, fingerprint: fingerprint) }
    }

    /// What makes two requests the same to Stripe: the operation, the path and the tree, whatever its order.
    func requestFingerprint() -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update(Array((match?.operation.name ?? "").utf8))
        hasher.update(Array(canonicalPath.utf8))
        for leaf in form.leaves().sorted(by: { $0.path < $1.path }) {
            hasher.update(Array("\u{0}\(leaf.path)\u{0}\(leaf.text)".utf8))
        }
        if let json { hasher.update(JSONWriter.bytes(json)) }
        if let upload { hasher.update(upload.readableBytesView) }
        return hasher.finish().bytes
    }
}

extension Price {
    /// What the ledger is asked to do.
    var effect: SpendEffect {
        switch self {
        case .reserve(_, _, let objectID): .reserve(objectID: objectID)
        case .advance(let objectID, _): .advance(objectID: objectID)
        case .cancel(let objectID): .cancel(objectID: objectID)
        case .free, .preRead, .malformed, .notPriceable: .none
        }
    }
}
