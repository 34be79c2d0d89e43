internal import KeybrakeLedger

/// Brings charges and calls together in the order of trust: ids first, then what both sides state, one to one.
/// Never guesses.
struct Matcher {
    let books: Books
    let settings: ReconcileSettings
    let coverage: Coverage
    /// Further calls for a charge that is matched already: captures, confirmations, replayed answers.
    private(set) var followUps: [FollowUp] = []
    /// Calls and charges that fit each other in more than one way.
    private(set) var ambiguities: [Ambiguity] = []

    /// A further call, and the charge that it is about.
    struct FollowUp {
        var charge: Int
        var attempt: Int
    }

    /// Calls of unknown outcome with all charges that each may have made.
    struct Ambiguity {
        var attempts: [Int]
        var charges: [Int]
    }

    init(books: Books, settings: ReconcileSettings) {
        self.books = books
        self.settings = settings
        coverage = Coverage(books: books, settings: settings)
    }

    /// Matches everything; afterwards every call has a class, and every charge that some call explains.
    mutating func match() {
        chooseModes()
        matchByID()
        matchByIdempotencyKey()
        settleUnknownByID()
        matchByFacts()
        followUps.sort { ($0.charge, $0.attempt) < ($1.charge, $1.attempt) }
        classifyRest()
    }

    /// Only calls of the modes that reach the account count: live and recorded ones, or, where there is none, those
    /// of the emulator, whose export is then what lies before us.
    private func chooseModes() {
        var seen = Set<AuditRowView.Mode>()
        for attempt in books.attempts { seen.insert(attempt.mode) }
        let real: [AuditRowView.Mode] = [.live, .record]
        let chosen = seen.isDisjoint(with: real) && seen.contains(.emulate) ? [.emulate] : real
        books.audit.modesReconciled = chosen
        guard !seen.isSubset(of: chosen) else { return }
        for index in books.attempts.indices where !chosen.contains(books.attempts[index].mode) {
            books.attempts[index].attempt = .otherMode
        }
    }

    private mutating func matchByID() {
        for index in books.attempts.indices {
            let attempt = books.attempts[index]
            guard attempt.attempt == .open, attempt.decision != .refused, !attempt.isUnknown else { continue }
            if let (charge, method) = charge(named: attempt) { link(index, charge, method) }
        }
    }

    /// The charge that a call names, and how.
    private func charge(named attempt: AttemptRecord) -> (Int, MatchMethod)? {
        if attempt.flags.contains(.objectIsCharge), let charge = books.charge(ofObject: attempt.object) {
            return (charge, .objectID)
        }
        if let charge = books.charge(ofObject: attempt.related) { return (charge, .objectID) }
        guard attempt.flags.contains(.objectIsIntent) else { return nil }
        let charges = books.charges(ofIntent: attempt.object)
        let fitting = charges.filter { books.charges[$0].status.holdsMoney == attempt.succeeded }
        guard let charge = fitting.count == 1 ? fitting[0] : (charges.count == 1 ? charges[0] : fitting.last) else {
            return nil
        }
        return (charge, .intentID)
    }

    /// Links a call with a charge; of several calls the one that tells most about the charge comes first.
    private mutating func link(_ attempt: Int, _ charge: Int, _ method: MatchMethod) {
        books.attempts[attempt].charge = UInt32(charge + 1)
        books.attempts[attempt].method = method
        let before = Int(books.charges[charge].attempt) - 1
        guard before >= 0 else {
            books.attempts[attempt].attempt = .matched
            books.charges[charge].attempt = UInt32(attempt + 1)
            books.charges[charge].method = method
            return
        }
        let isBetter = Self.weight(books.attempts[attempt]) > Self.weight(books.attempts[before])
        let (first, second) = isBetter ? (attempt, before) : (before, attempt)
        books.attempts[first].attempt = .matched
        books.attempts[second].attempt = .followUp
        books.charges[charge].attempt = UInt32(first + 1)
        books.charges[charge].method = books.attempts[first].method
        followUps.append(FollowUp(charge: charge, attempt: second))
    }

    private static func weight(_ attempt: AttemptRecord) -> Int {
        guard attempt.succeeded else { return 0 }
        if attempt.flags.contains(.isFollowUp) { return 1 }
        return attempt.ending == .settled ? 3 : 2
    }

    /// Charges from event envelopes name the idempotency key of the request that made them.
    private mutating func matchByIdempotencyKey() {
        var chargeOfKey: [UInt64: Int] = [:]
        for (charge, hash) in books.idempotencyHashOfCharge where books.charges[Int(charge)].attempt == 0 {
            chargeOfKey[hash] = max(chargeOfKey[hash] ?? 0, Int(charge))
        }
        guard !chargeOfKey.isEmpty else { return }
        for index in books.attempts.indices where books.attempts[index].attempt == .open {
            let attempt = books.attempts[index]
            guard attempt.idempotencyHash != 0, attempt.decision != .refused,
                let charge = chargeOfKey[attempt.idempotencyHash], Self.agree(attempt, books.charges[charge])
            else { continue }
            if attempt.isUnknown {
                resolve(index, charge, .idempotencyKey)
            } else {
                link(index, charge, .idempotencyKey)
            }
        }
    }

    /// Whether what both sides state of the money is the same.
    static func agree(_ attempt: AttemptRecord, _ charge: ChargeRecord) -> Bool {
        !attempt.flags.contains(.amountUnknown) && attempt.amount == charge.amount
            && attempt.currency == charge.currency
    }

    /// Calls of unknown outcome that name an object, or whose retry came through.
    private mutating func settleUnknownByID() {
        let retried = keysOfSuccess()
        for index in books.attempts.indices {
            let attempt = books.attempts[index]
            guard attempt.attempt == .open, attempt.isUnknown else { continue }
            if let (charge, method) = charge(named: attempt), books.charges[charge].status.holdsMoney {
                if books.charges[charge].attempt == 0 {
                    resolve(index, charge, method)
                } else {
                    books.attempts[index].attempt = .unknownRetried
                    books.attempts[index].charge = UInt32(charge + 1)
                }
            } else if attempt.idempotencyHash != 0, let other = retried[attempt.idempotencyHash] {
                books.attempts[index].attempt = .unknownRetried
                books.attempts[index].charge = books.attempts[other].charge
            }
        }
    }

    /// For each idempotency key of a call of unknown outcome the call with the same key whose charge is known.
    private func keysOfSuccess() -> [UInt64: Int] {
        var wanted = Set<UInt64>()
        for attempt in books.attempts where attempt.isUnknown && attempt.idempotencyHash != 0 {
            wanted.insert(attempt.idempotencyHash)
        }
        guard !wanted.isEmpty else { return [:] }
        var found: [UInt64: Int] = [:]
        for index in books.attempts.indices {
            let attempt = books.attempts[index]
            guard attempt.charge != 0, wanted.contains(attempt.idempotencyHash) else { continue }
            found[attempt.idempotencyHash] = index
        }
        return found
    }

    /// A call of unknown outcome made that charge.
    private func resolve(_ attempt: Int, _ charge: Int, _ method: MatchMethod) {
        books.attempts[attempt].attempt = .unknownCharged
        books.attempts[attempt].charge = UInt32(charge + 1)
        books.attempts[attempt].method = method
        books.charges[charge].charge = .resolvedUnknown
        books.charges[charge].attempt = UInt32(attempt + 1)
        books.charges[charge].method = method
    }

    private mutating func matchByFacts() {
        var facts = FactMatcher(books: books, settings: settings)
        for decision in facts.decide() {
            switch decision {
            case .made(let attempt, let charge): link(attempt, charge, .facts)
            case .resolved(let attempt, let charge): resolve(attempt, charge, .facts)
            case .sameCall(let attempt, let charge):
                books.attempts[attempt].attempt = .unknownRetried
                books.attempts[attempt].charge = UInt32(charge + 1)
            case .ambiguous(let attempts, let charges): markAmbiguous(attempts, charges)
            case .refusedButMade(let attempt, let charge):
                books.attempts[attempt].attempt = .blockedButCharged
                books.attempts[attempt].charge = UInt32(charge + 1)
                books.attempts[attempt].method = .facts
                books.charges[charge].charge = .blockedButCharged
                books.charges[charge].attempt = UInt32(attempt + 1)
                books.charges[charge].method = .facts
            }
        }
    }

    private mutating func markAmbiguous(_ attempts: [Int], _ charges: [Int]) {
        for attempt in attempts { books.attempts[attempt].attempt = .ambiguous }
        for charge in charges { books.charges[charge].charge = .ambiguous }
        ambiguities.append(Ambiguity(attempts: attempts, charges: charges))
    }

    private func classifyRest() {
        let isDamaged = books.files.contains { $0.state != .read }
        for index in books.attempts.indices where books.attempts[index].attempt == .open {
            books.attempts[index].attempt = rest(books.attempts[index], isDamaged: isDamaged)
        }
    }

    /// The class of a call that no charge answers for.
    private func rest(_ attempt: AttemptRecord, isDamaged: Bool) -> AttemptClass {
        guard coverage.isAsked(attempt.startedAt) else { return .outsidePeriod }
        if attempt.decision == .refused { return .refused }
        if attempt.isUnknown {
            if isDamaged { return .notJudged }
            return coverage.exportsCover(attempt.startedAt) ? .unknownNotCharged : .outsideWindow
        }
        guard attempt.succeeded else { return .declined }
        if isReplay(attempt) { return .followUp }
        if isIncomplete(attempt) { return .incomplete }
        guard claimsCharge(attempt) else { return attempt.flags.contains(.isFollowUp) ? .followUp : .withoutCharge }
        if isDamaged { return .notJudged }
        return coverage.exportsCover(attempt.startedAt) ? .phantom : .outsideWindow
    }

    /// Whether the row says that a charge exists at Stripe.
    private func claimsCharge(_ attempt: AttemptRecord) -> Bool {
        if attempt.flags.contains(.objectIsCharge) || attempt.related != 0 { return true }
        let areIntentsListed = books.files.allSatisfy { !$0.missingFacts.contains(.paymentIntent) }
        return attempt.flags.contains(.objectIsIntent) && attempt.ending == .settled && areIntentsListed
    }

    /// Whether the proxy gave the stored answer of an earlier call: accepted, but nothing was sent, held or settled.
    private func isReplay(_ attempt: AttemptRecord) -> Bool {
        attempt.object == 0 && attempt.ending == .none && attempt.idempotencyHash != 0
    }

    /// Whether the row lacks what every accepted payment has.
    private func isIncomplete(_ attempt: AttemptRecord) -> Bool {
        guard !attempt.flags.contains(.isFollowUp) else { return false }
        return attempt.object == 0 || attempt.key == 0 || attempt.status == 0
    }
}
