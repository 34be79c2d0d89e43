internal import KeybrakeStripe

/// Writes a tree as block-style YAML that every YAML 1.1 and 1.2 reader understands in the same way.
///
/// Texts are always quoted, or literal blocks when they have several lines, so that no reader takes `yes`, `1e3` or
/// `2026-11-22` for something else. An object whose only member is `!!binary` becomes a binary scalar.
struct YAMLWriter {
    /// The member name by which a tree spells bytes, in base64.
    static let binaryMember = "!!binary"

    private var bytes: [UInt8] = []

    /// The text of an object.
    static func text(_ object: JSONObject) -> [UInt8] {
        var writer = YAMLWriter()
        writer.write(object, indent: 0, isFirstOnLine: true)
        return writer.bytes
    }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ object: JSONObject, indent: Int, isFirstOnLine: Bool) {
        var isFirst = isFirstOnLine
        for member in object.members {
            if !isFirst { write(String(repeating: " ", count: indent)) }
            isFirst = false
            write(Self.isPlain(member.name) ? member.name : Self.quoted(member.name))
            write(":")
            write(member: member.value, indent: indent)
        }
    }

    /// What follows the colon of a member, or the hyphen of an element.
    private mutating func write(member value: JSONValue, indent: Int) {
        switch value {
        case .object(let object) where object.isEmpty: write(" {}\n")
        case .array(let elements) where elements.isEmpty: write(" []\n")
        case .object(let object):
            if object.count == 1, case .string(let base64)? = object[Self.binaryMember] {
                return write(" !!binary \(Self.quoted(base64))\n")
            }
            write("\n" + String(repeating: " ", count: indent + 2))
            write(object, indent: indent + 2, isFirstOnLine: true)
        case .array(let elements):
            write("\n")
            for element in elements { write(element: element, indent: indent) }
        case .string(let text) where Self.isBlock(text): write(block: text, indent: indent + 2)
        case .string(let text): write(" \(Self.quoted(text))\n")
        default: write(" \(JSONWriter.text(value))\n")
        }
    }

    private mutating func write(element: JSONValue, indent: Int) {
        write(String(repeating: " ", count: indent) + "-")
        if case .object(let object) = element, !object.isEmpty {
            write(" ")
            write(object, indent: indent + 2, isFirstOnLine: true)
        } else {
            write(member: element, indent: indent)
        }
    }

    private mutating func write(block text: String, indent: Int) {
        write(" |-\n")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.isEmpty { write(String(repeating: " ", count: indent) + line) }
            write("\n")
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first | 0x20) else { return false }
        let isName = name.utf8.allSatisfy { WordByte.isWord($0) || $0 == UInt8(ascii: "-") }
        return isName && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(name.lowercased())
    }

    /// Whether a text may stand as a literal block: several lines, all printable, the first not indented.
    private static func isBlock(_ text: String) -> Bool {
        guard text.utf8.contains(0x0A), text.utf8.last != 0x0A, text.utf8.first != 0x20, text.utf8.first != 0x0A else {
            return false
        }
        return text.unicodeScalars.allSatisfy { $0 == "\n" || isPrintable($0) }
    }

    /// A text in double quotes. Breaks, what is not printable and what some readers take for a break are escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where isPrintable(scalar): quoted.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x100: quoted += "\\x" + hexadecimal(scalar.value, digits: 2)
            case _ where scalar.value < 0x10000: quoted += "\\u" + hexadecimal(scalar.value, digits: 4)
            default: quoted += "\\U" + hexadecimal(scalar.value, digits: 8)
            }
        }
        return quoted + "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
        default: false
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
