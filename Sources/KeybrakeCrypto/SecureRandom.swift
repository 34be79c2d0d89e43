internal import CLibCrypto

/// Randomness fit for secrets.
package enum SecureRandom {
    /// That many bytes from libcrypto's generator. Traps when the system has no entropy: no secret beats a weak one.
    package static func bytes(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "no randomness available")
        return bytes
    }

    /// That many characters, each drawn evenly from 0-9, A-Z and a-z.
    package static func base62(count: Int) -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(count)
        while text.count < count {
            // 248 is the largest multiple of 62 in a byte; larger bytes would favour the first letters.
            for byte in bytes(count: count) where byte < 248 && text.count < count {
                text.append(alphabet[Int(byte) % 62])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
