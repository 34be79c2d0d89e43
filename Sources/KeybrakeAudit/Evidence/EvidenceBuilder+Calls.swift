internal import KeybrakeLedger
internal import KeybrakeStripe

extension EvidenceBuilder {
    /// A finding about a call that no charge answers for.
    func attempt(_ index: Int, _ finding: inout Finding) {
        let attempt = books.attempts[index]
        finding.subject = attempt.object == 0 ? "row \(attempt.sequence)" : books.objects.text(attempt.object)
        finding.amount = attempt.flags.contains(.amountUnknown) ? nil : attempt.amount
        finding.currency = attempt.currency
        finding.time = attempt.startedAt
        finding.facts = attemptFacts(index)
        switch finding.check {
        case .phantom:
            finding.summary =
                "\(money(attempt)) accepted by Stripe in row \(attempt.sequence), but no export has the charge"
            if let period = judgement.period {
                finding.facts.append(
                    Finding.Fact(
                        label: "exports cover",
                        value: "\(CivilTime.spaced(period.lowerBound)) to \(CivilTime.spaced(period.upperBound)) UTC"))
            }
            let present = chargesNear(attempt.startedAt).map { line(ofCharge: $0) }
            finding.facts += present.map { Finding.Fact(label: "present, same minute", value: $0) }
        case .unknownNotCharged:
            finding.summary = "the outcome of row \(attempt.sequence) was unknown; no charge of \(money(attempt)) fits"
        default:
            finding.summary = "row \(attempt.sequence) was accepted, but lacks \(missing(attempt))"
        }
    }

    private func missing(_ attempt: AttemptRecord) -> String {
        var parts: [String] = []
        if attempt.object == 0 { parts.append("the object") }
        if attempt.key == 0 { parts.append("the vault key") }
        if attempt.status == 0 { parts.append("the status") }
        return parts.joined(separator: ", ")
    }

    /// A finding about an audit row that breaks a rule by itself.
    func row(_ flag: RowFlag, _ finding: inout Finding) {
        finding.subject = "row \(flag.sequence)"
        guard let row = row(sequence: flag.sequence) else { return }
        if let object = row.objectID { finding.subject = object }
        finding.amount = row.amount
        finding.currency = row.currency.map { text in Array(text.utf8).withUnsafeBytes { CurrencyCode($0) } }
        finding.time = row.atMicroseconds / 1_000_000
        finding.facts = [
            Finding.Fact(label: "audit row", value: "row \(row.sequence), \(Self.time(row.atMicroseconds))")
        ]
        finding.facts += rowFacts(row)
        let key = books.keyTimes.row(books.keys.find(row.keyID ?? ""))
        switch flag.check {
        case .deadKey: deadKey(row, key, &finding)
        case .unknownKey: unknownKey(row, key, &finding)
        default: policy(row, flag.check, &finding)
        }
    }

    private static func time(_ microseconds: Int64) -> String {
        CivilTime.spaced(microseconds / 1_000_000) + " UTC"
    }

    private func deadKey(_ row: AuditRow, _ key: VaultKeyRow?, _ finding: inout Finding) {
        guard let key else { return }
        let ends: [(String, Int64?)] = [
            ("revoked", key.revokedAtMicroseconds), ("expired", key.expiresAtMicroseconds),
            ("paused", key.pausedAtMicroseconds),
        ]
        let dated = ends.compactMap { word, time in time.map { (word, $0) } }
        guard let (word, time) = dated.min(by: { $0.1 < $1.1 }) else { return }
        let late = (row.atMicroseconds - time) / 1_000_000
        finding.summary = "Stripe accepted row \(row.sequence) \(Self.duration(late)) after key \(key.id) was \(word)"
        finding.facts.append(Finding.Fact(label: "key \(word)", value: Self.time(time)))
        if let reason = key.revokeReason { finding.facts.append(Finding.Fact(label: "reason", value: reason)) }
    }

    private func unknownKey(_ row: AuditRow, _ key: VaultKeyRow?, _ finding: inout Finding) {
        guard let key else {
            finding.summary =
                "Stripe accepted row \(row.sequence) under the key \(row.keyID ?? "(none)"), "
                + "which the ledger does not have"
            return
        }
        finding.summary = "Stripe accepted row \(row.sequence) before key \(key.id) was issued"
        finding.facts.append(Finding.Fact(label: "key issued", value: Self.time(key.createdAtMicroseconds)))
    }

    private func policy(_ row: AuditRow, _ check: Check, _ finding: inout Finding) {
        finding.facts.append(Finding.Fact(label: "policy", value: row.policyHash ?? "(none)"))
        let number = Int(books.policies.find(row.policyHash ?? ""))
        guard number > 0, number <= books.policyRules.count, let rules = books.policyRules[number - 1] else { return }
        switch check {
        case .operationNotAllowed:
            finding.summary = "the policy of key \(row.keyID ?? "(none)") does not allow \(row.operation ?? "(none)")"
            finding.facts.append(Finding.Fact(label: "allowed", value: rules.patterns.joined(separator: ", ")))
        case .amountOverLimit:
            let limit = CurrencyCode.usd.text(rules.perCallMaxUSDCents ?? 0)
            finding.summary = "\(CurrencyCode.usd.text(row.usdCents ?? 0)) in one call, the limit is \(limit)"
        default:
            finding.summary =
                "customer \(row.customer ?? "(none)") is not among the \(rules.customers.count) of the policy"
        }
    }

    /// Calls of unknown outcome, with every charge that may be theirs.
    func ambiguity(_ ambiguity: Matcher.Ambiguity, _ finding: inout Finding) {
        guard let first = ambiguity.attempts.first else { return }
        let attempt = books.attempts[first]
        finding.subject = "row \(attempt.sequence)"
        finding.amount = attempt.amount
        finding.currency = attempt.currency
        finding.time = attempt.startedAt
        finding.summary =
            "\(ambiguity.attempts.count) calls of unknown outcome and \(ambiguity.charges.count) charges of "
            + "\(money(attempt)) fit each other"
        finding.facts = ambiguity.attempts.prefix(50).map { Finding.Fact(label: "call", value: line($0)) }
        finding.facts += ambiguity.charges.prefix(50).map { Finding.Fact(label: "charge", value: line(ofCharge: $0)) }
    }

    /// Charges that look like one charge made more than once.
    func duplicates(_ group: [Int], _ finding: inout Finding) {
        let first = books.charges[group[0]]
        finding.subject = chargeName(group[0])
        finding.amount = first.amount * Int64(group.count - 1)
        finding.currency = first.currency
        finding.time = Int64(first.created)
        let customer = first.customer == 0 ? "no customer" : books.customers.text(first.customer)
        finding.summary =
            "\(group.count) charges of \(money(first)) for \(customer); "
            + "excess \(first.currency.text(finding.amount ?? 0))"
        var last = Int64(first.created)
        for index in group.prefix(50) {
            let charge = books.charges[index]
            var text = line(ofCharge: index) + ", +" + Self.duration(Int64(charge.created) - last)
            last = Int64(charge.created)
            if charge.attempt != 0, let row = row(sequence: books.attempts[Int(charge.attempt) - 1].sequence) {
                if let turn = row.turn { text += ", turn \(turn)" }
                text += ", idempotency key \(row.idempotencyKey ?? "(none)")"
            } else {
                text += ", no audit row"
            }
            finding.facts.append(Finding.Fact(label: "charge", value: text))
        }
    }

    /// The charges of a key on one day, over its cap.
    func cap(_ breach: Judgement.CapBreach, _ finding: inout Finding) {
        let usd = CurrencyCode.usd
        let key = books.keys.text(breach.key)
        let day = CivilTime.spaced(breach.day).prefix(10)
        finding.subject = "key \(key) on \(day)"
        finding.amount = breach.sumUSDCents - breach.capUSDCents
        finding.currency = usd
        finding.time = breach.day
        finding.summary =
            "\(usd.text(breach.sumUSDCents)) charged under key \(key) on \(day), "
            + "the cap is \(usd.text(breach.capUSDCents))"
        finding.facts = [
            Finding.Fact(label: "charges", value: String(breach.chargeCount)),
            Finding.Fact(label: "over by", value: usd.text(breach.sumUSDCents - breach.capUSDCents)),
            Finding.Fact(label: "crossed with", value: line(ofCharge: breach.crossing)),
        ]
        let attempt = Int(books.charges[breach.crossing].attempt) - 1
        if attempt >= 0 {
            let policy = books.policies.text(books.attempts[attempt].policy)
            finding.facts.append(Finding.Fact(label: "policy", value: policy))
        }
    }
}
