/// Recognises payment card numbers and masks them down to what may be kept: brand and last four digits.
enum CardNumber {
    /// The fewest and the most digits that card numbers have.
    static let digitsMin = 13
    static let digitsMax = 19

    /// The mask of a card number, such as `visa-xxxxxxxxxxxx4242`; of what is none, such as `card-xxxx`.
    ///
    /// Short values keep no digit: four of six would be most of it.
    static func mask(_ number: String) -> String {
        if number.utf8.contains(UInt8(ascii: "x")), isMask(number) { return number }
        let digits = number.utf8.filter { (0x30...0x39).contains($0) }
        guard digits.count >= digitsMin - 1 else { return "card-xxxx" }
        let hidden = String(repeating: "x", count: digits.count - 4)
        return "\(brand(digits) ?? "card")-\(hidden)\(String(decoding: digits.suffix(4), as: UTF8.self))"
    }

    private static func isMask(_ text: String) -> Bool {
        guard let hyphen = text.utf8.firstIndex(of: UInt8(ascii: "-")) else { return false }
        let tail = text.utf8[hyphen...].dropFirst()
        return tail.dropLast(4).allSatisfy { $0 == UInt8(ascii: "x") }
            && tail.suffix(4).allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "x") }
    }

    /// Whether the digits are a card number: a brand's beginning, a length that the brand has, a right check digit.
    static func isCardNumber(_ digits: some RandomAccessCollection<UInt8>) -> Bool {
        guard (digitsMin...digitsMax).contains(digits.count), brand(digits) != nil else { return false }
        return hasRightCheckDigit(digits)
    }

    private static func hasRightCheckDigit(_ digits: some RandomAccessCollection<UInt8>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = Int(digit) - 0x30
            let doubled = value * 2
            sum += place % 2 == 0 ? value : doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// The brand that issues numbers with this beginning and length; `nil` when none does.
    static func brand(_ digits: some RandomAccessCollection<UInt8>) -> String? {
        var head = 0
        for digit in digits.prefix(4) { head = head * 10 + Int(digit) - 0x30 }
        switch (head, digits.count) {
        case (4000...4999, 13), (4000...4999, 16), (4000...4999, 19): return "visa"
        case (5100...5599, 16), (2221...2720, 16): return "mastercard"
        case (3400...3499, 15), (3700...3799, 15): return "amex"
        case (6011, 16...19), (6440...6599, 16...19): return "discover"
        case (3528...3589, 16...19): return "jcb"
        case (3000...3059, 14...19), (3600...3699, 14...19), (3800...3999, 14...19): return "diners"
        case (6200...6299, 16...19), (8100...8199, 16...19): return "unionpay"
        case (5018, 13...19), (5020, 13...19), (5038, 13...19), (5893, 13...19), (6304, 13...19): return "maestro"
        case (6759, 13...19), (6761...6763, 13...19): return "maestro"
        default: return nil
        }
    }
}
