internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOHTTP1

extension Exchange {
    /// Both audit rows of a request that was refused before it reached the ledger.
    func recordedCall(refusal: Refusal, upstreamStatus: Int?) -> RecordedCall {
        var call = recordedCall(clientStatus: refusal.status)
        call.refusal = refusal.code
        call.upstreamStatus = upstreamStatus
        return call
    }

    /// Both audit rows of a read that was allowed but got no answer that can be passed on.
    func recordedCall(failure: Refusal, upstreamStatus: Int?) -> RecordedCall {
        var call = recordedCall(clientStatus: failure.status)
        call.upstreamStatus = upstreamStatus
        call.detail.append("error", .string(failure.code))
        return call
    }

    /// Both audit rows of a read that was answered.
    func recordedCall(answer: Answer, facts: AnswerFacts) -> RecordedCall {
        var call = recordedCall(clientStatus: answer.status)
        call.upstreamStatus = answer.status
        call.objectID = facts.id
        call.relatedID = facts.latestCharge ?? facts.charge
        return call
    }

    private func recordedCall(clientStatus: Int) -> RecordedCall {
        RecordedCall(
            requestID: id, atMicroseconds: request.receivedAtMicroseconds,
            endedAtMicroseconds: ClockReading.microsecondsNow(), keyID: key?.id, policyHash: key?.policyHash,
            operation: match?.operation.name, mode: dispatcher.mode.rawValue, clientStatus: clientStatus,
            meter: price.meterName, money: price.money, usdCents: usdCents, customer: customer,
            idempotencyKey: idempotencyKey, attribution: attribution, detail: auditDetail)
    }

    /// What has no column of its own.
    var auditDetail: JSONObject {
        var detail = JSONObject()
        if let task = attribution.task { detail.append("task", .string(task)) }
        if let session { detail.append("session", .string(session)) }
        if let preReadOperation { detail.append("pre_read", .string(preReadOperation)) }
        if case .test? = token { detail.append("ungoverned", true) }
        return detail
    }
}

extension Price {
    /// The meter's name for the audit; `nil` when no money moves.
    var meterName: String? {
        switch self {
        case .reserve(let meter, _, _): meter.rawValue
        case .advance: Meter.charge.rawValue
        default: nil
        }
    }
}
