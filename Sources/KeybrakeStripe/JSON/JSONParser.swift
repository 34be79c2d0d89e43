/// Reads JSON text (RFC 8259) into a ``JSONValue``.
///
/// Strict: one value, nothing after it but white space, no trailing commas, valid UTF-8 only. Nesting is limited by
/// ``depthMax``, so hostile input cannot exhaust the stack.
package struct JSONParser {
    /// How deep arrays and objects may nest.
    package static let depthMax = 128

    /// Why a text is not JSON, and where.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let reason: String
        /// Bytes from the beginning of the text.
        package let offset: Int
        package var description: String { "\(reason) at byte \(offset)" }
    }

    /// The value that the bytes spell.
    ///
    /// - Throws: ``Failure`` with the place of the first thing that is wrong.
    package static func parse(_ bytes: some Collection<UInt8>) throws(Failure) -> JSONValue {
        let outcome =
            bytes.withContiguousStorageIfAvailable { parseBuffer($0) }
            ?? Array(bytes).withUnsafeBufferPointer(parseBuffer)
        return try outcome.get()
    }

    /// The value that the text spells.
    package static func parse(_ text: String) throws(Failure) -> JSONValue {
        var text = text
        return try text.withUTF8 { parseBuffer($0) }.get()
    }

    private static func parseBuffer(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, Failure> {
        var parser = JSONParser(bytes: bytes)
        do throws(Failure) {
            let value = try parser.value(depth: 0)
            parser.skipSpace()
            guard parser.at == bytes.count else { throw parser.failure("text after the value") }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private func failure(_ reason: String) -> Failure {
        Failure(reason: reason, offset: at)
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.depthMax else { throw failure("nested deeper than \(Self.depthMax)") }
        skipSpace()
        guard at < bytes.count else { throw failure("value missing") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard at + length <= bytes.count else { throw failure("unfinished word") }
        for index in 0..<length where bytes[at + index] != text.utf8Start[index] {
            throw failure("unknown word")
        }
        at += length
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONObject {
        at += 1
        var object = JSONObject()
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return object
        }
        object.reserveCapacity(8)
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("member name missing") }
            let name = try string()
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure("colon missing") }
            at += 1
            object.append(name, try value(depth: depth + 1))
            if try closes(with: UInt8(ascii: "}")) { return object }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> [JSONValue] {
        at += 1
        var elements: [JSONValue] = []
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            if try closes(with: UInt8(ascii: "]")) { return elements }
        }
    }

    /// Consumes the comma or the closing byte after a member or element; true when it closed.
    private mutating func closes(with close: UInt8) throws(Failure) -> Bool {
        skipSpace()
        guard at < bytes.count else { throw failure("unfinished array or object") }
        defer { at += 1 }
        switch bytes[at] {
        case close: return true
        case UInt8(ascii: ","): return false
        default: throw failure("comma missing")
        }
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let digitsStart = at
        let whole = digits()
        guard whole > 0 else { throw failure("not a value") }
        guard whole == 1 || bytes[digitsStart] != UInt8(ascii: "0") else { throw failure("leading zero") }
        var isInteger = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            isInteger = false
            guard digits() > 0 else { throw failure("digits missing after the point") }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            isInteger = false
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() > 0 else { throw failure("digits missing in the exponent") }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        // "-0" is not the same text as 0, so it stays a numeral.
        if isInteger, text != "-0", let number = Int64(text) { return .integer(number) }
        return .numeral(text)
    }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
        return at - start
    }

    private mutating func string() throws(Failure) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard let text = String(utf8: UnsafeBufferPointer(rebasing: bytes[start..<at])) else {
                    throw failure("bytes that are not UTF-8")
                }
                at += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw failure("control character in a string")
            default:
                at += 1
            }
        }
        throw failure("unfinished string")
    }

    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var text = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("bytes that are not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw failure("control character in a string")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw failure("unfinished string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard at + 1 < bytes.count else { throw failure("unfinished escape") }
        let byte = bytes[at + 1]
        at += 2
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text.append(
                contentsOf: Unicode.UTF8.encode(try unicodeEscape()) ?? Unicode.UTF8.encodedReplacementCharacter)
        default: throw failure("unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let first = try fourHexDigits()
        guard first & 0xFC00 == 0xD800 else {
            return Unicode.Scalar(first) ?? "\u{FFFD}"
        }
        let next = at
        guard next + 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u") else {
            return "\u{FFFD}"
        }
        at += 2
        let second = try fourHexDigits()
        guard second & 0xFC00 == 0xDC00 else {
            // The second escape is a character of its own.
            at = next
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF)) ?? "\u{FFFD}"
    }

    private mutating func fourHexDigits() throws(Failure) -> UInt32 {
        guard at + 4 <= bytes.count else { throw failure("unfinished escape") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigitValue(bytes[at]) else { throw failure("hexadecimal digit missing") }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}

/// The value of one hexadecimal digit, upper or lower case; `nil` for any other byte.
package func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}
