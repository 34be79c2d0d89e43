extension Judge {
    /// What reading found, and which checks the inputs do not allow.
    mutating func judgeInputs() {
        for index in books.problems.indices { find(books.problems[index].check, .problem(index)) }
        for (index, repeated) in books.repeated.enumerated() where repeated.isConflict {
            find(.conflictingRecords, .repeated(index), conversation: conversation(ofCharge: repeated.charge))
        }
        for (pair, count) in books.repeatedCounts.sorted(by: { Self.precedes($0.key, $1.key) }) {
            let earlier = books.files[pair.earlierFile].name
            let later = books.files[pair.laterFile].name
            let place = earlier == later ? "within \(later)" : "in \(later), read before in \(earlier)"
            find(.repeatedRecords, .sentence(about: later, "\(count) repeated records \(place)"))
        }
        for file in books.files where file.state != .refused {
            for fact in file.missingFacts where ExportFact.indispensable.contains(fact) {
                find(
                    .unreadableInput,
                    .sentence(
                        about: "\(file.name), \(fact.rawValue) is missing",
                        "\(file.name) has no \(fact.rawValue), without which no charge can be compared"))
            }
            for fact in file.missingFacts {
                find(
                    .missingColumn,
                    .sentence(about: "\(file.name), \(fact.rawValue)", "\(file.name) has no \(fact.rawValue)"))
            }
        }
        judgePeriods()
    }

    /// Whether the proxy let a payment through that must be in an export of the account.
    private var hasAcceptedCharges: Bool {
        books.attempts.contains { $0.succeeded && $0.attempt != .otherMode && $0.attempt != .outsidePeriod }
    }

    private static func precedes(_ one: RepeatedPair, _ other: RepeatedPair) -> Bool {
        (one.earlierFile, one.laterFile) < (other.earlierFile, other.laterFile)
    }

    private mutating func judgePeriods() {
        if books.audit.isReadable, books.charges.isEmpty, hasAcceptedCharges {
            find(.periods, .sentence(about: "no charges", "the audit has accepted charges, but the exports have none"))
        }
        guard books.audit.isReadable, !books.charges.isEmpty else { return }
        guard let audit = coverage.audit else {
            find(.periods, .sentence(about: "audit", "the audit has no rows"))
            return
        }
        guard let period = coverage.period else { return }
        if !period.overlaps(audit) {
            find(.periods, .sentence(about: "overlap", "the exports and the audit have no time in common"))
        }
    }

    /// Checks without the facts they need are skipped, never passed.
    mutating func noteWhatIsSkipped() {
        let needs: [(ExportFact, [Check])] = [
            (.amount, [.amountMismatch]), (.currency, [.currencyMismatch]), (.status, [.statusMismatch]),
            (.created, [.periods, .phantom]),
            (.conversation, [.bypassTagged, .unknownConversation, .malformedTag, .tagDisagreement]),
            (.customer, [.customerMismatch]), (.mode, [.mixedModes]),
        ]
        for (fact, checks) in needs {
            let lacking = books.files.filter { $0.missingFacts.contains(fact) && $0.state != .refused }.map(\.name)
            guard !lacking.isEmpty else { continue }
            for check in checks {
                judgement.skipped[check] = "\(fact.rawValue) is missing in \(lacking.joined(separator: ", "))"
            }
        }
        if !books.audit.isReadable {
            for check in Check.allCases where check >= .matched && check != .doesNotTie {
                judgement.skipped[check] = "the audit cannot be read"
            }
        }
        if books.files.contains(where: { $0.state != .read }) {
            judgement.skipped[.phantom] = "an export is damaged, so a missing charge proves nothing"
        }
    }
}
