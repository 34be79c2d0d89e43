internal import KeybrakeLedger

extension EvidenceBuilder {
    /// A finding about a charge, by itself or with the call that explains it.
    func charge(_ index: Int, _ finding: inout Finding) {
        let charge = books.charges[index]
        finding.subject = chargeName(index)
        finding.amount = charge.amount
        finding.currency = charge.currency
        finding.time = charge.flags.contains(.createdUnknown) ? nil : Int64(charge.created)
        finding.facts = chargeFacts(index)
        switch finding.check {
        case .bypassTagged: bypassTagged(charge, &finding)
        case .bypassUntagged:
            finding.summary = "\(money(charge)) charged, no audit row answers for it, and it names no conversation"
        case .unknownConversation: unknownConversation(charge, &finding)
        case .malformedTag:
            finding.summary =
                charge.flags.contains(.tagAmbiguous)
                ? "the charge names two conversations" : "the tag in the description names no conversation"
        case .tagDisagreement: disagreement(charge, &finding)
        case .succeededWithoutID:
            finding.summary = "\(money(charge)) succeeded, but the record has no charge id"
        case .unknownCharged: unknownCharged(charge, &finding)
        case .blockedButCharged: blockedButCharged(charge, &finding)
        default: mismatch(charge, &finding)
        }
    }

    private func bypassTagged(_ charge: ChargeRecord, _ finding: inout Finding) {
        let moved = charge.status.holdsMoney ? "charged" : "tried, without success,"
        finding.summary =
            "\(money(charge)) \(moved) in a known conversation, but no audit row answers for it"
        for index in neighbours(conversation: charge.namedConversation, at: Int64(charge.created)) {
            finding.facts.append(
                Finding.Fact(label: "near call", value: "\(line(index)): \(whyNot(books.attempts[index], charge))"))
        }
    }

    /// Why a call does not answer for a charge.
    private func whyNot(_ attempt: AttemptRecord, _ charge: ChargeRecord) -> String {
        if attempt.object != 0, attempt.object != charge.id { return "made another object" }
        if attempt.currency != charge.currency { return "another currency" }
        if attempt.amount != charge.amount { return "another amount" }
        return attempt.decision == .refused ? "was refused" : "too far away in time"
    }

    private func unknownConversation(_ charge: ChargeRecord, _ finding: inout Finding) {
        finding.summary = "\(money(charge)) charged for a conversation that the audit does not know"
        let nearest = books.nearestConversations(to: charge.namedConversation, limit: 3)
        finding.facts.append(
            Finding.Fact(
                label: "closest known",
                value: nearest.isEmpty ? "none within two characters" : nearest.joined(separator: ", ")))
    }

    private func disagreement(_ charge: ChargeRecord, _ finding: inout Finding) {
        let audited = charge.attempt == 0 ? 0 : books.attempts[Int(charge.attempt) - 1].conversation
        finding.summary = "description, metadata and audit name different conversations"
        for (label, number) in [
            ("in the description", charge.taggedConversation), ("in the metadata", charge.metadataConversation),
            ("in the audit", audited),
        ] {
            finding.facts.append(
                Finding.Fact(label: label, value: number == 0 ? "(none)" : books.conversations.text(number)))
        }
        if charge.attempt != 0 { finding.facts += attemptFacts(Int(charge.attempt) - 1) }
    }

    private func mismatch(_ charge: ChargeRecord, _ finding: inout Finding) {
        guard charge.attempt != 0 else { return }
        let index = Int(charge.attempt) - 1
        let attempt = books.attempts[index]
        switch finding.check {
        case .amountMismatch:
            finding.summary = "amount: audit \(money(attempt)), export \(money(charge))"
            finding.facts.append(
                Finding.Fact(label: "difference", value: charge.currency.text(charge.amount - attempt.amount)))
            if attempt.amount > 0, charge.amount > 0 {
                finding.facts.append(
                    Finding.Fact(label: "factor", value: Self.ratio(charge.amount, attempt.amount)))
            }
        case .currencyMismatch:
            finding.summary = "currency: audit \(money(attempt)), export \(money(charge))"
        case .statusMismatch:
            let excerpt = excerpt(Int(books.attempts[index].charge) - 1)
            finding.summary = "status: audit \(attempt.upstreamStatus), export \(excerpt.status)"
            if !excerpt.declineReason.isEmpty {
                finding.facts.append(Finding.Fact(label: "decline reason", value: excerpt.declineReason))
            }
        default:
            finding.summary =
                "customer: audit \(books.customers.text(attempt.customer)), "
                + "export \(books.customers.text(charge.customer))"
        }
        finding.facts.append(Finding.Fact(label: "matched by", value: charge.method.title))
        finding.facts += attemptFacts(index)
    }

    /// A quotient with four places behind the point.
    private static func ratio(_ one: Int64, _ other: Int64) -> String {
        let scaled = Int128(one) * 10_000 / Int128(other)
        let places = String(scaled % 10_000)
        return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - places.utf8.count) + places
    }

    private func unknownCharged(_ charge: ChargeRecord, _ finding: inout Finding) {
        let index = Int(charge.attempt) - 1
        let attempt = books.attempts[index]
        let delay = Int64(charge.created) - attempt.startedAt
        finding.summary =
            "the outcome of row \(attempt.sequence) was unknown; it made this charge of \(money(charge))"
        finding.facts.append(Finding.Fact(label: "matched by", value: charge.method.title))
        finding.facts.append(Finding.Fact(label: "charge after call", value: Self.duration(delay)))
        finding.facts += attemptFacts(index)
        appendLaterCalls(than: index, &finding)
    }

    private func blockedButCharged(_ charge: ChargeRecord, _ finding: inout Finding) {
        let index = Int(charge.attempt) - 1
        let attempt = books.attempts[index]
        let reason = row(sequence: attempt.sequence)?.refusal ?? "no reason given"
        finding.summary =
            "row \(attempt.sequence) was refused (\(reason)), and \(money(charge)) was charged all the same"
        finding.facts.append(
            Finding.Fact(
                label: "charge after refusal", value: Self.duration(Int64(charge.created) - attempt.startedAt)))
        finding.facts += attemptFacts(index)
        appendLaterCalls(than: index, &finding)
    }

    /// What the conversation did next.
    private func appendLaterCalls(than index: Int, _ finding: inout Finding) {
        let attempt = books.attempts[index]
        let later = books.attempts(ofConversation: attempt.conversation)
            .filter { books.attempts[$0].sequence > attempt.sequence }.prefix(Self.neighboursMax)
        for other in later {
            let isSame =
                attempt.idempotencyHash != 0 && books.attempts[other].idempotencyHash == attempt.idempotencyHash
            finding.facts.append(
                Finding.Fact(label: "later call", value: line(other) + (isSame ? ", same idempotency key" : "")))
        }
    }
}
