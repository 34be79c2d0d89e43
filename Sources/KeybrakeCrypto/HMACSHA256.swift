internal import CLibCrypto

/// Keyed hashes (RFC 2104 over SHA-256).
package enum HMACSHA256 {
    /// The 32-byte code of a message under a key.
    package static func code(_ message: some Collection<UInt8>, key: [UInt8]) -> [UInt8] {
        Key(key).code(message)
    }

    /// The 32-byte code of a text's UTF-8 bytes under a key.
    package static func code(_ message: String, key: [UInt8]) -> [UInt8] {
        code(Array(message.utf8), key: key)
    }

    /// A key that many messages are coded with. Its preparation, which costs more than a short message's code, is done
    /// once.
    package final class Key: @unchecked Sendable {
        // SAFETY: the context is prepared before anybody sees the key, and afterwards only copied from, which
        // libcrypto allows from any thread.
        private let prepared: OpaquePointer

        package init(_ key: [UInt8]) {
            guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(algorithm) else {
                preconditionFailure("libcrypto has no HMAC")
            }
            EVP_MAC_free(algorithm)
            // HMAC fills every key up with zeros, so one zero is the same key as none, which libcrypto would refuse.
            let padded = key.isEmpty ? [0] : key
            var name = Array("SHA256".utf8CString)
            let isReady = name.withUnsafeMutableBufferPointer { name in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_init(context, padded, padded.count, parameters) == 1
            }
            precondition(isReady, "libcrypto cannot compute HMAC-SHA-256")
            prepared = context
        }

        deinit { EVP_MAC_CTX_free(prepared) }

        /// The 32-byte code of a message.
        package func code(_ message: some Collection<UInt8>) -> [UInt8] {
            guard let context = EVP_MAC_CTX_dup(prepared) else { preconditionFailure("out of memory") }
            defer { EVP_MAC_CTX_free(context) }
            var code = [UInt8](repeating: 0, count: 32)
            var length = 0
            let message = Array(message)
            let done =
                EVP_MAC_update(context, message, message.count) == 1 && EVP_MAC_final(context, &code, &length, 32) == 1
            precondition(done && length == 32, "libcrypto cannot compute HMAC-SHA-256")
            return code
        }

        /// The 32-byte code of a text's UTF-8 bytes.
        package func code(_ message: String) -> [UInt8] {
            code(message.utf8)
        }
    }
}
