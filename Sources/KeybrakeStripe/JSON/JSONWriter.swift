/// Writes JSON into a growing array of bytes.
///
/// `compact` has no white space; `pretty` indents by two spaces, as Stripe's own answers do.
package struct JSONWriter {
    /// How the text is laid out.
    package enum Layout: Sendable {
        case compact
        case pretty
    }

    package private(set) var bytes: [UInt8] = []
    private let layout: Layout

    package init(layout: Layout = .compact, capacityBytes: Int = 512) {
        self.layout = layout
        bytes.reserveCapacity(capacityBytes)
    }

    /// The text of one value.
    package static func bytes(_ value: JSONValue, layout: Layout = .compact) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        writer.write(value)
        return writer.bytes
    }

    /// The text of one value, as a string.
    package static func text(_ value: JSONValue, layout: Layout = .compact) -> String {
        String(decoding: bytes(value, layout: layout), as: UTF8.self)
    }

    /// Appends a value at the current place.
    package mutating func write(_ value: JSONValue) {
        write(value, depth: 0)
    }

    /// Appends a string literal with its quotes.
    package mutating func write(string: String) {
        Self.append(string: string, to: &bytes)
    }

    /// Appends bytes as they are.
    package mutating func write(raw text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: write(raw: "null")
        case .bool(let truth): write(raw: truth ? "true" : "false")
        case .integer(let number): Self.append(number, to: &bytes)
        case .numeral(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): Self.append(string: text, to: &bytes)
        case .array(let elements): write(elements, depth: depth)
        case .object(let members): write(members, depth: depth)
        }
    }

    private mutating func write(_ elements: [JSONValue], depth: Int) {
        guard !elements.isEmpty else { return write(raw: "[]") }
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            separate(index: index, depth: depth + 1)
            write(element, depth: depth + 1)
        }
        breakLine(depth: depth)
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: JSONObject, depth: Int) {
        guard !object.isEmpty else { return write(raw: "{}") }
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            separate(index: index, depth: depth + 1)
            Self.append(string: member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if layout == .pretty { bytes.append(UInt8(ascii: " ")) }
            write(member.value, depth: depth + 1)
        }
        breakLine(depth: depth)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func separate(index: Int, depth: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(depth: depth)
    }

    private mutating func breakLine(depth: Int) {
        guard layout == .pretty else { return }
        let line: StaticString = "\n                                "
        var spaces = depth * 2
        let fitting = min(spaces, line.utf8CodeUnitCount - 1)
        bytes.append(contentsOf: UnsafeBufferPointer(start: line.utf8Start, count: 1 + fitting))
        spaces -= fitting
        if spaces > 0 { bytes.append(contentsOf: repeatElement(0x20, count: spaces)) }
    }

    /// Appends the decimal digits of a number.
    package static func append(_ number: Int64, to bytes: inout [UInt8]) {
        var magnitude = number.magnitude
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: magnitude % 10) + 0x30)
            magnitude /= 10
        } while magnitude > 0
        bytes[start...].reverse()
    }

    /// Appends a string literal with its quotes, escaping what JSON demands and nothing else.
    package static func append(string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { utf8 in
            // Looking at every byte without stopping lets the compiler look at many at once.
            var escapes: UInt8 = 0
            for byte in utf8 {
                escapes |= (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0)
                escapes |= byte == UInt8(ascii: "\\") ? 1 : 0
            }
            if escapes != 0 {
                appendEscaped(utf8, to: &bytes)
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var clean = 0
        for (index, byte) in utf8.enumerated() where isEscaped(byte) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean..<index]))
            appendEscape(of: byte, to: &bytes)
            clean = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean...]))
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
}
