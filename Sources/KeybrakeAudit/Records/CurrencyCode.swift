internal import KeybrakeStripe

/// A currency in two bytes: its three letters as a number to the base of 26.
struct CurrencyCode: Hashable, Comparable {
    let number: UInt16

    /// No currency is given, or none that Stripe knows.
    static let unknown = CurrencyCode(number: .max)
    static let usd = CurrencyCode(Currency.usd)

    private init(number: UInt16) {
        self.number = number
    }

    init(_ currency: Currency) {
        self = Array(currency.code.utf8).withUnsafeBytes { Self.letters($0) } ?? .unknown
    }

    /// The currency of three letters in any case; ``unknown`` when Stripe has no such currency.
    init(_ text: UnsafeRawBufferPointer) {
        guard let code = Self.letters(text), Self.digitsTable[Int(code.number)] != 255 else {
            self = .unknown
            return
        }
        self = code
    }

    /// How many decimal places the currency has in Stripe's figures; 2 when it is unknown.
    var minorDigits: Int {
        self == .unknown ? 2 : Int(Self.digitsTable[Int(number)])
    }

    /// `usd`, or `?` when unknown.
    var text: String {
        guard self != .unknown else { return "?" }
        let letters = [number / 676, number / 26 % 26, number % 26].map { UInt8(truncatingIfNeeded: $0) + 0x61 }
        return String(decoding: letters, as: UTF8.self)
    }

    /// An amount with its code, such as `12.50 usd`.
    func text(_ minorUnits: Int64) -> String {
        Money.majorText(minorUnits: minorUnits, digits: minorDigits) + " " + text
    }

    static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    private static func letters(_ text: UnsafeRawBufferPointer) -> CurrencyCode? {
        guard text.count == 3 else { return nil }
        var number: UInt16 = 0
        for byte in text {
            let letter = (byte | 0x20) &- 0x61
            guard letter < 26 else { return nil }
            number = number * 26 + UInt16(letter)
        }
        return CurrencyCode(number: number)
    }

    private static let digitsTable: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 26 * 26 * 26)
        for code in Currency.allCodes {
            guard let currency = Currency(code), let index = Array(code.utf8).withUnsafeBytes({ letters($0) })?.number
            else { continue }
            table[Int(index)] = UInt8(currency.minorDigits)
        }
        return table
    }()
}
