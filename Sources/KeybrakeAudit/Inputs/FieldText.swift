/// Fields of a CSV record as text and without the blanks around them.
enum FieldText {
    /// The bytes without blanks before and behind.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard bytes.count > 0, bytes[0] == 0x20 || bytes[bytes.count - 1] == 0x20 else { return bytes }
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == 0x20 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The text of a field, doubled quotes made single, with U+FFFD for what is not UTF-8.
    static func text(_ bytes: UnsafeRawBufferPointer, hasDoubledQuotes: Bool) -> String {
        guard hasDoubledQuotes else { return String(decoding: bytes, as: UTF8.self) }
        var single: [UInt8] = []
        single.reserveCapacity(bytes.count)
        var isSecond = false
        for byte in bytes {
            isSecond = byte == 0x22 && !isSecond
            if byte != 0x22 || isSecond { single.append(byte) }
        }
        return String(decoding: single, as: UTF8.self)
    }

    /// Whether the bytes are UTF-8.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
