internal import KeybrakeStripe

/// How small and how large a payment may be.
enum ChargeLimits {
    /// At most eight digits of the smallest unit; rupiah may have twelve.
    static func maximum(_ currency: String) -> Int64 {
        currency == "idr" ? 999_999_999_999 : 99_999_999
    }

    /// The least that Stripe takes, in smallest units.
    static func minimum(_ currency: String) -> Int64 {
        minima[currency] ?? 1
    }

    private static let minima: [String: Int64] = [
        "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1_500, "dkk": 250,
        "eur": 50, "gbp": 30, "hkd": 400, "huf": 17_500, "inr": 50, "jpy": 50, "mxn": 1_000, "myr": 200, "nok": 300,
        "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1_000,
    ]

    /// Refuses what is below one unit, below the currency's minimum, or above the maximum.
    static func check(amount: Int64, currency: String, param: String = "amount") throws(StripeError) {
        guard amount >= 1 else { throw .integerTooSmall(param, minimum: 1) }
        guard amount <= maximum(currency) else {
            throw .coded(
                "amount_too_large", "Amount must be no more than \(text(maximum(currency), currency))", param: param)
        }
        guard amount >= minimum(currency) else {
            throw .coded(
                "amount_too_small", "Amount must be at least \(text(minimum(currency), currency))", param: param)
        }
        if minima[currency] == nil { try SettlementLimits.check(amount: amount, currency: currency, param: param) }
    }

    /// `$0.50 usd`, as Stripe words a limit.
    static func text(_ amount: Int64, _ currency: String) -> String {
        "\(symbol(amount, currency)) \(currency)"
    }

    /// `$0.50`.
    static func symbol(_ amount: Int64, _ currency: String) -> String {
        guard let known = Currency(currency) else { return String(amount) }
        let symbol = ["usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"][currency] ?? ""
        return symbol + Money(minorUnits: amount, currency: known).majorText
    }
}
