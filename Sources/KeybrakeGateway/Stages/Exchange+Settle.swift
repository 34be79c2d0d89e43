internal import KeybrakeLedger
internal import KeybrakeStripe
internal import Logging
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Ends a write: tells the ledger how the hold ends and the client what happened.
    ///
    /// The answer does not wait for the outcome row: should the process die in between, the hold stays held and is
    /// found as unknown at the next start.
    func settle(_ dispatch: Dispatch) {
        let untouched = Settlement.nothingHappened(price, isRetry: isRetryOfUnknown)
        switch dispatch {
        case .refused(let refusal): end(untouched, refusal: refusal)
        case .failed(let failure):
            note(failure)
            switch failure.reach {
            case .sent: end(.unknown, refusal: .outcomeUnknown)
            case .notSent: end(untouched, refusal: untouched == .unknown ? .outcomeUnknown : .upstreamUnreachable)
            }
        case .answered(let answer): settle(answer)
        }
    }

    private func note(_ failure: UpstreamFailure) {
        gateway.logger.warning(
            "Stripe gave no answer",
            metadata: [
                "reason": "\(failure.reason)", "sent": "\(failure.reach == .sent)", "request.id": "\(id)",
            ])
    }

    /// Tells the operator that Stripe does not take the proxy's own key.
    func reportRefusedKey(_ status: Int) {
        gateway.logger.error(
            "Stripe refused the upstream key", metadata: ["status": "\(status)", "request.id": "\(id)"])
    }

    private func settle(_ answer: Answer) {
        let facts = AnswerFacts(answer.body)
        let ending = Settlement.ending(
            price: price, facts: facts, status: answer.status,
            isReplayed: answer.headers.first(name: "Idempotent-Replayed") == "true", isRetry: isRetryOfUnknown,
            fx: gateway.settings.fx)
        if answer.source == .upstream, answer.status == 401 || answer.status == 403 {
            reportRefusedKey(answer.status)
            return end(ending, refusal: .upstreamAuth, upstreamStatus: answer.status)
        }
        let response = ResponseWriter.answer(
            answer, idempotencyKey: idempotencyKey, requestID: id, mode: dispatcher.mode)
        end(
            CallOutcome(
                requestID: id, atMicroseconds: ClockReading.microsecondsNow(), clientStatus: answer.status,
                upstreamStatus: answer.status, ending: ending, objectID: facts.id,
                relatedID: facts.latestCharge ?? facts.charge, answer: storedAnswer(answer, ending)))
        finish(response)
    }

    private func end(_ ending: HoldEnding, refusal: Refusal, upstreamStatus: Int? = nil) {
        end(
            CallOutcome(
                requestID: id, atMicroseconds: ClockReading.microsecondsNow(), clientStatus: refusal.status,
                upstreamStatus: upstreamStatus, ending: ending, detail: ["error": .string(refusal.code)]))
        finish(refusal)
    }

    private func end(_ outcome: CallOutcome) {
        var outcome = outcome
        if price == .free { outcome.ending = .none }
        rememberPin(outcome.ending)
        gateway.ledger.end(outcome, completion: nil)
    }

    private func rememberPin(_ ending: HoldEnding) {
        guard let pinnedAmount, let key, let idempotencyKey else { return }
        if ending == .unknown {
            gateway.pins.remember(pinnedAmount, keyID: key.id, idempotencyKey: idempotencyKey)
        } else if isRetryOfUnknown {
            gateway.pins.forget(keyID: key.id, idempotencyKey: idempotencyKey)
        }
    }

    /// What a later request with the same idempotency key receives: every answer that Stripe would store, too. An
    /// unknown outcome stores nothing, so that the retry asks Stripe again under the same upstream key.
    private func storedAnswer(_ answer: Answer, _ ending: HoldEnding) -> StoredAnswer? {
        guard idempotencyKey != nil, ending != .unknown,
            (200..<300).contains(answer.status) || answer.status == 402
        else { return nil }
        return StoredAnswer(
            status: answer.status, headers: ResponseWriter.storable(answer.headers, requestID: id),
            body: Array(answer.body.readableBytesView))
    }

    /// Ends a read: both audit rows at once, no hold.
    func answerRead(_ dispatch: Dispatch) {
        switch dispatch {
        case .refused(let refusal): refuse(refusal)
        case .failed(let failure):
            note(failure)
            failRead(failure.reach == .sent ? .upstreamTimedOut : .upstreamUnreachable)
        case .answered(let answer):
            if answer.source == .upstream, answer.status == 401 || answer.status == 403 {
                reportRefusedKey(answer.status)
                return failRead(.upstreamAuth, upstreamStatus: answer.status)
            }
            let facts = AnswerFacts(answer.body)
            if let refusal = outOfScope(answer, facts) { return refuse(refusal, upstreamStatus: answer.status) }
            gateway.ledger.record(recordedCall(answer: answer, facts: facts))
            finish(
                ResponseWriter.answer(answer, idempotencyKey: idempotencyKey, requestID: id, mode: dispatcher.mode))
        }
    }

    /// The read was allowed, but Stripe gave no answer that can be passed on.
    private func failRead(_ failure: Refusal, upstreamStatus: Int? = nil) {
        gateway.ledger.record(recordedCall(failure: failure, upstreamStatus: upstreamStatus))
        finish(failure)
    }

    /// A limited key may read an object only when the object belongs to one of its customers, and nothing of any
    /// other customer may stand in the answer.
    private func outOfScope(_ answer: Answer, _ facts: AnswerFacts) -> Refusal? {
        guard answer.status == 200, let policy, let match, !policy.customers.isEmpty else { return nil }
        guard let json = try? JSONParser.parse(answer.body.readableBytesView) else { return .customerNotTold }
        if CustomerScope.reachesOthers(json, allowed: policy.customers) { return .customerNotAllowed }
        guard CustomerScope.judge(match, named: namedCustomers, allowed: policy.customers) == .afterRead else {
            return nil
        }
        let owner = facts.object == "customer" ? facts.id : facts.customer
        switch CustomerScope.judge(objectCustomer: owner, allowed: policy.customers) {
        case .allowed, .afterRead: return nil
        case .notAllowed: return .customerNotAllowed
        case .notTold: return .customerNotTold
        }
    }
}
