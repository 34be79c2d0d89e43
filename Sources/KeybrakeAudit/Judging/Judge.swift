internal import KeybrakeLedger

/// Judges matched books: gives every charge its class, finds what breaks a rule, and proves that nothing was lost.
struct Judge {
    let books: Books
    let settings: ReconcileSettings
    let coverage: Coverage
    var judgement = Judgement()
    /// For each file the facts that it carries.
    let facts: [FileFacts]
    var pairs: [PairStatistics] = []
    var amountMismatches: [Int] = []

    /// How the amounts of pairs matched by id compare, for one currency.
    struct PairStatistics {
        var currency: CurrencyCode
        var equal = 0
        var byPowerOfTen: [Int: Int] = [:]
        var other = 0
    }

    init(books: Books, settings: ReconcileSettings, matcher: Matcher) {
        self.books = books
        self.settings = settings
        coverage = matcher.coverage
        judgement.followUps = matcher.followUps
        judgement.ambiguities = matcher.ambiguities
        facts = books.files.map { FileFacts(missing: $0.missingFacts) }
    }

    /// Which facts a file carries that are asked for with every charge.
    struct FileFacts {
        let amount: Bool
        let currency: Bool
        let status: Bool

        init(missing: [ExportFact]) {
            amount = !missing.contains(.amount)
            currency = !missing.contains(.currency)
            status = !missing.contains(.status)
        }
    }

    /// Counts a pair in the statistics of its currency.
    mutating func count(_ currency: CurrencyCode, _ change: (inout PairStatistics) -> Void) {
        if let place = pairs.firstIndex(where: { $0.currency == currency }) {
            change(&pairs[place])
        } else {
            var statistics = PairStatistics(currency: currency)
            change(&statistics)
            pairs.append(statistics)
        }
    }

    /// Judges everything.
    mutating func judge() -> Judgement {
        judgeInputs()
        for index in books.charges.indices { judgeCharge(index) }
        judgeAmounts()
        judgeAttempts()
        judgeRowFlags()
        judgeDuplicates()
        judgeCaps()
        noteWhatIsSkipped()
        total()
        proveTotals()
        conclude()
        return judgement
    }

    mutating func find(
        _ check: Check, _ subject: FindingDraft.Subject, conversation: UInt32 = 0, severity: Severity? = nil,
        effect: Check.Effect? = nil
    ) {
        judgement.drafts.append(
            FindingDraft(check, subject, conversation: conversation, severity: severity, effect: effect))
    }

    /// The conversation of a charge: that of the call that made it, else the one that the export names.
    func conversation(ofCharge index: Int) -> UInt32 {
        let charge = books.charges[index]
        if charge.attempt != 0 {
            let conversation = books.attempts[Int(charge.attempt) - 1].conversation
            if conversation != 0 { return conversation }
        }
        return charge.namedConversation
    }

    private mutating func judgeRowFlags() {
        for flag in books.rowFlags { find(flag.check, .row(flag), conversation: flag.conversation) }
    }

    /// The verdict: any doubt about the inputs outweighs everything else.
    private mutating func conclude() {
        let places = judgement.drafts.indices.sorted { order($0) < order($1) }
        judgement.drafts = places.map { judgement.drafts[$0] }
        for draft in judgement.drafts { count(draft) }
        judgement.counts[.matched, default: .init()].notes = judgement.charges[.matched].count
        judgement.period = coverage.period
        let failing = judgement.drafts.contains { $0.effect == .failure && $0.severity <= settings.failOn }
        let doubtful = judgement.drafts.contains { $0.effect == .error }
        judgement.verdict = doubtful ? .cannotVouch : (failing ? .fail : .pass)
    }

    /// Failures and errors before notes, then by check, worst first, and otherwise in the order of the inputs.
    private func order(_ place: Int) -> (Int, Check, Severity, Int) {
        let draft = judgement.drafts[place]
        return (draft.effect == .failure || draft.effect == .error ? 0 : 1, draft.check, draft.severity, place)
    }

    private mutating func count(_ draft: FindingDraft) {
        var count = judgement.counts[draft.check] ?? .init()
        switch draft.effect {
        case .failure: count.failures += 1
        case .error: count.errors += 1
        case .skipped: count.skipped += 1
        case .note: count.notes += 1
        }
        if draft.effect == .failure || draft.effect == .error {
            count.worst = min(count.worst ?? draft.severity, draft.severity)
            if Int(draft.conversation) < judgement.conversations.count {
                let index = Int(draft.conversation)
                judgement.conversations[index].findings += 1
                judgement.conversations[index].worst = min(
                    judgement.conversations[index].worst ?? draft.severity, draft.severity)
            }
        }
        judgement.counts[draft.check] = count
    }
}
