internal import CLibCrypto

/// A SHA-256 digest: 32 bytes, computed by the system's libcrypto so that `openssl dgst -sha256` gives the same.
package struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// The digest of the bytes.
    package init(hashing input: some Collection<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(input)
        self = hasher.finish()
    }

    /// The digest of the text's UTF-8 bytes.
    package init(hashing text: String) {
        self.init(hashing: Array(text.utf8))
    }

    init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    package var description: String { Hexadecimal.text(bytes) }
}
