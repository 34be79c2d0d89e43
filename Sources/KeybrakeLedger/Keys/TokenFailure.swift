/// Why a text is no vault key. Never carries the text itself, which may be a secret.
package enum TokenFailure: Error, Sendable, Equatable {
    /// The kinds of credential that Stripe hands out, by their prefix.
    package enum StripeKeyKind: String, Sendable, CaseIterable {
        case secret = "sk"
        case restricted = "rk"
        case publishable = "pk"
        case ephemeral = "ek"
        case webhookSecret = "whsec"
    }

    /// There was no text.
    case missing
    /// A credential of Stripe's own, which must never be sent to the proxy.
    case rawStripeKey(kind: StripeKeyKind, isLive: Bool)
    /// Neither a vault key nor a credential of Stripe's.
    case notAVaultKey
    /// It begins as a vault key does, but its form or its checksum is wrong.
    case mistyped
    /// The key is well formed, but what follows it is no list of `~name=value`, or too long a one.
    case malformedSuffix
}
