internal import KeybrakeStripe

/// A tax as totals are computed with it.
struct AppliedTax: Sendable, Equatable {
    enum Rule: Sendable, Equatable {
        case percent(Percentage)
        /// Someone else has computed it, in smallest units.
        case fixed(amount: Int64, taxable: Int64)
        /// The customer does not pay it.
        case waived(reason: String)
    }

    /// The id of the tax rate.
    let rate: String
    let rule: Rule
    /// Whether prices contain it already.
    let isInclusive: Bool

    /// The taxes of a line.
    ///
    /// - Parameter exemption: the customer's `tax_exempt`.
    static func of(_ rates: [JSONObject], exemption: String?) -> [AppliedTax] {
        rates.map { rate in
            let rule: Rule =
                switch exemption {
                case "exempt": .waived(reason: "customer_exempt")
                case "reverse": .waived(reason: "reverse_charge")
                default: .percent(Percentage(rate["percentage"]) ?? Percentage(millionths: 0))
                }
            return AppliedTax(rate: rate.text("id") ?? "", rule: rule, isInclusive: rate.flag("inclusive"))
        }
    }

    /// The tax as lines, invoices and credit notes show it.
    func json(amount: Int64, taxable: Int64) -> JSONValue {
        let reason: String = if case .waived(let reason) = rule { reason } else { "not_available" }
        return [
            "amount": .integer(amount), "tax_behavior": isInclusive ? "inclusive" : "exclusive",
            "tax_rate_details": ["tax_rate": .string(rate)], "taxability_reason": .string(reason),
            "taxable_amount": .integer(taxable), "type": "tax_rate_details",
        ]
    }
}
