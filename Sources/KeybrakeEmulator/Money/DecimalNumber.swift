/// A decimal number with up to twelve places, such as a usage of `2.5`, kept as a whole number.
struct DecimalNumber: Sendable, Equatable {
    /// Of one.
    private(set) var trillionths: Int128

    static let zero = DecimalNumber(trillionths: 0)
    private static let one: Int128 = 1_000_000_000_000
    private static let places = 12

    private init(trillionths: Int128) {
        self.trillionths = trillionths
    }

    init(_ whole: Int64) {
        trillionths = Int128(whole) * Self.one
    }

    /// - Parameter text: up to fifteen digits with an optional minus, and up to twelve behind a point; `nil` otherwise.
    init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...15).contains(parts[0].utf8.count) else { return nil }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        guard parts.count == 1 || !fraction.isEmpty, fraction.utf8.count <= Self.places else { return nil }
        fraction += String(repeating: "0", count: Self.places - fraction.utf8.count)
        let digits = String(parts[0]) + fraction
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let units = Int128(digits) else { return nil }
        trillionths = isNegative ? -units : units
    }

    /// The sum; far beyond what amounts can be it stays where it is.
    static func + (left: DecimalNumber, right: DecimalNumber) -> DecimalNumber {
        let (sum, overflow) = left.trillionths.addingReportingOverflow(right.trillionths)
        return overflow ? left : DecimalNumber(trillionths: sum)
    }

    /// The whole number next to it, halves away from zero, within the limits of amounts.
    var rounded: Int64 {
        let (whole, rest) = trillionths.quotientAndRemainder(dividingBy: Self.one)
        let step: Int128 = rest.magnitude * 2 >= Self.one.magnitude ? rest.signum() : 0
        return AmountLimits.clamped(Int64(clamping: whole + step))
    }

    /// Without zeros at its end.
    var text: String {
        let (whole, rest) = trillionths.magnitude.quotientAndRemainder(dividingBy: Self.one.magnitude)
        let sign = trillionths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(Self.one.magnitude + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }
}
