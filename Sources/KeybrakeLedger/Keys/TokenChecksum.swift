/// The checksum at the end of a vault key: CRC-32 (the one of zip and PNG) as six base-62 digits.
///
/// It lets a mistyped or truncated key be told from an unknown one without a look-up. It is no secret.
enum TokenChecksum {
    static let digitCount = 6

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }

    /// CRC-32 of the bytes.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crc, byte in
            table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8)
        }
    }

    /// The six digits of the bytes' CRC-32, the most significant one first.
    static func digits(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var rest = Int(crc32(bytes))
        var digits = [UInt8](repeating: alphabet[0], count: digitCount)
        for index in digits.indices.reversed() {
            digits[index] = alphabet[rest % 62]
            rest /= 62
        }
        return digits
    }
}
