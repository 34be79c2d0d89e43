/// An amount in the smallest unit of a currency. Never a floating-point number.
package struct Money: Sendable, Hashable, CustomStringConvertible {
    package var minorUnits: Int64
    package var currency: Currency

    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// The amount in whole units with its code, such as `12.50 usd` or `-500 jpy`.
    package var description: String { "\(majorText) \(currency.code)" }

    /// The amount in whole units with all decimal places of the currency, such as `12.50`.
    package var majorText: String {
        Self.majorText(minorUnits: minorUnits, digits: currency.minorDigits)
    }

    /// Writes a count of smallest units with the decimal point `digits` places from the right.
    package static func majorText(minorUnits: Int64, digits: Int) -> String {
        guard digits > 0 else { return String(minorUnits) }
        var text = String(minorUnits.magnitude)
        while text.utf8.count <= digits { text = "0" + text }
        let point = text.index(text.endIndex, offsetBy: -digits)
        return (minorUnits < 0 ? "-" : "") + text[..<point] + "." + text[point...]
    }
}
