/// Products of decimal numbers that are written as texts, such as a price of `0.0125` cents a unit.
enum DecimalProduct {
    /// How many places behind the point count; Stripe takes no more.
    static let placesMax = 12

    /// The product as a whole number, halves rounded away from zero; `nil` when a text is no decimal number or the
    /// product is out of bounds.
    static func of(_ first: String, _ second: String) -> Int64? {
        guard let left = scaled(first), let right = scaled(second) else { return nil }
        let (product, overflow) = left.units.multipliedReportingOverflow(by: right.units)
        let scale = powers[left.places] * powers[right.places]
        let (sum, overflows) = product.magnitude.addingReportingOverflow(scale / 2)
        guard !overflow, !overflows, sum / scale <= UInt128(AmountLimits.objectMax) else { return nil }
        let rounded = Int64(sum / scale)
        return product < 0 ? -rounded : rounded
    }

    private static let powers: [UInt128] = (0...placesMax).reduce(into: []) { powers, _ in
        powers.append((powers.last.map { $0 * 10 }) ?? 1)
    }

    private static func scaled(_ text: String) -> (units: Int128, places: Int)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count <= 18 else { return nil }
        var fraction = parts.count == 2 ? parts[1].prefix(placesMax) : ""
        while fraction.last == "0" { fraction.removeLast() }
        guard let units = Int128(String(parts[0]) + fraction) else { return nil }
        return (units, fraction.count)
    }
}
