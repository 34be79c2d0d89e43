internal import KeybrakeLedger

extension Judge {
    /// Finds what is wrong with calls that no charge answers for, and counts every class.
    mutating func judgeAttempts() {
        for index in books.attempts.indices {
            let attempt = books.attempts[index]
            judgement.attempts.add(
                attempt.attempt, currency: attempt.currency,
                amount: attempt.flags.contains(.amountUnknown) ? nil : attempt.amount)
            switch attempt.attempt {
            case .phantom: find(.phantom, .attempt(index), conversation: attempt.conversation)
            case .incomplete: find(.incompleteRow, .attempt(index), conversation: attempt.conversation)
            case .unknownNotCharged: find(.unknownNotCharged, .attempt(index), conversation: attempt.conversation)
            default: break
            }
        }
        for (index, ambiguity) in judgement.ambiguities.enumerated() {
            let conversation = ambiguity.attempts.first.map { books.attempts[$0].conversation } ?? 0
            find(.unknownAmbiguous, .ambiguity(index), conversation: conversation)
        }
        noteReplays()
        noteUncovered()
    }

    /// Several calls with one idempotency key that got the same charge.
    private mutating func noteReplays() {
        var count = 0
        for followUp in judgement.followUps {
            let hash = books.attempts[followUp.attempt].idempotencyHash
            let first = Int(books.charges[followUp.charge].attempt) - 1
            if hash != 0, first >= 0, books.attempts[first].idempotencyHash == hash { count += 1 }
        }
        let retried = judgement.attempts[.unknownRetried].count
        if count + retried > 0 {
            find(
                .replayedAnswer,
                .sentence(about: "all", "\(count + retried) calls got the charge that an earlier one had made"))
        }
    }

    private mutating func noteUncovered() {
        let outside = judgement.attempts[.outsideWindow]
        if outside.count > 0 {
            find(
                .outsideWindow,
                .sentence(about: "all", "\(outside.count) calls lie outside the time that the exports cover"))
        }
        let uncovered = judgement.charges[.outsideAudit]
        if uncovered.count > 0, coverage.audit != nil {
            find(
                .periods,
                .sentence(
                    about: "uncovered charges",
                    "\(uncovered.count) charges were created before the audit's first row or after its last"))
        }
        let intents = judgement.charges[.intentWithoutCharge]
        if intents.count > 0 {
            find(.intentWithoutCharge, .sentence(about: "all", "\(intents.count) PaymentIntents made no charge"))
        }
        let outsideScope = judgement.charges[.outsideScope]
        if outsideScope.count > 0 {
            find(
                .bypassUntagged,
                .sentence(about: "untagged", "\(outsideScope.count) charges without tag lie outside the scope"),
                severity: .info, effect: .note)
        }
    }
}
