internal import CLibCrypto

/// Comparison that takes the same time wherever the first difference is.
package enum ConstantTime {
    /// Whether both are the same bytes. Only the lengths can be learned from the time it takes.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
