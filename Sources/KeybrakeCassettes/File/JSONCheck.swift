/// Tells whether bytes are one JSON value, without building it.
///
/// For recorded bodies that go to a client as they stand in the file: a cassette edited by hand may have a comma too
/// many.
struct JSONCheck {
    private static let depthMax = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    /// Whether the bytes are one JSON value with white space around it.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var check = JSONCheck(bytes: bytes)
        return check.value(depth: 0) && check.isAtEnd()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private mutating func isAtEnd() -> Bool {
        skipSpace()
        return at == bytes.count
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth < Self.depthMax else { return false }
        skipSpace()
        guard at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "{"): return items(close: UInt8(ascii: "}"), depth: depth, isObject: true)
        case UInt8(ascii: "["): return items(close: UInt8(ascii: "]"), depth: depth, isObject: false)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func items(close: UInt8, depth: Int, isObject: Bool) -> Bool {
        at += 1
        skipSpace()
        if take(close) { return true }
        while true {
            if isObject {
                skipSpace()
                guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), string() else { return false }
                skipSpace()
                guard take(UInt8(ascii: ":")) else { return false }
            }
            guard value(depth: depth + 1) else { return false }
            skipSpace()
            if take(close) { return true }
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func string() -> Bool {
        at += 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<0x20: return false
            default: at += 1
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard at + 1 < bytes.count else { return false }
        let byte = bytes[at + 1]
        at += 2
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        case UInt8(ascii: "u"):
            guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy(Self.isHexDigit) else { return false }
            at += 4
            return true
        default: return false
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    private mutating func word(_ text: StaticString) -> Bool {
        guard ByteSearch.has(text, at: at, in: bytes) else { return false }
        at += text.utf8CodeUnitCount
        return true
    }

    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            // Nothing but a fraction or an exponent may follow a leading zero.
        } else if digits() == 0 {
            return false
        }
        if take(UInt8(ascii: ".")), digits() == 0 { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            return digits() > 0
        }
        return true
    }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        return at - start
    }
}
