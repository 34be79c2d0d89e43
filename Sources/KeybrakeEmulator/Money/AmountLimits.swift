internal import KeybrakeStripe

/// Bounds that keep every sum of an account far from the end of 64 bits.
enum AmountLimits {
    /// The largest amount that one call may name, in smallest units.
    static let callMax: Int64 = 999_999_999_999
    /// The largest number that an object may hold anywhere.
    static let objectMax: Int64 = 1_000_000_000_000_000

    /// Refuses an amount beyond ±``callMax``.
    static func check(_ amount: Int64, param: String) throws(StripeError) {
        guard (-callMax...callMax).contains(amount) else {
            throw .coded(
                amount > 0 ? "amount_too_large" : "amount_too_small",
                "Amounts can have at most 12 digits.", param: param)
        }
    }

    /// Refuses a number outside a range.
    static func check(_ number: Int64?, _ range: ClosedRange<Int64>, param: String) throws(StripeError) {
        guard let number, !range.contains(number) else { return }
        throw .coded(
            "parameter_invalid_integer",
            "This value must be between \(range.lowerBound) and \(range.upperBound).", param: param)
    }

    static func clamped(_ amount: Int64) -> Int64 {
        min(max(amount, -objectMax), objectMax)
    }

    /// Whether no number in the value is beyond ±``objectMax``.
    static func holds(_ value: JSONValue) -> Bool {
        switch value {
        case .integer(let number): (-objectMax...objectMax).contains(number)
        case .array(let elements): elements.allSatisfy(holds)
        case .object(let object): object.members.allSatisfy { holds($0.value) }
        default: true
        }
    }
}
