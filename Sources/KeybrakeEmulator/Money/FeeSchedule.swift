internal import KeybrakeStripe

/// What Stripe takes of a card payment: a share and a fixed part, in the payment's own currency.
enum FeeSchedule {
    /// The fee in smallest units: 2.9 % rounded half up to the whole unit, plus the fixed part.
    ///
    /// Never more than the amount itself, so that no payment has a negative net.
    static func fee(amount: Int64, currency: String) -> Int64 {
        guard amount > 0 else { return 0 }
        // Amounts have 12 digits at most, so the product stays far below the limit.
        let share = (amount * permille + 500) / 1_000
        return min(amount, share + fixedPart(currency))
    }

    /// The fee of a payment by a type of payment method: bank debits cost less than cards.
    static func fee(amount: Int64, currency: String, methodType: String) -> Int64 {
        switch methodType {
        case "us_bank_account": min((max(0, amount) * 8 + 500) / 1_000, 500)
        case "sepa_debit": min(max(0, amount), 35)
        default: fee(amount: amount, currency: currency)
        }
    }

    /// What an instant payout costs: 1 % rounded half up, at least the fixed part that cards have.
    static func instantPayout(amount: Int64, currency: String) -> Int64 {
        max((max(0, amount) + 50) / 100, fixedPart(currency))
    }

    /// What a dispute costs, whoever wins: 15 US dollars, 20 of the large European currencies.
    static func dispute(_ currency: String) -> Int64 {
        currency == "eur" || currency == "gbp" ? 2_000 : 1_500
    }

    private static let permille: Int64 = 29

    private static func fixedPart(_ currency: String) -> Int64 {
        if let fixed = fixedParts[currency] { return fixed }
        return Currency(currency)?.minorDigits == 0 ? 0 : 30
    }

    /// About 30 US cents; every currency that is not here takes 30 of its hundredths, or nothing when it has none.
    private static let fixedParts: [String: Int64] = [
        "usd": 30, "aed": 100, "aud": 30, "bgn": 50, "brl": 39, "cad": 30, "chf": 30, "czk": 650, "dkk": 180,
        "eur": 25, "gbp": 20, "hkd": 235, "huf": 8_500, "inr": 200, "jpy": 40, "krw": 400, "mxn": 300, "myr": 100,
        "nok": 200, "nzd": 30, "pln": 100, "ron": 100, "sek": 180, "sgd": 50, "thb": 1_000, "zar": 450,
    ]
}
