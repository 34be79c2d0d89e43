internal import KeybrakeStripe

/// Checks the text of one parameter.
enum ScalarCheck {
    static func check(_ text: String, _ type: TypeShape, path: String) throws(StripeError) {
        switch type {
        case .boolean:
            guard text == "true" || text == "false" else {
                throw .invalid("Invalid boolean: \(text.prefix(60))", param: path)
            }
        case .alwaysTrue:
            guard text == "true" else { throw .invalid("Invalid boolean: \(text.prefix(60))", param: path) }
        case .integer:
            guard isInteger(text) else {
                throw .coded("parameter_invalid_integer", "Invalid integer: \(text.prefix(60))", param: path)
            }
        case .unixTime:
            guard isInteger(text), let seconds = Int64(text), (0...unixTimeMax).contains(seconds) else {
                throw .invalid(
                    "Invalid timestamp: \(text.prefix(60)); must be an integer Unix timestamp in the range "
                        + "0-\(unixTimeMax)", param: path)
            }
        case .number:
            guard isDecimal(text) else { throw .invalid("Invalid decimal: \(text.prefix(60))", param: path) }
        case .string(let shape): try check(text, shape, path: path)
        case .enumeration(let words): try check(text, words, path: path)
        default: break
        }
    }

    private static func check(_ text: String, _ shape: StringShape, path: String) throws(StripeError) {
        switch shape.format {
        case .currency:
            guard Currency(text) != nil else {
                throw .invalid(
                    "Invalid currency: \(text.prefix(20)). Stripe currently supports these currencies: "
                        + Currency.allCodes.joined(separator: ", "), param: path)
            }
        case .decimal:
            guard isDecimal(text) else { throw .invalid("Invalid decimal: \(text.prefix(60))", param: path) }
        case .integer64:
            guard isInteger(text) else {
                throw .coded("parameter_invalid_integer", "Invalid integer: \(text.prefix(60))", param: path)
            }
        case .dateTime:
            guard DateTimeText.unixSeconds(text) != nil else {
                throw .invalid("Invalid timestamp: \(text.prefix(60)); must be an RFC 3339 date and time", param: path)
            }
        default: break
        }
        try check(text, lengthMax: shape.lengthMax, path: path)
    }

    private static func check(_ text: String, _ words: Enumeration, path: String) throws(StripeError) {
        if words.values.contains(text) { return }
        guard words.isOpen else {
            let list = words.values.filter { !$0.isEmpty }
            let tail = list.count > 1 ? "\(list.dropLast().joined(separator: ", ")), or \(list.last ?? "")" : list.first
            throw .invalid("Invalid \(path): must be one of \(tail ?? "")", param: path)
        }
        try check(text, lengthMax: words.lengthMax, path: path)
    }

    private static func check(_ text: String, lengthMax: Int?, path: String) throws(StripeError) {
        // Characters are never more than bytes, so most texts need no counting.
        guard let lengthMax, text.utf8.count > lengthMax, text.unicodeScalars.count > lengthMax else { return }
        throw .coded(
            "parameter_invalid_string_length",
            "Invalid string: \(text.prefix(10))…\(text.suffix(4)); must be at most \(lengthMax) characters", param: path
        )
    }

    /// The last second of the year 9999.
    private static let unixTimeMax: Int64 = 253_402_300_799

    /// Digits with an optional minus, without blanks, plus, point, exponent or leading zeros, that fit 64 bits.
    static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        guard digits.count == 1 || first != UInt8(ascii: "0") else { return false }
        return Int64(text) != nil
    }

    /// Digits with an optional minus and at most one point between them.
    static func isDecimal(_ text: String) -> Bool {
        let number = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...2).contains(parts.count) && text.utf8.count <= 40
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
