/// Blanks comments and string literals of Swift text, keeping its lines.
///
/// Knows nested block comments, raw strings, multi-line strings and interpolation; code inside an interpolation stays.
struct SwiftMask {
    private enum Context {
        /// Code; an interpolation counts its open parentheses, the file itself has none.
        case code(openParentheses: Int, isInterpolation: Bool)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private var contexts: [Context] = [.code(openParentheses: 0, isInterpolation: false)]

    private init(_ text: String) {
        bytes = Array(text.utf8)
        output.reserveCapacity(bytes.count)
    }

    static func blanked(_ text: String) -> String {
        var mask = SwiftMask(text)
        mask.run()
        return String(decoding: mask.output, as: UTF8.self)
    }

    private mutating func run() {
        while position < bytes.count {
            switch contexts[contexts.count - 1] {
            case .code(let open, let isInterpolation): stepInCode(open: open, isInterpolation: isInterpolation)
            case .string(let hashes, let isMultiline): stepInString(hashes: hashes, isMultiline: isMultiline)
            }
        }
    }

    private mutating func stepInCode(open: Int, isInterpolation: Bool) {
        if startsWith("//") {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank() }
        } else if startsWith("/*") {
            blankBlockComment()
        } else if let (hashes, isMultiline) = stringOpening() {
            contexts.append(.string(hashes: hashes, isMultiline: isMultiline))
            blank(hashes + (isMultiline ? 3 : 1))
        } else {
            let byte = bytes[position]
            if isInterpolation, byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") {
                countParenthesis(byte, open: open)
            }
            keep()
        }
    }

    private mutating func countParenthesis(_ byte: UInt8, open: Int) {
        let remaining = byte == UInt8(ascii: "(") ? open + 1 : open - 1
        if remaining == 0 {
            contexts.removeLast()
        } else {
            contexts[contexts.count - 1] = .code(openParentheses: remaining, isInterpolation: true)
        }
    }

    private mutating func stepInString(hashes: Int, isMultiline: Bool) {
        let pounds = String(repeating: "#", count: hashes)
        let quote = isMultiline ? "\"\"\"" : "\""
        if startsWith("\\" + pounds + "(") {
            blank(1 + hashes)
            keep()
            contexts.append(.code(openParentheses: 1, isInterpolation: true))
        } else if hashes == 0, startsWith("\\") {
            blank(2)
        } else if startsWith(quote + pounds) {
            blank(quote.count + hashes)
            contexts.removeLast()
        } else if !isMultiline, bytes[position] == UInt8(ascii: "\n") {
            // Not valid Swift; the string ends with its line so that the rest of the file is still read.
            keep()
            contexts.removeLast()
        } else {
            blank()
        }
    }

    private func stringOpening() -> (hashes: Int, isMultiline: Bool)? {
        var index = position
        while index < bytes.count, bytes[index] == UInt8(ascii: "#") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        let isMultiline =
            index + 2 < bytes.count && bytes[index + 1] == UInt8(ascii: "\"") && bytes[index + 2] == UInt8(ascii: "\"")
        return (index - position, isMultiline)
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if startsWith("/*") {
                depth += 1
                blank(2)
            } else if startsWith("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < bytes.count
    }

    private func startsWith(_ text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func keep() {
        output.append(bytes[position])
        position += 1
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            output.append(bytes[position] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
            position += 1
        }
    }
}
