package import KeybrakeStripe

extension Miss {
    /// How many differing parameters a message names.
    private static let differencesShown = 6
    /// How many recorded operations a message names.
    private static let operationsShown = 5
    /// How much of a value a message quotes.
    private static let valueCharactersMax = 48

    /// A few sentences: what was asked, what comes nearest, what differs, what to do.
    package var message: String { "\(finding) \(advice)" }

    /// The miss as Stripe would state an error: 400, so that no SDK tries again.
    package var error: StripeError {
        var error = StripeError.invalid(message, param: parameter, code: "cassette_miss")
        if reason == .idempotencyKeyReused { error.kind = .idempotency }
        return error
    }

    /// The first differing parameter, when it is one of the request's own.
    private var parameter: String? {
        guard let name = differences.first?.name, name != "path", name != "body", !name.hasPrefix("Stripe-") else {
            return nil
        }
        return name
    }

    private var finding: String {
        switch reason {
        case .noSuchOperation(let recorded):
            return recorded.isEmpty
                ? "The cassette \(cassette) has no interactions, so nothing answers this \(operation)."
                : "The cassette \(cassette) has no \(operation). It has "
                    + Self.list(recorded, shown: Self.operationsShown, "operations") + "."
        case .parametersDiffer:
            guard let nearest else { return "No interaction of the cassette \(cassette) answers this \(operation)." }
            return "No interaction of the cassette \(cassette) answers this \(operation). "
                + "The nearest is interaction \(nearest), which differs in "
                + Self.list(differences.map(\.text), shown: Self.differencesShown, "parameters") + "."
        case .allPlayed(let recorded):
            let times = recorded == 1 ? "once" : "\(recorded) times"
            let last = nearest.map { " (the last is interaction \($0))" } ?? ""
            return "The cassette \(cassette) has this \(operation) \(times)\(last), "
                + "and this session has played it \(times) already."
        case .idempotencyKeyReused:
            return "The idempotency key of this \(operation) was used in this session with other parameters."
        case .unreadable(let detail):
            return "The recorded answer of the cassette \(cassette) to this \(operation) cannot be read: \(detail)."
        }
    }

    private var advice: String {
        switch reason {
        case .idempotencyKeyReused: "Use a new key for a new request."
        case .unreadable: "Nothing was sent to Stripe. Record the cassette again."
        case .allPlayed:
            "Nothing was sent to Stripe. If the request is a retry, send the same idempotency key; "
                + "if it is new, record the cassette again."
        case .noSuchOperation, .parametersDiffer:
            "Nothing was sent to Stripe. If the request was meant to change, record the cassette again."
        }
    }

    private static func list(_ items: [String], shown: Int, _ what: String) -> String {
        guard items.count > shown + 1 else { return joined(items) }
        return joined(Array(items.prefix(shown)) + ["\(items.count - shown) more \(what)"])
    }

    private static func joined(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "nothing that can be named" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// A value in quotes, cut to a readable length.
    fileprivate static func quoted(_ value: String) -> String {
        let cut = value.prefix(valueCharactersMax)
        return JSONWriter.text(.string(cut.count < value.count ? cut + "…" : value))
    }
}

extension Miss.Difference {
    fileprivate var text: String {
        switch (recorded, sent) {
        case (let recorded?, let sent?):
            "\(name) (recorded \(Miss.quoted(recorded)), sent \(Miss.quoted(sent)))"
        case (let recorded?, nil): "\(name) (recorded \(Miss.quoted(recorded)), not sent)"
        case (nil, let sent?): "\(name) (not recorded, sent \(Miss.quoted(sent)))"
        case (nil, nil): name
        }
    }
}
