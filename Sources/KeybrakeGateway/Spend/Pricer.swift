package import KeybrakeStripe

/// Tells what a request may cost.
///
/// Operations with a life (a PaymentIntent is created, confirmed, captured; a charge is captured, refunded) are priced
/// by what they do to the money that is held for the object. Any other operation is priced when its request states
/// amount and currency, and refused otherwise: what cannot be priced cannot be capped.
package struct Pricer: Sendable {
    /// The money held for an object, when the ledger knows it.
    package typealias HoldLookup = (_ objectID: String) -> HeldMoney?

    package init() {}

    /// The price of a request, given what is held.
    package func price(_ match: OperationMatch, form: FormMap, held: HoldLookup) -> Price {
        let operation = match.operation
        switch operation.name {
        case "POST /v1/charges", "POST /v1/payment_intents":
            return creation(operation, form: form)
        case "POST /v1/payment_intents/{intent}":
            return update(match, form: form, held: held)
        case "POST /v1/payment_intents/{intent}/confirm", "POST /v1/payment_intents/{intent}/capture",
            "POST /v1/payment_intents/{intent}/increment_authorization", "POST /v1/charges/{charge}/capture":
            return advance(match, form: form, held: held)
        case "POST /v1/payment_intents/{intent}/cancel":
            return .cancel(objectID: match.object)
        case "POST /v1/refunds":
            return refund(operation, form: form)
        case "POST /v1/charges/{charge}/refund", "POST /v1/charges/{charge}/refunds":
            return preRead(.charge(match.object))
        default:
            return byClass(operation, form: form)
        }
    }

    /// The price of a request whose object has been read.
    package func price(_ match: OperationMatch, form: FormMap, facts: PreReadFacts) -> Price {
        let amount: Int64?
        switch StatedAmount.amount(Self.stepParameter(match.operation), form: form) {
        case .failure(let error): return .malformed(error)
        case .success(let stated): amount = stated
        }
        switch match.operation.name {
        case "POST /v1/refunds", "POST /v1/charges/{charge}/refund", "POST /v1/charges/{charge}/refunds":
            return .reserve(
                .refund, Money(minorUnits: amount ?? facts.refundable, currency: facts.currency), objectID: nil)
        case "POST /v1/payment_intents/{intent}":
            switch Self.statedCurrency(form) {
            case .failure(let error): return .malformed(error)
            case .success(let currency):
                let money = Money(minorUnits: amount ?? facts.amount, currency: currency ?? facts.currency)
                return .reserve(.charge, money, objectID: match.object)
            }
        default:
            let money = Money(minorUnits: amount ?? facts.amount, currency: facts.currency)
            return .reserve(.charge, money, objectID: match.object)
        }
    }

    /// The amount to put into a request that left it open: a refund of "the rest" becomes a refund of the amount that
    /// was read, so that it cannot grow between the reading and the call. `nil` where nothing is to be put in.
    package func amountToPin(_ price: Price, form: FormMap, facts: PreReadFacts) -> Int64? {
        guard case .reserve(.refund, let money, _) = price, form["amount"] == nil, facts.canStateRefundable else {
            return nil
        }
        return money.minorUnits
    }

    private func update(_ match: OperationMatch, form: FormMap, held: HoldLookup) -> Price {
        guard form["amount"] != nil || form["currency"] != nil else { return .free }
        guard let money = held(match.object)?.money else { return preRead(.paymentIntent(match.object)) }
        switch (StatedAmount.amount("amount", form: form), Self.statedCurrency(form)) {
        case (.failure(let error), _), (_, .failure(let error)): return .malformed(error)
        case (.success(let amount), .success(let currency)):
            let total = Money(minorUnits: amount ?? money.minorUnits, currency: currency ?? money.currency)
            return .advance(objectID: match.object, newTotal: total)
        }
    }

    private func advance(_ match: OperationMatch, form: FormMap, held: HoldLookup) -> Price {
        guard let known = held(match.object) else {
            let isCharge = match.operation.pathTemplate.utf8.starts(with: "/v1/charges/".utf8)
            return preRead(isCharge ? .charge(match.object) : .paymentIntent(match.object))
        }
        switch StatedAmount.amount(Self.stepParameter(match.operation), form: form) {
        case .failure(let error):
            return .malformed(error)
        case .success(let amount):
            // A smaller amount is no change of the hold yet: what is captured is known when it has happened. Money that
            // another key holds is a new spend for this one, to be judged whole.
            let total = max(amount ?? 0, known.money.minorUnits)
            guard !known.isOwn || total > known.money.minorUnits else {
                return .advance(objectID: match.object, newTotal: nil)
            }
            return .advance(objectID: match.object, newTotal: Money(minorUnits: total, currency: known.money.currency))
        }
    }

    /// The read of an object whose id stands in the path.
    private func preRead(_ read: PreRead) -> Price {
        guard ObjectID.isPlain(read.objectID) else {
            return .malformed(.invalid("Invalid value: the id in the path is none of Stripe's."))
        }
        return .preRead(read)
    }

    /// The currency that the request states; `nil` when it states none.
    private static func statedCurrency(_ form: FormMap) -> Result<Currency?, StripeError> {
        guard let value = form["currency"] else { return .success(nil) }
        guard let currency = value.text.flatMap({ Currency($0) }) else { return .failure(.unknownCurrency) }
        return .success(currency)
    }

    private func refund(_ operation: Operation, form: FormMap) -> Price {
        if form["charge"] != nil, form["payment_intent"] != nil {
            return .malformed(.invalid("Give charge or payment_intent, not both.", param: "charge"))
        }
        for (parameter, read) in Self.refundedObjects {
            guard let value = form[parameter] else { continue }
            guard let id = value.text, ObjectID.isPlain(id) else {
                return .malformed(.invalid("Invalid value: \(parameter) must be one id.", param: parameter))
            }
            return .preRead(read(id))
        }
        let price = stated(operation, form: form, meter: .refund)
        guard case .notPriceable = price else { return price }
        return .notPriceable(reason: "a refund needs 'charge' or 'payment_intent'")
    }

    private static let refundedObjects: [(parameter: String, read: @Sendable (String) -> PreRead)] = [
        ("charge", { .charge($0) }), ("payment_intent", { .paymentIntent($0, expand: ["latest_charge"]) }),
    ]

    private func byClass(_ operation: Operation, form: FormMap) -> Price {
        switch operation.moneyClass {
        case .read, .release, .record, .plainWrite, .delete, .testHelper, .capability: return .free
        case .v2 where operation.pathTemplate.hasPrefix("/v2/billing/"):
            return .notPriceable(reason: "metered usage is billed later, at a price that the request does not state")
        case .v2: return .free
        case .lever:
            return form["balance"] == nil && form["cash_balance"] == nil
                ? .free : .notPriceable(reason: "it changes a customer's balance")
        case .writeoff: return .notPriceable(reason: "it gives up a claim whose amount the request does not state")
        case .fee: return .notPriceable(reason: "Stripe takes a fee for it that the request does not state")
        case .charge, .capture, .authorise, .liability, .refund, .credit, .outflow, .inflow:
            return stated(operation, form: form, meter: operation.meter)
        }
    }

    /// Amount and currency, both in the request.
    private func stated(_ operation: Operation, form: FormMap, meter: Meter) -> Price {
        switch StatedAmount.money(operation.amountRule, form: form) {
        case .success(let money?): .reserve(meter, money, objectID: nil)
        case .failure(let error): .malformed(error)
        case .success(nil): .notPriceable(reason: "the request does not state amount and currency")
        }
    }

    /// A charge or a PaymentIntent, which Stripe refuses without amount and currency.
    private func creation(_ operation: Operation, form: FormMap) -> Price {
        for name in ["amount", "currency"] where form[name] == nil {
            return .malformed(.missing(name))
        }
        return stated(operation, form: form, meter: .charge)
    }

    /// The parameter that may change the amount of an object's step.
    private static func stepParameter(_ operation: Operation) -> String {
        switch operation.name {
        case "POST /v1/payment_intents/{intent}/confirm": "amount_to_confirm"
        case "POST /v1/payment_intents/{intent}/capture": "amount_to_capture"
        default: "amount"
        }
    }
}

extension OperationMatch {
    /// The id in the path: the object that the call is about. Empty when the path has none.
    var object: String { pathParameters.last?.value ?? "" }
}

/// Ids of Stripe's objects, as far as they may be put into a path.
enum ObjectID {
    /// Whether a text has only the characters that ids have, so that it cannot change the path it is put into.
    static func isPlain(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x5F || byte == 0x2D
            }
    }
}
