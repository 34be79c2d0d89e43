internal import CLibCrypto

/// A SHA-256 computation over bytes that arrive piece by piece.
package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, FetchedDigest.sha256.digest, nil) == 1 else {
            preconditionFailure("libcrypto cannot compute SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to what is hashed.
    package mutating func update(_ input: some Collection<UInt8>) {
        let done: Void? = input.withContiguousStorageIfAvailable { update(buffer: UnsafeRawBufferPointer($0)) }
        if done == nil { Array(input).withUnsafeBytes { update(buffer: $0) } }
    }

    /// Adds bytes to what is hashed.
    package mutating func update(buffer: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1, "SHA-256 update failed")
    }

    /// The digest of everything added so far. The hasher is spent afterwards.
    package consuming func finish() -> SHA256Digest {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "SHA-256 final failed")
        return SHA256Digest(bytes: digest)
    }
}

/// SHA-256 as libcrypto's provider implements it, looked up once: looking it up for each hash costs more than the hash.
private struct FetchedDigest: @unchecked Sendable {
    // SAFETY: the digest is made once, never freed, and libcrypto only reads it.
    let digest: OpaquePointer?

    static let sha256 = FetchedDigest(digest: EVP_MD_fetch(nil, "SHA256", nil))
}
