/// Reads amounts that people write in whole units, such as `10`, `10.5` or `1250.00`.
package enum DecimalAmount {
    /// Why a text is no amount.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The amount in smallest units.
    ///
    /// - Parameters:
    ///   - text: digits with at most one point; no sign, blank, separator or exponent.
    ///   - digits: how many decimal places the currency has; more places than that are refused unless they are zeros.
    package static func minorUnits(_ text: some StringProtocol, digits: Int) throws(Failure) -> Int64 {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.count == 1 || !parts[1].isEmpty,
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
        else { throw Failure(description: "not an amount: \(text)") }
        var fraction = parts.count == 2 ? Array(parts[1]) : []
        while fraction.count > digits, fraction.last == 0x30 { fraction.removeLast() }
        guard fraction.count <= digits else {
            throw Failure(description: "more than \(digits) decimal places: \(text)")
        }
        fraction += Array(repeating: 0x30, count: digits - fraction.count)
        guard let units = Int64(String(decoding: Array(parts[0]) + fraction, as: UTF8.self)) else {
            throw Failure(description: "amount too large: \(text)")
        }
        return units
    }
}
