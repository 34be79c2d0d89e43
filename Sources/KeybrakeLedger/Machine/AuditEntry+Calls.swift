internal import KeybrakeStripe

/// Audit entries made of calls. Numbers are given when the entry is appended.
extension AuditEntry {
    /// The intent row of a call that asked for a verdict.
    init(intentOf intent: CallIntent, decision: Decision, hold: Hold?) {
        self.init(
            sequence: 0, atMicroseconds: intent.atMicroseconds, kind: .intent, requestID: intent.requestID,
            keyID: intent.keyID, attribution: intent.attribution, operation: intent.operation, mode: intent.mode,
            decision: decision, refusal: nil, status: nil, upstreamStatus: nil, ending: nil, objectID: nil,
            relatedID: nil, meter: intent.meter ?? hold?.meter, money: intent.money ?? hold?.amount.money,
            usdCents: intent.usdCents ?? hold?.amount.usdCents, customer: intent.customer,
            idempotencyKey: intent.idempotency?.clientKey, holdID: hold?.id, policyHash: intent.policyHash,
            detail: intent.detail
        )
        moveTaskToDetail()
    }

    /// The intent row of a call that needed no verdict.
    init(intentOf call: RecordedCall) {
        self.init(
            sequence: 0, atMicroseconds: call.atMicroseconds, kind: .intent, requestID: call.requestID,
            keyID: call.keyID, attribution: call.attribution, operation: call.operation, mode: call.mode,
            decision: call.refusal == nil ? .allowed : .refused, refusal: call.refusal, status: nil,
            upstreamStatus: nil, ending: nil, objectID: nil, relatedID: nil, meter: call.meter, money: call.money,
            usdCents: call.usdCents, customer: call.customer, idempotencyKey: call.idempotencyKey, holdID: nil,
            policyHash: call.policyHash, detail: call.detail
        )
        moveTaskToDetail()
    }

    /// The outcome row of a call that needed no verdict.
    init(outcomeOf call: RecordedCall) {
        self.init(intentOf: call)
        kind = .outcome
        atMicroseconds = call.endedAtMicroseconds
        status = call.clientStatus
        upstreamStatus = call.upstreamStatus
        ending = HoldEnding.none.name
        objectID = call.objectID
        relatedID = call.relatedID
    }

    /// The outcome row of a call that was let out.
    init(outcome: CallOutcome, of intent: AuditEntry) {
        self = intent
        kind = .outcome
        atMicroseconds = outcome.atMicroseconds
        status = outcome.clientStatus
        upstreamStatus = outcome.upstreamStatus
        ending = outcome.ending.name
        objectID = outcome.objectID
        relatedID = outcome.relatedID
        if case .settled(let moved, let cents) = outcome.ending {
            money = moved
            usdCents = cents
        }
        for member in outcome.detail.members { detail[member.name] = member.value }
    }

    /// An operator's act.
    init(act: String, stamp: AdminStamp, key: VaultKey? = nil, detail: JSONObject = JSONObject()) {
        self.init(
            sequence: 0, atMicroseconds: stamp.atMicroseconds, kind: .admin, requestID: stamp.requestID,
            keyID: key?.id, attribution: Attribution(conversation: key?.conversation, agent: key?.agent),
            operation: nil, mode: nil, decision: nil, refusal: nil, status: nil, upstreamStatus: nil, ending: nil,
            objectID: nil, relatedID: nil, meter: nil, money: nil, usdCents: nil, customer: nil, idempotencyKey: nil,
            holdID: nil, policyHash: key?.policyHash, detail: ["act": .string(act)]
        )
        for member in detail.members + stamp.detail.members { self.detail[member.name] = member.value }
    }

    /// The task has no column.
    private mutating func moveTaskToDetail() {
        guard let task = attribution.task else { return }
        detail["task"] = .string(task)
        attribution.task = nil
    }
}
