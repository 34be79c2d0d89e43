/// Parts of amounts, without floating point and without overflow.
enum Share {
    /// `amount × numerator ÷ denominator`, halves rounded away from zero, within the limits of amounts.
    static func of(_ amount: Int64, _ numerator: Int64, per denominator: Int64) -> Int64 {
        guard denominator > 0 else { return 0 }
        let product = Int128(amount) * Int128(numerator)
        let half = Int128(denominator) / 2
        let rounded = (product.magnitude + half.magnitude) / UInt128(denominator.magnitude)
        let bounded = Int64(clamping: rounded)
        return AmountLimits.clamped(product < 0 ? -bounded : bounded)
    }

    /// Splits an amount in proportion to weights; the parts sum up to it exactly.
    ///
    /// What rounding down leaves over goes, unit by unit, to the parts that lost most, the earlier one first.
    ///
    /// - Parameter weights: none of them negative. Where all are zero, nothing is split off.
    static func split(_ amount: Int64, by weights: [Int64]) -> [Int64] {
        let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard sum > 0 else { return weights.map { _ in 0 } }
        let products = weights.map { Int128(amount) * Int128($0) }
        var parts = products.map { Int64(clamping: $0 / sum) }
        let left = amount - parts.reduce(0, +)
        let order = products.indices.sorted { first, second in
            let losses = ((products[first] % sum).magnitude, (products[second] % sum).magnitude)
            return losses.0 == losses.1 ? first < second : losses.0 > losses.1
        }
        for index in order.prefix(Int(left.magnitude)) { parts[index] += left.signum() }
        return parts
    }
}
