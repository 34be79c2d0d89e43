internal import KeybrakeStripe

/// Reads the amount that a request states, following the catalogue's rule for its operation.
enum StatedAmount {
    /// Amount and currency; `nil` when the request leaves one of them open, or has a price or quantity beside them.
    static func money(_ rule: AmountRule, form: FormMap) -> Result<Money?, StripeError> {
        guard !rule.unless.contains(where: { form.value(at: $0) != nil }) else { return .success(nil) }
        guard let path = rule.currency, let value = form.value(at: path) else { return .success(nil) }
        guard let code = value.text else { return .failure(.notSingle(path)) }
        guard let currency = Currency(code) else { return .failure(.unknownCurrency) }
        return amount(rule, form: form).map { amount in
            amount.map { Money(minorUnits: $0, currency: currency) }
        }
    }

    /// The largest of the sums that the rule names; `nil` when no member of any sum is given.
    static func amount(_ rule: AmountRule, form: FormMap) -> Result<Int64?, StripeError> {
        var largest: Int64?
        for sum in rule.sums {
            var total: Int64?
            for path in sum {
                guard let value = form.value(at: path) else { continue }
                switch number(value, path: path, mayBeNegative: rule.reading == .negative) {
                case .failure(let error): return .failure(error)
                // Each is below 10^12, and a sum has a few members, so this cannot overflow.
                case .success(let number): total = (total ?? 0) + number
                }
            }
            if let total { largest = max(largest ?? 0, total) }
        }
        return .success(largest)
    }

    /// The amount of one parameter; `nil` when it is absent.
    static func amount(_ name: String, form: FormMap) -> Result<Int64?, StripeError> {
        guard let value = form[name] else { return .success(nil) }
        return number(value, path: [name], mayBeNegative: false).map { $0 }
    }

    private static func number(_ value: FormValue, path: AmountRule.Path, mayBeNegative: Bool) -> Result<
        Int64, StripeError
    > {
        guard let text = value.text else { return .failure(.notSingle(path)) }
        do throws(WireAmount.Failure) {
            let isNegative = mayBeNegative && text.utf8.first == UInt8(ascii: "-")
            return .success(try WireAmount.parse(isNegative ? String(text.dropFirst()) : text))
        } catch {
            return .failure(.notAnAmount(path, error))
        }
    }
}

extension StripeError {
    /// A parameter that must be there is not.
    static func missing(_ parameter: String) -> StripeError {
        .invalid("Missing required param: \(parameter).", param: parameter, code: "parameter_missing")
    }

    static let unknownCurrency = StripeError.invalid(
        "Invalid currency: it is not one that Stripe presents.", param: "currency", code: "invalid_currency")

    fileprivate static func notSingle(_ path: AmountRule.Path) -> StripeError {
        let name = bracketed(path)
        return .invalid(
            "Invalid value: \(name) must be given once, as a single value.", param: name, code: "parameter_invalid")
    }

    fileprivate static func notAnAmount(_ path: AmountRule.Path, _ failure: WireAmount.Failure) -> StripeError {
        let name = bracketed(path)
        let reason =
            failure == .tooLarge
            ? "is larger than any amount that can be judged"
            : "must be written in digits alone, without sign, point, exponent or blank"
        return .invalid("Invalid integer: \(name) \(reason).", param: name, code: "parameter_invalid_integer")
    }

    private static func bracketed(_ path: AmountRule.Path) -> String {
        (path.first ?? "") + path.dropFirst().map { "[\($0)]" }.joined()
    }
}
