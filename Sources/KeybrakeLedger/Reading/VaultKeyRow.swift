/// A vault key as it lies in the table, without its secret's digest. Times are microseconds since 1970.
package struct VaultKeyRow: Sendable, Equatable {
    package let id: String
    package let label: String?
    package let policyHash: String
    package let conversation: String?
    package let agent: String?
    package let createdAtMicroseconds: Int64
    package let expiresAtMicroseconds: Int64?
    package let pausedAtMicroseconds: Int64?
    package let revokedAtMicroseconds: Int64?
    package let revokeReason: String?
}

/// A policy as it lies in the table: the hash of its canonical JSON body, and the body.
package struct PolicyRow: Sendable, Equatable {
    package let hash: String
    package let body: String
}
