/// Base64 with padding, as RFC 4648 has it.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The text of the bytes.
    package static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let rest = bytes.count - at
            let group =
                UInt32(bytes[at]) << 16 | UInt32(rest > 1 ? bytes[at + 1] : 0) << 8
                | UInt32(rest > 2 ? bytes[at + 2] : 0)
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            text.append(rest > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            text.append(rest > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            at += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of the text, line breaks in it ignored; `nil` when it is not base64.
    package static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var digits = 0
        var padding = 0
        for character in text.utf8 {
            if character == 0x0A || character == 0x0D || character == 0x20 { continue }
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: character) else { return nil }
            group = group << 6 | value
            digits += 1
            if digits % 4 == 0 {
                bytes.append(contentsOf: [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)])
            }
        }
        guard padding <= 2, padding == 0 || (digits + padding) % 4 == 0 else { return nil }
        switch digits % 4 {
        case 0: break
        case 2: bytes.append(UInt8(group >> 4 & 255))
        case 3: bytes.append(contentsOf: [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)])
        default: return nil
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5A: UInt32(character) - 0x41
        case 0x61...0x7A: UInt32(character) - 0x61 + 26
        case 0x30...0x39: UInt32(character) - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
