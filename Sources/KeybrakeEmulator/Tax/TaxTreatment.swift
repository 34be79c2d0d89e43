internal import KeybrakeStripe

/// How a sale to a customer is taxed.
struct TaxTreatment {
    /// What is not taxable anywhere.
    private static let nontaxable = "txcd_00000000"

    private let country: String
    private let state: String?
    private let rate: TaxTable.Rate?
    /// Why nothing is due on anything; `nil` when the rate is due.
    private let reason: String?
    /// Whether prices contain the tax where nobody says, and the code of products that have none.
    let behaviour: String
    let code: String

    init(_ customer: JSONObject, _ account: Account) {
        country = customer["address"]?["country"]?.stringValue?.uppercased() ?? ""
        state = customer["address"]?["state"]?.stringValue
        rate = TaxTable.rate(country: country, state: state)
        let override = customer.text("taxability_override") ?? "none"
        if override != "none" {
            reason = override
        } else if rate == nil {
            reason = "not_supported"
        } else {
            reason = TaxRegistrations.collects(country: country, state: state, account) ? nil : "not_collecting"
        }
        let defaults = account.store.object("tax.settings", id: "tax.settings")?.tree.object("defaults")
        behaviour = defaults?.text("tax_behavior") == "inclusive" ? "inclusive" : "exclusive"
        code = defaults?.text("tax_code") ?? "txcd_10000000"
    }

    /// The tax on an amount, or inside it.
    func tax(on amount: Int64, behaviour: String, code: String?) -> Int64 {
        guard reason(code) == "standard_rated", let rate else { return 0 }
        let share = rate.percentage.millionths
        return behaviour == "inclusive"
            ? Share.of(amount, share, per: Percentage.whole + share) : rate.percentage.of(amount)
    }

    func reason(_ code: String?) -> String {
        reason ?? ((code ?? self.code) == Self.nontaxable ? "product_exempt" : "standard_rated")
    }

    /// What a line shows of its tax.
    func lineBreakdown(_ amount: Int64, _ tax: Int64, behaviour: String, code: String?) -> JSONValue {
        let reason = reason(code)
        let isTaxed = reason == "standard_rated"
        let net = behaviour == "inclusive" ? amount - tax : amount
        var details: JSONValue = .null
        if isTaxed, let rate {
            details = [
                "display_name": .string(rate.displayName), "percentage_decimal": .string(rate.percentageText),
                "tax_type": .string(rate.type),
            ]
        }
        return [
            "amount": .integer(tax),
            "jurisdiction": [
                "country": .string(country), "display_name": .string(state.map { "\($0), \(country)" } ?? country),
                "level": state != nil && country == "US" ? "state" : "country", "state": JSONValue(state),
            ],
            "sourcing": "destination", "tax_rate_details": details, "taxability_reason": .string(reason),
            "taxable_amount": .integer(isTaxed ? net : 0),
        ]
    }

    /// What the whole sale shows of the taxes with one reason.
    func breakdown(_ amount: Int64, taxable: Int64, isInclusive: Bool, reason: String) -> JSONValue {
        let isTaxed = reason == "standard_rated"
        return [
            "amount": .integer(amount), "inclusive": .bool(isInclusive),
            "tax_rate_details": [
                "country": .string(country), "flat_amount": nil,
                "percentage_decimal": .string(isTaxed ? rate?.percentageText ?? "0" : "0"),
                "rate_type": isTaxed ? "percentage" : nil, "state": JSONValue(state),
                "tax_type": isTaxed ? JSONValue(rate?.type) : nil,
            ],
            "taxability_reason": .string(reason), "taxable_amount": .integer(taxable),
        ]
    }
}
