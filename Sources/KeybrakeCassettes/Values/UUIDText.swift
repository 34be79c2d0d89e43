/// A UUID found in a text: its 128 bits, and how it was written.
///
/// Written with hyphens any version counts. Without them only the random versions 4 and 7 do, so that digests of 32
/// hexadecimal digits are rarely taken for UUIDs.
struct UUIDText: Sendable, Hashable {
    /// The 128 bits.
    struct Value: Sendable, Hashable {
        var high: UInt64
        var low: UInt64
    }

    let value: Value
    let hasHyphens: Bool
    let isUpperCase: Bool

    init(_ value: Value, hasHyphens: Bool = true, isUpperCase: Bool = false) {
        self.value = value
        self.hasHyphens = hasHyphens
        self.isUpperCase = isUpperCase
    }

    /// The UUID that is the whole text, or `nil`.
    init?(wholeOf text: String) {
        var text = text
        let found = text.withUTF8 { utf8 in Self.first(in: utf8, from: 0).map { ($0, $1.count == utf8.count) } }
        guard let found, found.1 else { return nil }
        self = found.0
    }

    /// How many bytes the text has: 36 with hyphens, 32 without.
    var length: Int { hasHyphens ? 36 : 32 }

    /// The text as it was written.
    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text as it was written.
    func append(to bytes: inout [UInt8]) {
        for digit in 0..<32 {
            if hasHyphens, digit == 8 || digit == 12 || digit == 16 || digit == 20 { bytes.append(UInt8(ascii: "-")) }
            let half = digit < 16 ? value.high : value.low
            let nibble = UInt8(truncatingIfNeeded: half >> UInt64((15 - digit % 16) * 4)) & 15
            bytes.append(nibble < 10 ? 0x30 + nibble : (isUpperCase ? 0x41 : 0x61) + nibble - 10)
        }
    }
}

extension UUIDText {
    /// The first UUID at or after `start`, with the bytes that it takes.
    static func first(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (uuid: UUIDText, range: Range<Int>)? {
        var at = start
        while at + 32 <= bytes.count {
            guard isHexDigit(bytes[at]) else {
                at += 1
                continue
            }
            // A UUID inside a longer run of digits is part of something else.
            if at == 0 || !isHexDigit(bytes[at - 1]), let found = parse(bytes, at: at) { return found }
            while at < bytes.count, isHexDigit(bytes[at]) { at += 1 }
        }
        return nil
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> (uuid: UUIDText, range: Range<Int>)? {
        let hasHyphens = start + 8 < bytes.count && bytes[start + 8] == UInt8(ascii: "-")
        var halves = (high: UInt64(0), low: UInt64(0))
        var isUpperCase = false
        var at = start
        for digit in 0..<32 {
            if hasHyphens, digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                guard at < bytes.count, bytes[at] == UInt8(ascii: "-") else { return nil }
                at += 1
            }
            guard at < bytes.count, let nibble = hexadecimalDigit(bytes[at]) else { return nil }
            if (0x41...0x46).contains(bytes[at]) { isUpperCase = true }
            if digit < 16 {
                halves.high = halves.high << 4 | UInt64(nibble)
            } else {
                halves.low = halves.low << 4 | UInt64(nibble)
            }
            at += 1
        }
        guard at == bytes.count || !isHexDigit(bytes[at]) else { return nil }
        let value = Value(high: halves.high, low: halves.low)
        guard hasHyphens || value.isRandomVersion else { return nil }
        return (UUIDText(value, hasHyphens: hasHyphens, isUpperCase: isUpperCase), start..<at)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { hexadecimalDigit(byte) != nil }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        case 0x41...0x46: byte - 0x41 + 10
        default: nil
        }
    }
}

extension UUIDText.Value {
    /// Whether the version is 4 or 7 and the variant is the usual one.
    fileprivate var isRandomVersion: Bool {
        let version = high >> 12 & 15
        return (version == 4 || version == 7) && low >> 62 == 2
    }

    /// The stand-in with that number: `00000000-0000-4000-8000-` and twelve decimal digits.
    init(standIn number: Int) {
        var digits: UInt64 = 0
        var rest = UInt64(number)
        for place in 0..<12 {
            digits |= (rest % 10) << UInt64(place * 4)
            rest /= 10
        }
        self.init(high: 0x0000_0000_0000_4000, low: 0x8000_0000_0000_0000 | digits)
    }

    /// The number of a stand-in; `nil` for any other UUID.
    var standInNumber: Int? {
        guard high == 0x4000, low >> 48 == 0x8000 else { return nil }
        var number = 0
        for place in (0..<12).reversed() {
            let digit = Int(low >> UInt64(place * 4) & 15)
            guard digit < 10 else { return nil }
            number = number * 10 + digit
        }
        return number > 0 ? number : nil
    }
}
