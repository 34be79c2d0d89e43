internal import KeybrakeStripe

/// Mending what a crash has left.
extension LedgerMachine {
    /// Ends the calls that were under way when the ledger, or an instance of it, was left. Nobody knows what became of
    /// them: their money stays held, and their missing outcome rows say so. Calls that still run are not touched.
    package mutating func recover(interrupted intents: [AuditEntry], atMicroseconds: Int64) -> [LedgerRow] {
        for hold in holds.rows.values.sorted(by: { $0.id < $1.id }) where hold.state == .held {
            var lost = hold
            for step in hold.steps where running[step.requestID] == nil { lost.lose(requestID: step.requestID) }
            guard lost != hold else { continue }
            store(lost, insteadOf: hold, atMicroseconds: atMicroseconds)
        }
        for intent in intents {
            var entry = intent
            entry.kind = .outcome
            entry.atMicroseconds = atMicroseconds
            entry.ending = HoldEnding.unknown.name
            entry.detail["recovered"] = true
            append(entry)
            rows.append(.callClosed(sequence: intent.sequence))
            if let keyID = intent.keyID, let clientKey = intent.idempotencyKey {
                rows.append(.claimUnknown(Claim.ID(keyID: keyID, clientKey: clientKey)))
            }
        }
        return takeRows()
    }
}
