internal import KeybrakeLedger
internal import KeybrakeStripe

/// Turns drafts into findings: reads again what a finding is about, and puts it into words.
final class EvidenceBuilder {
    /// How many neighbours of a finding are shown.
    static let neighboursMax = 5

    let books: Books
    let judgement: Judgement
    let settings: ReconcileSettings
    private let excerpts: ExcerptReader
    private let rows: AuditRowReader?
    /// How often each name was given, by its hash.
    private var usedNames: [UInt64: Int] = [:]
    private var chargesByTime: [UInt32]?

    init(books: Books, judgement: Judgement, settings: ReconcileSettings, database: AuditDatabase?) {
        self.books = books
        self.judgement = judgement
        self.settings = settings
        excerpts = ExcerptReader(layouts: books.layouts)
        rows = try? database?.rows()
    }

    /// The finding of a draft. Subjects are unique within a check: a second one of the same name gets a number.
    func finding(_ draft: FindingDraft) -> Finding {
        var finding = Finding(
            check: draft.check, severity: draft.severity, effect: draft.effect, subject: "",
            conversation: draft.conversation == 0 ? nil : books.conversations.text(draft.conversation), summary: "")
        switch draft.subject {
        case .charge(let index): charge(index, &finding)
        case .attempt(let index): attempt(index, &finding)
        case .row(let flag): row(flag, &finding)
        case .problem(let index): problem(books.problems[index], &finding)
        case .repeated(let index): conflict(books.repeated[index], &finding)
        case .ambiguity(let index): ambiguity(judgement.ambiguities[index], &finding)
        case .duplicates(let index): duplicates(judgement.duplicateGroups[index], &finding)
        case .cap(let index): cap(judgement.capBreaches[index], &finding)
        case .sentence(let about, let text):
            finding.subject = about
            finding.summary = text
        }
        let hash = ChargeJSON.hash(finding.name)
        let uses = usedNames[hash, default: 0] + 1
        usedNames[hash] = uses
        if uses > 1 { finding.subject += "~\(uses)" }
        return finding
    }

    // MARK: pieces

    func excerpt(_ index: Int) -> RecordExcerpt { excerpts.excerpt(books.charges[index].place) }

    func otherExcerpt(_ place: RecordPlace) -> RecordExcerpt { excerpts.excerpt(place) }

    func row(sequence: Int64) -> AuditRow? {
        guard let row = try? rows?.row(sequence: sequence) else { return nil }
        return row
    }

    /// `payments.csv:17`, or `charges.json, object 17`.
    func place(_ place: RecordPlace, line: UInt32) -> String {
        let name = books.files[place.file].name
        return books.layouts[place.file].columns == nil ? "\(name), object \(line)" : "\(name):\(line)"
    }

    func chargeName(_ index: Int) -> String {
        let charge = books.charges[index]
        if charge.id != 0 { return books.objects.text(charge.id) }
        if charge.intent != 0 { return books.objects.text(charge.intent) }
        return place(charge.place, line: charge.line)
    }

    func money(_ charge: ChargeRecord) -> String { charge.currency.text(charge.amount) }

    func money(_ attempt: AttemptRecord) -> String {
        attempt.flags.contains(.amountUnknown) ? "unknown amount" : attempt.currency.text(attempt.amount)
    }

    func created(_ charge: ChargeRecord) -> String {
        charge.flags.contains(.createdUnknown) ? "unknown time" : CivilTime.spaced(Int64(charge.created)) + " UTC"
    }

    func started(_ attempt: AttemptRecord) -> String { CivilTime.spaced(attempt.startedAt) + " UTC" }

    /// One line about a call: when, what, and what became of it.
    func line(_ index: Int) -> String {
        let attempt = books.attempts[index]
        var text = "row \(attempt.sequence), \(started(attempt)), \(money(attempt)), "
        if attempt.decision == .refused {
            text += "refused"
            if let refusal = row(sequence: attempt.sequence)?.refusal { text += " (\(refusal))" }
        } else if attempt.isUnknown {
            text += attempt.flags.contains(.intentOnly) ? "no outcome row" : "outcome unknown"
        } else {
            text += "status \(attempt.upstreamStatus)"
        }
        if attempt.object != 0 { text += ", \(books.objects.text(attempt.object))" }
        return text
    }

    /// One line about a charge.
    func line(ofCharge index: Int) -> String {
        let charge = books.charges[index]
        return "\(chargeName(index)), \(created(charge)), \(money(charge)), "
            + place(charge.place, line: charge.line)
    }

    /// The facts of a charge as the export has them.
    func chargeFacts(_ index: Int) -> [Finding.Fact] {
        let charge = books.charges[index]
        let excerpt = excerpt(index)
        var facts = [
            Finding.Fact(label: "record", value: place(charge.place, line: charge.line)),
            Finding.Fact(label: "created", value: created(charge)),
            Finding.Fact(label: "amount", value: money(charge)),
            Finding.Fact(label: "status", value: excerpt.status.isEmpty ? "(no column)" : excerpt.status),
        ]
        if charge.customer != 0 {
            facts.append(Finding.Fact(label: "customer", value: books.customers.text(charge.customer)))
        }
        if !excerpt.description.isEmpty { facts.append(Finding.Fact(label: "description", value: excerpt.description)) }
        return facts
    }

    /// The facts of a call as the audit has them.
    func attemptFacts(_ index: Int) -> [Finding.Fact] {
        let attempt = books.attempts[index]
        var facts = [Finding.Fact(label: "audit row", value: line(index))]
        guard let row = row(sequence: attempt.sequence) else { return facts }
        facts += rowFacts(row)
        return facts
    }

    func rowFacts(_ row: AuditRow) -> [Finding.Fact] {
        let named: [(String, String?)] = [
            ("request", row.requestID), ("operation", row.operation), ("vault key", row.keyID), ("agent", row.agent),
            ("turn", row.turn), ("idempotency key", row.idempotencyKey),
        ]
        return named.compactMap { label, value in value.map { Finding.Fact(label: label, value: $0) } }
    }

    /// Calls of the conversation close in time to a moment, nearest first.
    func neighbours(conversation: UInt32, at seconds: Int64, besides: Int = -1) -> [Int] {
        let calls = books.attempts(ofConversation: conversation).filter { $0 != besides }
        let nearest = calls.sorted { left, right in
            let (one, other) = (books.attempts[left].startedAt - seconds, books.attempts[right].startedAt - seconds)
            return (one.magnitude, left) < (other.magnitude, right)
        }
        return Array(nearest.prefix(Self.neighboursMax))
    }

    /// Ids of charges that were created within a minute of a moment, in the order of time.
    func chargesNear(_ seconds: Int64) -> [Int] {
        let sorted = sortedCharges()
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if Int64(books.charges[Int(sorted[middle])].created) < seconds - 30 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return sorted[low...].prefix(Self.neighboursMax)
            .filter { Int64(books.charges[Int($0)].created) <= seconds + 30 }.map(Int.init)
    }

    private func sortedCharges() -> [UInt32] {
        if let chargesByTime { return chargesByTime }
        var indices = books.charges.indices.filter { !books.charges[$0].flags.contains(.createdUnknown) }
            .map { UInt32(truncatingIfNeeded: $0) }
        // Exports are newest first; turning that around leaves little to sort.
        indices.reverse()
        let isSorted = zip(indices, indices.dropFirst()).allSatisfy {
            books.charges[Int($0)].created <= books.charges[Int($1)].created
        }
        if !isSorted { indices.sort { (books.charges[Int($0)].created, $0) < (books.charges[Int($1)].created, $1) } }
        chargesByTime = indices
        return indices
    }

    static func duration(_ seconds: Int64) -> String {
        let magnitude = seconds.magnitude
        let sign = seconds < 0 ? "-" : ""
        if magnitude < 120 { return "\(sign)\(magnitude) s" }
        if magnitude < 7_200 { return "\(sign)\(magnitude / 60) min \(magnitude % 60) s" }
        return "\(sign)\(magnitude / 3_600) h \(magnitude % 3_600 / 60) min"
    }
}
