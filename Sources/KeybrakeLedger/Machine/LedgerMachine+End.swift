internal import KeybrakeStripe

/// Ending calls. Each ending is a compare-and-set: a call that has ended, and a hold that is closed, stay so.
extension LedgerMachine {
    /// Ends a call. Without effect when no such call is under way.
    mutating func end(_ outcome: CallOutcome) -> [LedgerRow] {
        guard let call = running[outcome.requestID] else { return [] }
        rows.reserveCapacity(6)
        running[outcome.requestID] = nil
        if let hold = call.intent.holdID.flatMap({ holds[$0] }) {
            if call.isCancel {
                endCancel(hold, outcome)
            } else {
                endSpend(hold, outcome)
            }
        }
        append(AuditEntry(outcome: outcome, of: call.intent))
        rows.append(.callClosed(sequence: call.intent.sequence))
        endClaim(of: call.intent, outcome)
        return takeRows()
    }

    private mutating func endClaim(of intent: AuditEntry, _ outcome: CallOutcome) {
        guard let keyID = intent.keyID, let clientKey = intent.idempotencyKey else { return }
        let id = Claim.ID(keyID: keyID, clientKey: clientKey)
        if outcome.ending == .unknown {
            rows.append(.claimUnknown(id))
        } else if let answer = outcome.answer {
            rows.append(.claimFinished(id, answer))
        } else {
            rows.append(.claimFreed(id))
        }
    }

    private mutating func endSpend(_ open: Hold, _ outcome: CallOutcome) {
        var hold = open
        switch outcome.ending {
        case .settled(let money, let cents):
            settle(open, (money, cents), outcome)
        case .authorised:
            let step = hold.removeStep(requestID: outcome.requestID)
            hold.confirm(step?.amount ?? open.amount)
            hold.tie(to: [outcome.objectID, outcome.relatedID])
            store(hold, insteadOf: open, atMicroseconds: outcome.atMicroseconds)
        case .unknown:
            hold.lose(requestID: outcome.requestID)
            hold.tie(to: [outcome.objectID, outcome.relatedID])
            store(hold, insteadOf: open, atMicroseconds: outcome.atMicroseconds)
        case .none, .released:
            stepBack(from: open, outcome)
        }
    }

    private mutating func endCancel(_ open: Hold, _ outcome: CallOutcome) {
        switch outcome.ending {
        case .released:
            close(open, as: .released, settled: nil, atMicroseconds: outcome.atMicroseconds)
            releaseOthers(of: open, outcome)
        case .settled(let money, let cents):
            settle(open, (money, cents), outcome)
        case .unknown:
            var hold = open
            hold.lose(requestID: outcome.requestID)
            store(hold, insteadOf: open, atMicroseconds: outcome.atMicroseconds)
        case .none, .authorised:
            stepBack(from: open, outcome)
        }
    }

    /// The call did nothing: the hold is as it was before, which for a hold of its own means that it is over.
    private mutating func stepBack(from open: Hold, _ outcome: CallOutcome) {
        var hold = open
        hold.removeStep(requestID: outcome.requestID)
        if hold.isBaseless {
            close(open, as: .released, settled: nil, atMicroseconds: outcome.atMicroseconds)
        } else {
            store(hold, insteadOf: open, atMicroseconds: outcome.atMicroseconds)
        }
    }

    private mutating func settle(_ open: Hold, _ moved: (Money, usdCents: Int64), _ outcome: CallOutcome) {
        close(open, as: .settled, settled: moved, ties: outcome, atMicroseconds: outcome.atMicroseconds)
        releaseOthers(of: open, outcome)
    }

    /// An object's money moves once: what other calls or other keys hold for the same object is given back.
    private mutating func releaseOthers(of hold: Hold, _ outcome: CallOutcome) {
        for objectID in hold.objectIDs + [outcome.objectID].compactMap({ $0 }) {
            for other in openHolds(objectID: objectID, keyID: hold.keyID) {
                close(other, as: .released, settled: nil, atMicroseconds: outcome.atMicroseconds)
            }
        }
    }
}
