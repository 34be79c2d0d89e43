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
        switch dispatch {
        case .refused(let refusal):
            end(.released, response: ResponseWriter.refusal(refusal, requestID: id, mode: dispatcher.mode), upstream: nil, refusal: refusal.code)
        case .failed(let failure):
            let refusal: Refusal = failure.reach == .sent ? .outcomeUnknown : .upstreamUnreachable
            let ending: HoldEnding = failure.reach == .sent ? .unknown : .released
            end(ending, response: ResponseWriter.refusal(refusal, requestID: id, mode: dispatcher.mode), upstream: nil, refusal: refusal.code)
        case .answered(let answer):
            settle(answer)
        }
    }

    private func settle(_ answer: Answer) {
        let facts = AnswerFacts(answer.body)
        if answer.source == .upstream, answer.status == 401 || answer.status == 403 {
            gateway.logger.error("Stripe refused the upstream key", metadata: ["status": "\(answer.status)", "request.id": "\(id)"])
            let response = ResponseWriter.refusal(.upstreamAuth, requestID: id, mode: dispatcher.mode)
            return end(.released, response: response, upstream: answer.status, refusal: Refusal.upstreamAuth.code)
        }
        let ending = Settlement.ending(price: price, facts: facts, status: answer.status, fx: gateway.settings.fx)
        let response = ResponseWriter.answer(answer, to: request, requestID: id, mode: dispatcher.mode)
        end(ending, response: response, upstream: answer.status, refusal: nil, facts: facts, answer: answer)
    }

    private func end(
        _ ending: HoldEnding, response: OutgoingResponse, upstream: Int?, refusal: String?,
        facts: AnswerFacts = AnswerFacts(), answer: Answer? = nil
    ) {
        gateway.ledger.end(
            CallOutcome(
                requestID: id, atMicroseconds: ClockReading.microsecondsNow(), clientStatus: response.status,
                upstreamStatus: upstream, ending: price == .free ? .none : ending, objectID: facts.id,
                relatedID: facts.latestCharge ?? facts.charge, answer: answer.flatMap { storedAnswer($0, ending) },
                detail: refusal.map { ["error": .string($0)] } ?? JSONObject()),
            completion: nil)
        finish(response)
    }

    /// What a later request with the same idempotency key receives: every answer that Stripe would store, too. An
    /// unknown outcome stores nothing, so that the retry asks Stripe again under the same upstream key.
    private func storedAnswer(_ answer: Answer, _ ending: HoldEnding) -> StoredAnswer? {
        guard request.headers.contains(name: "Idempotency-Key"), ending != .unknown,
            (200..<300).contains(answer.status) || answer.status == 402
        else { return nil }
        return StoredAnswer(
            status: answer.status, headers: ResponseWriter.storable(answer.headers),
            body: Array(answer.body.readableBytesView))
    }

    /// Ends a read: both audit rows at once, no hold.
    func answerRead(_ dispatch: Dispatch) {
        switch dispatch {
        case .refused(let refusal): refuse(refusal)
        case .failed: refuse(.upstreamTimedOut)
        case .answered(let answer):
            if answer.source == .upstream, answer.status == 401 || answer.status == 403 {
                gateway.logger.error("Stripe refused the upstream key", metadata: ["status": "\(answer.status)", "request.id": "\(id)"])
                return refuse(.upstreamAuth)
            }
            let facts = AnswerFacts(answer.body)
            if let refusal = outOfScope(facts, status: answer.status) { return refuse(refusal) }
            gateway.ledger.record(recordedCall(answer: answer, facts: facts))
            finish(ResponseWriter.answer(answer, to: request, requestID: id, mode: dispatcher.mode))
        }
    }

    /// A limited key may read an object only when the object belongs to one of its customers.
    private func outOfScope(_ facts: AnswerFacts, status: Int) -> Refusal? {
        guard status == 200, let policy, let match, !policy.customers.isEmpty else { return nil }
        guard CustomerScope.judge(match, named: customer, allowed: policy.customers) == .afterRead else { return nil }
        let owner = facts.object == "customer" ? facts.id : facts.customer
        switch CustomerScope.judge(objectCustomer: owner, allowed: policy.customers) {
        case .allowed, .afterRead: return nil
        case .notAllowed: return .customerNotAllowed
        case .notTold: return .customerNotTold
        }
    }
}
