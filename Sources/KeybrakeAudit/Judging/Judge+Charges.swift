internal import KeybrakeLedger

extension Judge {
    /// Gives the charge its class and finds what is wrong with it.
    mutating func judgeCharge(_ index: Int) {
        var charge = books.charges[index]
        judgeTag(charge, index)
        if charge.charge == .open {
            charge.charge = charge.attempt != 0 ? judgePair(charge, index) : judgeAlone(charge, index)
            books.charges[index].charge = charge.charge
        } else if charge.charge == .resolvedUnknown || charge.charge == .blockedButCharged {
            judgeResolved(charge, index)
        }
        judgement.charges.add(
            charge.charge, currency: charge.currency,
            amount: charge.flags.contains(.unreadable) ? nil : charge.amount)
    }

    private mutating func judgeTag(_ charge: ChargeRecord, _ index: Int) {
        guard !charge.flags.contains(.unreadable) else { return }
        let conversation = conversation(ofCharge: index)
        if !charge.flags.isDisjoint(with: [.tagMalformed, .tagAmbiguous]) {
            find(.malformedTag, .charge(index), conversation: conversation)
        }
        let (tagged, metadata) = (charge.taggedConversation, charge.metadataConversation)
        let audited = charge.attempt == 0 ? 0 : books.attempts[Int(charge.attempt) - 1].conversation
        let named = [tagged, metadata, audited].filter { $0 != 0 }
        if let first = named.first, named.contains(where: { $0 != first }) {
            find(.tagDisagreement, .charge(index), conversation: conversation)
        }
    }

    /// A charge that some call explains: do both state the same?
    private mutating func judgePair(_ charge: ChargeRecord, _ index: Int) -> ChargeClass {
        guard !charge.flags.contains(.unreadable) else { return .unreadable }
        let attempt = books.attempts[Int(charge.attempt) - 1]
        let before = judgement.drafts.count
        let conversation = conversation(ofCharge: index)
        let file = charge.place.file
        var differs = false
        if facts[file].currency, attempt.currency != .unknown, attempt.currency != charge.currency {
            find(.currencyMismatch, .charge(index), conversation: conversation)
        } else if facts[file].amount {
            differs = !compareAmounts(charge, attempt, index)
        }
        if facts[file].status { judgeStatus(charge, attempt, index) }
        if charge.customer != 0, attempt.customer != 0, charge.customer != attempt.customer {
            find(.customerMismatch, .charge(index), conversation: conversation)
        }
        judgement.matchedByMethod[Int(charge.method.rawValue)] += 1
        let isTagWrong =
            charge.namedConversation != 0 && attempt.conversation != 0
            && charge.namedConversation != attempt.conversation
        return differs || isTagWrong || judgement.drafts.count > before ? .matchedWithDifference : .matched
    }

    /// Whether the amounts agree, with the call that made the charge or with one that captured it.
    private mutating func compareAmounts(_ charge: ChargeRecord, _ attempt: AttemptRecord, _ index: Int) -> Bool {
        guard !attempt.flags.contains(.amountUnknown), charge.currency != .unknown || attempt.currency.minorDigits == 2
        else { return true }
        if attempt.amount == charge.amount {
            count(charge.currency) { $0.equal += 1 }
            return true
        }
        let further = furtherCalls(ofCharge: index).map { books.attempts[$0] }.filter {
            !$0.flags.contains(.amountUnknown)
        }
        if further.contains(where: { $0.amount == charge.amount || $0.amount == charge.captured }) { return true }
        // A failed call moved nothing, and rows of failed calls may say so.
        if !attempt.succeeded, !charge.status.holdsMoney { return true }
        let power = Self.powerOfTen(attempt.amount, charge.amount)
        if let power {
            count(charge.currency) { $0.byPowerOfTen[power, default: 0] += 1 }
        } else {
            count(charge.currency) { $0.other += 1 }
        }
        amountMismatches.append(index)
        return false
    }

    /// The further calls for a charge, as indices of attempts.
    func furtherCalls(ofCharge index: Int) -> [Int] {
        var low = 0
        var high = judgement.followUps.count
        while low < high {
            let middle = (low + high) / 2
            if judgement.followUps[middle].charge < index { low = middle + 1 } else { high = middle }
        }
        return judgement.followUps[low...].prefix { $0.charge == index }.map(\.attempt)
    }

    /// n when one amount is the other times 10ⁿ, n not 0.
    private static func powerOfTen(_ audit: Int64, _ export: Int64) -> Int? {
        guard audit > 0, export > 0 else { return nil }
        var (small, large) = (min(audit, export), max(audit, export))
        var power = 0
        while small < large, power < 4 {
            small *= 10
            power += 1
        }
        guard small == large else { return nil }
        large = 0
        return audit < export ? power : -power
    }

    private mutating func judgeStatus(_ charge: ChargeRecord, _ attempt: AttemptRecord, _ index: Int) {
        let acceptedButFailed = attempt.succeeded && charge.status == .failed
        let declinedButPaid = !attempt.succeeded && attempt.upstreamStatus >= 400 && charge.status.movedMoney
        guard acceptedButFailed || declinedButPaid else { return }
        find(.statusMismatch, .charge(index), conversation: conversation(ofCharge: index))
    }

    /// A charge that no call explains.
    private mutating func judgeAlone(_ charge: ChargeRecord, _ index: Int) -> ChargeClass {
        if charge.flags.contains(.unreadable) { return .unreadable }
        if charge.id == 0 { return judgeWithoutID(charge, index) }
        let isDated = !charge.flags.contains(.createdUnknown)
        if isDated, !coverage.isAsked(Int64(charge.created)) { return .outsidePeriod }
        guard books.audit.isReadable else { return .notJudged }
        let named = charge.namedConversation
        let isKnown = named != 0 && books.knows(named)
        if !isKnown, isDated, !coverage.auditCovers(Int64(charge.created)) { return .outsideAudit }
        guard charge.status.holdsMoney else {
            let check: Check = isKnown ? .bypassTagged : (named != 0 ? .unknownConversation : .bypassUntagged)
            if named != 0 || settings.scope == .all {
                find(check, .charge(index), conversation: named, severity: .minor)
            }
            return .failedWithoutRow
        }
        if isKnown {
            find(.bypassTagged, .charge(index), conversation: named)
            return .bypassTagged
        }
        if named != 0 {
            find(.unknownConversation, .charge(index), conversation: named)
            return .unknownConversation
        }
        if settings.scope == .all {
            find(.bypassUntagged, .charge(index))
            return .bypassUntagged
        }
        return charge.flags.isDisjoint(with: [.tagMalformed, .tagAmbiguous]) ? .outsideScope : .malformedTag
    }

    private mutating func judgeWithoutID(_ charge: ChargeRecord, _ index: Int) -> ChargeClass {
        guard charge.status.movedMoney, charge.amount > 0 else { return .intentWithoutCharge }
        find(.succeededWithoutID, .charge(index))
        return .succeededWithoutID
    }

    private mutating func judgeResolved(_ charge: ChargeRecord, _ index: Int) {
        let conversation = conversation(ofCharge: index)
        guard charge.charge == .resolvedUnknown else {
            find(.blockedButCharged, .charge(index), conversation: conversation)
            return
        }
        let attempt = Int(charge.attempt) - 1
        find(
            .unknownCharged, .charge(index), conversation: conversation,
            severity: wasRetried(attempt) ? .critical : .major)
    }

    /// Whether the conversation asked for the same money again, with another idempotency key.
    private mutating func wasRetried(_ index: Int) -> Bool {
        let attempt = books.attempts[index]
        return books.attempts(ofConversation: attempt.conversation).contains { other in
            let later = books.attempts[other]
            return later.sequence > attempt.sequence && later.amount == attempt.amount
                && later.currency == attempt.currency && later.customer == attempt.customer
                && later.decision == .allowed && later.idempotencyHash != attempt.idempotencyHash
        }
    }

    /// Amounts that differ: one finding for a currency whose decimal places are contradicted, else one for each.
    mutating func judgeAmounts() {
        var contradicted: Set<CurrencyCode> = []
        for pairs in pairs.sorted(by: { $0.currency < $1.currency }) {
            let differing = pairs.byPowerOfTen.values.reduce(0, +)
            guard pairs.equal == 0, pairs.other == 0, pairs.byPowerOfTen.count == 1, differing > 1,
                let power = pairs.byPowerOfTen.keys.first
            else { continue }
            let currency = pairs.currency
            contradicted.insert(currency)
            find(
                .exponentContradicted,
                .sentence(
                    about: currency.text, "all \(differing) pairs in \(currency.text) differ by the factor 10^\(power)")
            )
        }
        for index in amountMismatches where !contradicted.contains(books.charges[index].currency) {
            find(.amountMismatch, .charge(index), conversation: conversation(ofCharge: index))
        }
    }
}
