internal import KeybrakeStripe

/// A share in hundred with up to four decimal places, such as `7.25`, kept as a whole number.
struct Percentage: Sendable, Equatable {
    /// Of one: 7.25 % is 72,500.
    let millionths: Int64

    static let whole: Int64 = 1_000_000
    private static let places = 4

    init(millionths: Int64) {
        self.millionths = millionths
    }

    /// - Parameter text: digits with an optional point; `nil` for anything else, and for more than four places.
    init?(_ text: String) {
        guard let units = try? DecimalAmount.minorUnits(text, digits: Self.places), units <= Self.whole * 100 else {
            return nil
        }
        millionths = units
    }

    /// Reads the number that an object shows.
    init?(_ value: JSONValue?) {
        switch value {
        case .integer(let number): self.init(String(number))
        case .numeral(let text): self.init(text)
        default: return nil
        }
    }

    /// The number as an object shows it: without zeros at its end.
    var json: JSONValue {
        let (whole, fraction) = millionths.quotientAndRemainder(dividingBy: 10_000)
        guard fraction > 0 else { return .integer(whole) }
        var digits = String(10_000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return .numeral("\(whole).\(digits)")
    }

    /// That share of an amount, halves rounded away from zero.
    func of(_ amount: Int64) -> Int64 {
        Share.of(amount, millionths, per: Self.whole)
    }
}
