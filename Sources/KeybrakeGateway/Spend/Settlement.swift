package import KeybrakeLedger
package import KeybrakeStripe

/// Tells how a hold ends, from what Stripe answered.
///
/// | answer | the hold |
/// |---|---|
/// | 2xx, money moved or will (succeeded, processing, pending) | settled, with the amount that the answer states |
/// | 2xx, authorised or not finished (requires_…, captured false) | stays open under the object's id |
/// | 2xx, canceled | released |
/// | 2xx, `Idempotent-Replayed` on a first attempt | released: it is an older call's money |
/// | 400, 402, 403, 404, 429 and the like | released: Stripe refused before money moved |
/// | 409 | unknown: another attempt is running |
/// | 5xx, or no answer after the last byte was written | unknown: stays held |
///
/// A refused cancel frees nothing: its ending is none. After an unknown outcome, a refusal that says nothing about the
/// first attempt (401, 403, 429, a foreign idempotency key) leaves it unknown.
package enum Settlement {
    /// The ending for a money call that was answered.
    ///
    /// - Parameters:
    ///   - price: what was held.
    ///   - facts: what the answer's body states.
    ///   - status: the status Stripe gave.
    ///   - isReplayed: whether Stripe says that the answer is an older call's.
    ///   - isRetry: whether an earlier attempt under the same idempotency key ended unknown.
    ///   - fx: for the value in US cents of an amount that differs from what was held.
    package static func ending(
        price: Price, facts: AnswerFacts, status: Int, isReplayed: Bool = false, isRetry: Bool = false, fx: FXTable
    ) -> HoldEnding {
        switch price {
        case .free, .preRead, .malformed, .notPriceable: return .none
        case .reserve where isReplayed && !isRetry && (200..<300).contains(status): return .released
        case .reserve, .advance, .cancel: break
        }
        switch status {
        case 200..<300: return success(price: price, facts: facts, fx: fx)
        case 408, 409: return .unknown
        case 401, 403, 429: return nothingHappened(price, isRetry: isRetry)
        case 400 where facts.errorType == "idempotency_error": return nothingHappened(price, isRetry: isRetry)
        case 400..<500: return nothingHappened(price, isRetry: false)
        default: return .unknown
        }
    }

    /// The ending for a call that did nothing: it was not sent, or refused before it was executed.
    ///
    /// - Parameter isRetry: whether an earlier attempt ended unknown, of which this one says nothing.
    package static func nothingHappened(_ price: Price, isRetry: Bool) -> HoldEnding {
        switch price {
        case .free, .preRead, .malformed, .notPriceable: .none
        case .reserve, .advance, .cancel: isRetry ? .unknown : price.isCancel ? .none : .released
        }
    }

    private static func success(price: Price, facts: AnswerFacts, fx: FXTable) -> HoldEnding {
        if case .reserve(let meter, let money, _) = price, meter != .charge {
            return refundLike(money: money, facts: facts, fx: fx)
        }
        switch (facts.object, facts.status) {
        case ("charge", "succeeded") where facts.isCaptured == false: return .authorised
        case ("charge", "failed"): return .released
        case ("charge", _):
            return settled(facts.amountCaptured.flatMap { $0 > 0 ? $0 : nil } ?? facts.amount, price, facts, fx)
        case ("payment_intent", "succeeded"): return settled(facts.amountReceived ?? facts.amount, price, facts, fx)
        case ("payment_intent", "processing"): return settled(facts.amount, price, facts, fx)
        case ("payment_intent", "canceled"): return .released
        case ("payment_intent", _): return .authorised
        case _ where price.isCancel: return .released
        default: return settled(nil, price, facts, fx)
        }
    }

    private static func refundLike(money: Money, facts: AnswerFacts, fx: FXTable) -> HoldEnding {
        if facts.status == "failed" || facts.status == "canceled" { return .released }
        let moved = facts.object == "refund" ? facts.amount ?? money.minorUnits : money.minorUnits
        let actual = Money(minorUnits: moved, currency: money.currency)
        return fx.usdCents(actual).map { .settled(actual, usdCents: $0) } ?? .unknown
    }

    /// Settled with what the answer states, or else with what was held. An answer in a currency without a rate cannot
    /// be counted, so its hold stays.
    private static func settled(_ amount: Int64?, _ price: Price, _ facts: AnswerFacts, _ fx: FXTable) -> HoldEnding {
        let stated = facts.currency.flatMap { Currency($0) }.flatMap { currency in
            amount.map { Money(minorUnits: $0, currency: currency) }
        }
        guard let money = stated ?? price.money, let cents = fx.usdCents(money) else { return .unknown }
        return .settled(money, usdCents: cents)
    }
}

extension Price {
    /// The amount that the price states, if it states one.
    package var money: Money? {
        switch self {
        case .reserve(_, let money, _): money
        case .advance(_, let money): money
        default: nil
        }
    }

    fileprivate var isCancel: Bool {
        if case .cancel = self { true } else { false }
    }
}
