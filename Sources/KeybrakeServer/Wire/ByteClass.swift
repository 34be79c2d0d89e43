/// The few sets of bytes that RFC 9110 and RFC 9112 build messages from.
enum ByteClass {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let colon = UInt8(ascii: ":")

    // Bit n of the pair stands for the byte n: letters, digits and !#$%&'*+-.^_`|~.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// Whether the byte may stand in a method or a field name (`tchar`).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return (tokenLow >> UInt64(byte)) & 1 == 1 }
        if byte < 128 { return (tokenHigh >> UInt64(byte - 64)) & 1 == 1 }
        return false
    }

    /// Whether the byte may stand in a field value: visible, space, tab, or above ASCII.
    @inline(__always)
    static func isFieldText(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == tab
    }

    /// Whether all bytes may stand in a field value. Written without an early exit so that it runs in wide steps.
    static func isFieldText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var controls: UInt8 = 0
        for byte in bytes {
            controls |= ((byte < 0x20 && byte != tab) || byte == 0x7F) ? 1 : 0
        }
        return controls == 0
    }

    /// Whether all bytes are ASCII.
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var sum: UInt8 = 0
        for byte in bytes { sum |= byte }
        return sum < 0x80
    }

    /// Whether the byte may stand in a request target: visible ASCII, and no fragment.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }

    /// The value of a hexadecimal digit, or `nil`.
    @inline(__always)
    static func hexadecimalValue(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return Int(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return Int(byte) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return Int(byte) - 0x41 + 10
        default: return nil
        }
    }
}
