internal import KeybrakeStripe

/// The sums of a calculation.
struct TaxSum {
    private(set) var total: Int64 = 0
    private(set) var exclusive: Int64 = 0
    private(set) var inclusive: Int64 = 0
    private var groups: [(isInclusive: Bool, reason: String, tax: Int64, taxable: Int64)] = []

    mutating func add(_ line: JSONObject, _ treatment: TaxTreatment) {
        let tax = line.integer("amount_tax")
        let isInclusive = line.text("tax_behavior") == "inclusive"
        let breakdown = line["tax_breakdown"]?.arrayValue?.first
        let reason = breakdown?["taxability_reason"]?.stringValue ?? ""
        let taxable = breakdown?["taxable_amount"]?.integerValue ?? 0
        total = AmountLimits.clamped(total + line.integer("amount") + (isInclusive ? 0 : tax))
        if isInclusive { inclusive += tax } else { exclusive += tax }
        if let index = groups.firstIndex(where: { $0.isInclusive == isInclusive && $0.reason == reason }) {
            groups[index].tax += tax
            groups[index].taxable += taxable
        } else {
            groups.append((isInclusive, reason, tax, taxable))
        }
    }

    func breakdown(_ treatment: TaxTreatment) -> [JSONValue] {
        groups.map { treatment.breakdown($0.tax, taxable: $0.taxable, isInclusive: $0.isInclusive, reason: $0.reason) }
    }
}
