internal import KeybrakeStripe

/// The part of an open hold that has no columns: what is known and which calls are still to be accounted for.
///
/// Most holds need none of it: one that only its own call stands behind, and one that an answer has confirmed.
package enum HoldProgress {
    /// The JSON text for the column `progress`; `nil` when the other columns tell it all.
    package static func text(of hold: Hold) -> String? {
        guard hold.state.isOpen, !isImplied(hold) else { return nil }
        let steps = hold.steps.map { step in
            JSONValue.object([
                "request_id": .string(step.requestID), "amount": step.amount.map(json) ?? .null,
                "lost": .bool(step.isLost),
            ])
        }
        return JSONWriter.text(["known": hold.known.map(json) ?? .null, "steps": .array(steps)])
    }

    private static func isImplied(_ hold: Hold) -> Bool {
        if hold.steps.isEmpty { return hold.known == hold.amount }
        return hold.known == nil && hold.steps.count == 1 && hold.steps[0].requestID == hold.requestID
            && hold.steps[0].amount == hold.amount
    }

    /// Completes a hold that was read from its other columns. `false` when the text is not of ``text(of:)``'s making.
    static func restore(_ text: String?, state: HoldState, to hold: inout Hold) -> Bool {
        guard let text else {
            if state == .authorised {
                hold.known = hold.amount
                hold.steps = []
            } else if state == .unknown {
                hold.lose(requestID: hold.requestID)
            }
            return true
        }
        guard let json = try? JSONParser.parse(text), let steps = json["steps"]?.arrayValue else { return false }
        var restored: [Hold.Step] = []
        for step in steps {
            guard let requestID = step["request_id"]?.stringValue, let isLost = step["lost"]?.boolValue else {
                return false
            }
            restored.append(Hold.Step(requestID: requestID, amount: amount(step["amount"]), isLost: isLost))
        }
        hold.known = amount(json["known"])
        hold.steps = restored
        return true
    }

    private static func json(_ amount: HoldAmount) -> JSONValue {
        .object([
            "amount": .integer(amount.money.minorUnits), "currency": .string(amount.money.currency.code),
            "usd_cents": .integer(amount.usdCents), "window_start": .integer(amount.windowStartSeconds),
        ])
    }

    private static func amount(_ json: JSONValue?) -> HoldAmount? {
        guard let units = json?["amount"]?.integerValue,
            let currency = json?["currency"]?.stringValue.flatMap({ Currency($0) }),
            let cents = json?["usd_cents"]?.integerValue, let start = json?["window_start"]?.integerValue
        else { return nil }
        let money = Money(minorUnits: units, currency: currency)
        return HoldAmount(money: money, usdCents: cents, windowStartSeconds: start)
    }
}
