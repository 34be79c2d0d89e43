/// Something to be done by the ledger, in order with everything else.
package enum LedgerCommand: Sendable {
    case begin(CallIntent, @Sendable (Verdict) -> Void)
    case end(CallOutcome, (@Sendable () -> Void)?)
    case record(RecordedCall)
    /// An audit row of an operator's act that needs no answer.
    case recordAdmin(String, AdminStamp)
    /// An operator's act or question.
    case operate(OperatorAct)

    /// Whether somebody waits for it.
    var isUrgent: Bool {
        switch self {
        case .begin, .operate: true
        case .end(_, let completion): completion != nil
        case .record, .recordAdmin: false
        }
    }

    /// Whether it may be refused when too much waits already. Endings and operators' acts may not.
    var canBeRefused: Bool {
        switch self {
        case .begin, .record: true
        case .end, .recordAdmin, .operate: false
        }
    }

    /// When the call was made or ended, in microseconds since 1970.
    package var atMicroseconds: Int64? {
        switch self {
        case .begin(let intent, _): intent.atMicroseconds
        case .end(let outcome, _): outcome.atMicroseconds
        case .record(let call): call.endedAtMicroseconds
        case .recordAdmin(_, let stamp): stamp.atMicroseconds
        case .operate: nil
        }
    }

    /// The claim that the command is judged by, to be looked up before it is run.
    package var claimID: Claim.ID? {
        guard case .begin(let intent, _) = self, let asked = intent.idempotency else { return nil }
        return Claim.ID(keyID: intent.keyID, clientKey: asked.clientKey)
    }

    /// Judges the command; what comes of it is durable only once its rows are.
    package func run(on machine: inout LedgerMachine, claim: Claim?) -> (rows: [LedgerRow], reply: LedgerReply) {
        switch self {
        case .begin(let intent, let completion):
            let decision = machine.begin(intent, claim: claim)
            return (decision.rows, .verdict(decision.verdict, completion))
        case .end(let outcome, let completion):
            return (machine.end(outcome), .done(completion))
        case .record(let call):
            return (machine.record(call), .done(nil))
        case .recordAdmin(let name, let stamp):
            return (machine.recordAdmin(name, stamp: stamp), .done(nil))
        case .operate(let act):
            let (rows, answer) = act.run(&machine)
            return (rows, .done(answer))
        }
    }

    /// Answers the command without doing it.
    package func fail(_ failure: LedgerFailure) {
        switch self {
        case .begin(_, let completion): completion(.unavailable)
        case .end(_, let completion): completion?()
        case .record, .recordAdmin: break
        case .operate(let act): act.fail(failure)
        }
    }
}
