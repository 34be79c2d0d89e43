internal import KeybrakeLedger

extension Judge {
    /// Adds up both sides for each conversation; number 0 stands for none.
    mutating func total() {
        judgement.conversations = Array(repeating: ConversationTotals(), count: books.conversations.count + 1)
        for index in books.charges.indices { total(charge: index) }
        for attempt in books.attempts { total(attempt) }
    }

    private mutating func total(charge index: Int) {
        let charge = books.charges[index]
        guard !charge.flags.contains(.unreadable), charge.id != 0 else { return }
        let conversation = Int(conversation(ofCharge: index))
        judgement.conversations[conversation].charges += 1
        guard charge.status.holdsMoney else { return }
        judgement.conversations[conversation].charged.add(charge.amount, charge.currency)
        if charge.refunded > 0 { judgement.conversations[conversation].refunded.add(charge.refunded, charge.currency) }
    }

    private mutating func total(_ attempt: AttemptRecord) {
        guard attempt.attempt != .otherMode else { return }
        let conversation = Int(attempt.conversation)
        judgement.conversations[conversation].attempts += 1
        if attempt.decision == .refused {
            judgement.conversations[conversation].refused += 1
        } else if attempt.succeeded {
            judgement.conversations[conversation].allowed += 1
        } else {
            judgement.conversations[conversation].failed += 1
        }
        guard attempt.succeeded, attempt.attempt.claimsCharge, !attempt.flags.contains(.amountUnknown) else { return }
        judgement.conversations[conversation].audited.add(attempt.amount, attempt.currency)
    }

    /// Every record ends in one class, the classes add up to the files, and the conversations to the charges.
    mutating func proveTotals() {
        var classes = judgement.charges.total
        let repeated = books.repeatedTotals.total
        classes.count += repeated.count
        classes.sums.add(repeated.sums)
        judgement.proof.lines = [
            Proof.Line(name: "export records", left: books.exportTotals, right: classes),
            Proof.Line(name: "audit rows", left: auditRows, right: auditClasses),
            Proof.Line(name: "charges by conversation", left: chargedByClass, right: chargedByConversation),
        ]
        let hasOpen = judgement.charges[.open].count > 0 || judgement.attempts[.open].count > 0
        if !judgement.proof.ties || hasOpen {
            find(.doesNotTie, .sentence(about: "totals", "the class totals differ from the totals of the files"))
        }
    }

    private var auditRows: SideTotals {
        SideTotals(count: books.audit.rowCount, sums: books.audit.attempts.sums)
    }

    private var auditClasses: SideTotals {
        var classes = judgement.attempts.total
        let audit = books.audit
        let lone = audit.loneIntentAttemptCount + audit.loneIntentOtherCount
        classes.count +=
            audit.otherOperationCount + audit.otherKindCount + (audit.intentCount - lone)
            + audit.loneIntentOtherCount
        return classes
    }

    private var chargedByConversation: SideTotals {
        var side = SideTotals()
        for totals in judgement.conversations {
            side.count += totals.charges
            side.sums.add(totals.charged)
        }
        return side
    }

    /// The same from the charges alone.
    private var chargedByClass: SideTotals {
        var side = SideTotals()
        for charge in books.charges where !charge.flags.contains(.unreadable) && charge.id != 0 {
            side.add(currency: charge.currency, amount: charge.status.holdsMoney ? charge.amount : nil)
        }
        return side
    }
}
