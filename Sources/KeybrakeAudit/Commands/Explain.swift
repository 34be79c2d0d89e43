internal import KeybrakeLedger
internal import KeybrakeStripe

/// `keybrake-audit explain`: everything that was considered for one charge.
package enum Explain {
    /// The explanation of an object, by the id of a charge or PaymentIntent or the number of an audit row.
    package static func run(
        object: String, exports: [String], audit: String, settings: ReconcileSettings, showsProgress: Bool
    ) -> (verdict: Verdict, text: String) {
        let reconciliation = Reconciliation(
            exports: exports, audit: audit, settings: settings, showsProgress: showsProgress)
        var explanation = Explanation(reconciliation, object: object)
        let text = SafeText.clean(explanation.text())
        return (reconciliation.judgement.verdict, text)
    }
}

/// What is said about one object.
private struct Explanation {
    private let reconciliation: Reconciliation
    private let object: String
    private let evidence: EvidenceBuilder
    private var lines: [String] = []
    private var books: Books { reconciliation.books }

    init(_ reconciliation: Reconciliation, object: String) {
        self.reconciliation = reconciliation
        self.object = object
        evidence = reconciliation.evidence()
    }

    mutating func text() -> String {
        let number = books.objects.find(object)
        let charges = Set([books.charge(ofObject: number)].compactMap(\.self) + books.charges(ofIntent: number))
            .sorted()
        for charge in charges { explain(charge) }
        let calls = books.attempts.indices.filter { isAbout(books.attempts[$0], number, charges) }
        for call in calls { explain(call: call) }
        if charges.isEmpty { lines.append("\(object): in no export") }
        if calls.isEmpty { lines.append("\(object): in no audit row of a call that makes charges") }
        explainFindings(charges, calls)
        return lines.joined(separator: "\n")
    }

    private func isAbout(_ attempt: AttemptRecord, _ number: UInt32, _ charges: [Int]) -> Bool {
        if number != 0, attempt.object == number || attempt.related == number { return true }
        if attempt.charge != 0, charges.contains(Int(attempt.charge) - 1) { return true }
        return object == "row \(attempt.sequence)" || object == String(attempt.sequence)
    }

    private mutating func explain(_ index: Int) {
        let charge = books.charges[index]
        lines.append("charge \(evidence.chargeName(index)): \(charge.charge.title)")
        for fact in evidence.chargeFacts(index) { lines.append("  \(fact.label): \(fact.value)") }
        for (label, number) in [
            ("tag", charge.taggedConversation), ("metadata", charge.metadataConversation),
        ] where number != 0 {
            let known = books.knows(number) ? "known to the audit" : "unknown to the audit"
            lines.append("  conversation by \(label): \(books.conversations.text(number)), \(known)")
        }
        if charge.attempt == 0 {
            lines.append("  tried: object id, PaymentIntent id, idempotency key, conversation with amount and time")
            for near in evidence.neighbours(conversation: charge.namedConversation, at: Int64(charge.created)) {
                lines.append("  near call: \(evidence.line(near)), \(books.attempts[near].attempt.title)")
            }
        } else {
            lines.append("  matched by: \(charge.method.title)")
        }
    }

    private mutating func explain(call index: Int) {
        lines.append("call in \(evidence.line(index)): \(books.attempts[index].attempt.title)")
        for fact in evidence.attemptFacts(index).dropFirst() { lines.append("  \(fact.label): \(fact.value)") }
    }

    private mutating func explainFindings(_ charges: [Int], _ calls: [Int]) {
        let rows = Set(calls.map { books.attempts[$0].sequence })
        for draft in reconciliation.judgement.drafts {
            let concerns =
                switch draft.subject {
                case .charge(let index): charges.contains(index)
                case .attempt(let index): calls.contains(index)
                case .row(let flag): rows.contains(flag.sequence)
                case .duplicates(let group):
                    !Set(reconciliation.judgement.duplicateGroups[group]).isDisjoint(with: charges)
                case .ambiguity(let index):
                    !Set(reconciliation.judgement.ambiguities[index].charges).isDisjoint(with: charges)
                        || !Set(reconciliation.judgement.ambiguities[index].attempts).isDisjoint(with: calls)
                case .cap(let index): charges.contains(reconciliation.judgement.capBreaches[index].crossing)
                default: false
                }
            guard concerns else { continue }
            let finding = evidence.finding(draft)
            lines.append("finding \(finding.check.id) (\(finding.severity.word)): \(finding.summary)")
            lines += finding.facts.map { "  \($0.label): \($0.value)" }
        }
        let found = lines.contains { $0.hasPrefix("finding") }
        if !found { lines.append("no finding concerns \(object)") }
    }
}
