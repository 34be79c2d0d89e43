internal import CLibCrypto

/// Keyed hashes (RFC 2104 over SHA-256).
package enum HMACSHA256 {
    /// The 32-byte code of a message under a key.
    package static func code(_ message: some Collection<UInt8>, key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 32
        let message = Array(message)
        let done = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length)
        precondition(done != nil && length == 32, "libcrypto cannot compute HMAC-SHA-256")
        return code
    }

    /// The 32-byte code of a text's UTF-8 bytes under a key.
    package static func code(_ message: String, key: [UInt8]) -> [UInt8] {
        code(Array(message.utf8), key: key)
    }
}
