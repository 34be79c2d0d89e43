internal import KeybrakeStripe

/// What a quantity of a price costs.
enum PricedAmount {
    /// In smallest units; flat, per unit, or by tiers (`graduated` fills one tier after the other).
    static func of(_ price: JSONObject, quantity: Int64) -> Int64 {
        AmountLimits.clamped(unbounded(price, quantity: packages(of: price, quantity: quantity)))
    }

    /// `transform_quantity` bills whole packages instead of single units.
    private static func packages(of price: JSONObject, quantity: Int64) -> Int64 {
        guard let size = price["transform_quantity"]?["divide_by"]?.integerValue, size > 0 else { return quantity }
        let (whole, rest) = quantity.quotientAndRemainder(dividingBy: size)
        return rest > 0 && price["transform_quantity"]?["round"] == "up" ? whole + 1 : whole
    }

    private static func unbounded(_ price: JSONObject, quantity: Int64) -> Int64 {
        guard price.text("billing_scheme") == "tiered", let tiers = price["tiers"]?.arrayValue else {
            return units(price["unit_amount"], price["unit_amount_decimal"], quantity)
        }
        guard price.text("tiers_mode") == "graduated" else {
            let tier = tiers.first { $0["up_to"]?.integerValue.map { quantity <= $0 } ?? true } ?? .null
            return amount(tier, quantity)
        }
        var sum: Int64 = 0
        var below: Int64 = 0
        for tier in tiers where quantity > below {
            let top = min(quantity, tier["up_to"]?.integerValue ?? quantity)
            guard top > below else { continue }
            sum = AmountLimits.clamped(sum + amount(tier, top - below))
            below = top
        }
        return sum
    }

    private static func amount(_ tier: JSONValue, _ quantity: Int64) -> Int64 {
        AmountLimits.clamped(units(tier["unit_amount"], tier["unit_amount_decimal"], quantity))
            + AmountLimits.clamped(flat(tier))
    }

    private static func flat(_ tier: JSONValue) -> Int64 {
        if let whole = tier["flat_amount"]?.integerValue { return whole }
        return tier["flat_amount_decimal"]?.stringValue.flatMap { DecimalNumber($0) }?.rounded ?? 0
    }

    private static func units(_ amount: JSONValue?, _ decimal: JSONValue?, _ quantity: Int64) -> Int64 {
        if let whole = amount?.integerValue {
            let (product, overflow) = whole.multipliedReportingOverflow(by: quantity)
            return overflow ? Int64.max : product
        }
        // A decimal amount has at most twelve digits after the point; the sum is rounded half up.
        let parts = (decimal?.stringValue ?? "0").split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.count > 1 ? String(parts[1].prefix(12)) : ""
        let scale = digits.reduce(Int64(1)) { scale, _ in scale * 10 }
        guard let scaled = Int64(String(parts.first ?? "0") + digits) else { return 0 }
        let (product, overflow) = scaled.multipliedReportingOverflow(by: quantity)
        guard !overflow else { return Int64.max }
        let (rounded, overflows) = product.addingReportingOverflow(scale / 2)
        return overflows ? Int64.max : rounded / scale
    }
}
