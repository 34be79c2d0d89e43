internal import KeybrakeStripe

/// Letting calls out.
extension LedgerMachine {
    /// What a call that is let out does to a hold.
    private enum Plan {
        case noHold
        /// A new hold, tied to an object when that is known.
        case open(HoldAmount, objectID: String?)
        /// A step on a hold that is there; without an amount it asks for nothing more.
        case step(Hold, HoldAmount?, isCancel: Bool)
    }

    private enum Judgement {
        case denied(Denial)
        case replay(StoredAnswer, of: Claim)
        case inFlight
        case go(Plan, retryOf: Claim?)
    }

    /// Judges a call.
    ///
    /// The order of the checks is fixed: is the key alive, is the idempotency key free, is there room under the cap.
    ///
    /// - Parameter claim: what is stored under the call's idempotency key, if anything.
    mutating func begin(_ intent: CallIntent, claim: Claim?) -> LedgerDecision {
        guard running[intent.requestID] == nil else { return LedgerDecision(verdict: .inFlight, rows: []) }
        rows.reserveCapacity(6)
        let verdict: Verdict
        switch judge(intent, claim: claim) {
        case .denied(let denial):
            refuse(intent, code: denial.code, status: statuses.status(of: denial))
            verdict = .denied(denial)
        case .inFlight:
            refuse(intent, code: "idempotency_key_in_use", status: statuses.idempotencyInFlight)
            verdict = .inFlight
        case .replay(let answer, let claim):
            appendReplay(of: answer, claim: claim, to: intent)
            verdict = .replay(answer)
        case .go(let plan, let claim):
            verdict = letOut(intent, plan: plan, retryOf: claim)
        }
        return LedgerDecision(verdict: verdict, rows: takeRows())
    }

    // MARK: Judging

    private func judge(_ intent: CallIntent, claim: Claim?) -> Judgement {
        guard let key = keys[intent.keyID], let budget = budgets[Budget.id(keyID: key.id)] else {
            return .denied(.keyUnknown)
        }
        switch key.standing(atMicroseconds: intent.atMicroseconds) {
        case .alive: break
        case .expired: return .denied(.keyExpired)
        case .revoked: return .denied(.keyRevoked)
        case .paused: return .denied(.keyPaused)
        }
        guard let claim, let asked = intent.idempotency, !claim.isExpired(atMicroseconds: intent.atMicroseconds)
        else { return plan(intent, budget: budget) }
        guard claim.fingerprint == asked.fingerprint else { return .denied(.idempotencyMismatch) }
        switch (claim.state, claim.answer) {
        case (.running, _): return .inFlight
        case (.finished, let answer?): return .replay(answer, of: claim)
        case (.finished, nil): return plan(intent, budget: budget)
        case (.unknown, _): return planRetry(of: claim, intent, budget: budget)
        }
    }

    private func planRetry(of claim: Claim, _ intent: CallIntent, budget: Budget) -> Judgement {
        let hold: Hold?
        var isCancel = false
        switch intent.effect {
        case .none:
            return .go(.noHold, retryOf: claim)
        case .reserve:
            // A lost call of which nothing is held any more, because an operator has decided: a fresh attempt.
            guard let held = claim.holdID.flatMap({ holds[$0] }) else { return plan(intent, budget: budget) }
            hold = held
        case .advance(let objectID):
            hold = openHolds(objectID: objectID, keyID: intent.keyID).first { $0.keyID == intent.keyID }
        case .cancel(let objectID):
            hold = openHolds(objectID: objectID, keyID: intent.keyID).first
            isCancel = true
        }
        // Without a hold the object's money has moved or been freed since; Stripe answers as it did the first time.
        guard let hold else { return .go(.noHold, retryOf: claim) }
        let amount = isCancel ? nil : amount(of: intent, retriedOn: hold)
        return .go(.step(hold, amount, isCancel: isCancel), retryOf: claim)
    }

    /// What the lost call asked for; never more than is held, because all of it is.
    private func amount(of intent: CallIntent, retriedOn hold: Hold) -> HoldAmount {
        guard let (money, cents) = price(intent), cents < hold.amount.usdCents else { return hold.amount }
        return HoldAmount(money: money, usdCents: cents, windowStartSeconds: hold.amount.windowStartSeconds)
    }

    private func plan(_ intent: CallIntent, budget: Budget) -> Judgement {
        switch intent.effect {
        case .none:
            return .go(.noHold, retryOf: nil)
        case .cancel(let objectID):
            let hold = openHolds(objectID: objectID, keyID: intent.keyID).first
            return .go(hold.map { .step($0, nil, isCancel: true) } ?? .noHold, retryOf: nil)
        case .reserve(let objectID):
            guard let (money, cents) = price(intent) else { return .denied(.notPriced) }
            return planSpend(money, cents, objectID: objectID, intent, budget: budget)
        case .advance(let objectID):
            if intent.money != nil || intent.usdCents != nil {
                guard let (money, cents) = price(intent) else { return .denied(.notPriced) }
                return planSpend(money, cents, objectID: objectID, intent, budget: budget)
            }
            guard let hold = openHolds(objectID: objectID, keyID: intent.keyID).first else {
                return .denied(.objectHasNoHold)
            }
            let amount = hold.amount
            return planSpend(amount.money, amount.usdCents, objectID: objectID, intent, budget: budget)
        }
    }

    private func price(_ intent: CallIntent) -> (Money, Int64)? {
        guard let money = intent.money, let cents = intent.usdCents, money.minorUnits >= 0, cents >= 0 else {
            return nil
        }
        return (money, cents)
    }

    private func planSpend(
        _ money: Money, _ cents: Int64, objectID: String?, _ intent: CallIntent, budget: Budget
    ) -> Judgement {
        let own = objectID.flatMap { openHolds(objectID: $0, keyID: intent.keyID).first }
        let start = windowStart(budgetID: budget.id, atMicroseconds: intent.atMicroseconds)
        guard let hold = own, hold.keyID == intent.keyID else {
            let amount = HoldAmount(money: money, usdCents: cents, windowStartSeconds: start)
            if let refused = refusal(of: cents, start: start, budget: budget) { return .denied(refused) }
            return .go(.open(amount, objectID: objectID), retryOf: nil)
        }
        guard cents > hold.amount.usdCents else {
            let kept = HoldAmount(money: money, usdCents: cents, windowStartSeconds: hold.amount.windowStartSeconds)
            return .go(.step(hold, kept, isCancel: false), retryOf: nil)
        }
        // A hold that grows on a later day is judged whole by that day's budget: yesterday's room is gone.
        let more = hold.amount.windowStartSeconds == start ? cents - hold.amount.usdCents : cents
        if let refused = refusal(of: more, start: start, budget: budget) { return .denied(refused) }
        let grown = HoldAmount(money: money, usdCents: cents, windowStartSeconds: start)
        return .go(.step(hold, grown, isCancel: false), retryOf: nil)
    }

    private func refusal(of cents: Int64, start: Int64, budget: Budget) -> Denial? {
        let window = window(BudgetWindow.ID(budgetID: budget.id, startSeconds: start))
        guard !window.hasRoom(for: cents, cap: budget.cap) else { return nil }
        guard let cap = budget.cap.usdCents else { return .notPriced }
        return .spendCapExceeded(
            SpendCapFacts(
                capUSDCents: cap, settledUSDCents: window.settledUSDCents, heldUSDCents: window.heldUSDCents,
                askedUSDCents: cents, windowEndsAtSeconds: start + CivilTime.secondsPerDay
            ))
    }

    // MARK: Acting

    private mutating func letOut(_ intent: CallIntent, plan: Plan, retryOf claim: Claim?) -> Verdict {
        let hold: Hold?
        var isCancel = false
        switch plan {
        case .noHold:
            hold = nil
        case .open(let amount, let objectID):
            hold = open(amount, objectID: objectID, for: intent)
        case .step(let found, let amount, let cancels):
            var changed = found
            if let claim { changed.removeStep(requestID: claim.requestID) }
            changed.steps.append(Hold.Step(requestID: intent.requestID, amount: amount))
            store(changed, insteadOf: found, atMicroseconds: intent.atMicroseconds)
            hold = holds[found.id]
            isCancel = cancels
        }
        let entry = append(AuditEntry(intentOf: intent, decision: .allowed, hold: hold))
        rows.append(.callOpened(sequence: entry.sequence))
        running[intent.requestID] = RunningCall(intent: entry, isCancel: isCancel)
        if let asked = intent.idempotency {
            let created = claim?.createdAtMicroseconds ?? intent.atMicroseconds
            rows.append(
                .claim(
                    Claim(
                        id: Claim.ID(keyID: intent.keyID, clientKey: asked.clientKey),
                        fingerprint: asked.fingerprint, requestID: intent.requestID, holdID: hold?.id,
                        state: .running, answer: nil, createdAtMicroseconds: created
                    )))
        }
        guard claim != nil, let hold else { return .proceed(hold: hold?.reference) }
        return .retryUnknown(hold.reference)
    }

    private mutating func open(_ amount: HoldAmount, objectID: String?, for intent: CallIntent) -> Hold {
        let hold = Hold(
            id: Hold.id(requestID: intent.requestID), keyID: intent.keyID, requestID: intent.requestID,
            operation: intent.operation,
            meter: intent.meter ?? "other", budgetID: Budget.id(keyID: intent.keyID),
            createdAtMicroseconds: intent.atMicroseconds, amount: amount, objectID: objectID
        )
        store(hold, insteadOf: nil, atMicroseconds: intent.atMicroseconds)
        return hold
    }

    private mutating func refuse(_ intent: CallIntent, code: String, status: Int) {
        var entry = AuditEntry(intentOf: intent, decision: .refused, hold: nil)
        entry.refusal = code
        append(entry)
        entry.kind = .outcome
        entry.status = status
        entry.ending = HoldEnding.none.name
        append(entry)
    }

    private mutating func appendReplay(of answer: StoredAnswer, claim: Claim, to intent: CallIntent) {
        var entry = AuditEntry(intentOf: intent, decision: .allowed, hold: nil)
        append(entry)
        entry.kind = .outcome
        entry.status = answer.status
        entry.ending = HoldEnding.none.name
        entry.detail["replay_of"] = .string(claim.requestID)
        append(entry)
    }
}
