/// A vault key as the ledger knows it: everything but the secret. Times are microseconds since 1970.
package struct VaultKey: Sendable, Equatable {
    package let id: String
    /// `test` or `live`.
    package let environment: String
    /// HMAC of the token under the instance's own key; see ``VaultKeyToken/code(pepper:)``.
    package var mac: [UInt8]
    package var label: String?
    package var policyHash: String
    /// The conversation that the key is bound to; `nil` for a key that serves any.
    package var conversation: String?
    /// The agent that the key is bound to; `nil` for a key that serves any.
    package var agent: String?
    package let createdAtMicroseconds: Int64
    package var expiresAtMicroseconds: Int64?
    package var pausedAtMicroseconds: Int64?
    package var revokedAtMicroseconds: Int64?
    package var revokeReason: String?
    /// The id of the key that this one was issued to replace.
    package var replaces: String?
    /// Rises by one with every change of the key.
    package var epoch: Int64

    /// Whether a key may be used.
    package enum Standing: Sendable, Equatable {
        case alive
        case expired
        case revoked
        case paused
    }

    /// Whether the key may be used at that time. Of several reasons against it the most final one is told.
    package func standing(atMicroseconds: Int64) -> Standing {
        if revokedAtMicroseconds != nil { return .revoked }
        if let expiry = expiresAtMicroseconds, expiry <= atMicroseconds { return .expired }
        return pausedAtMicroseconds == nil ? .alive : .paused
    }
}
