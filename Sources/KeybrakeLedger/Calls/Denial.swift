/// Why the ledger lets a call not go out. Nothing is held for it; its audit rows are written.
package enum Denial: Sendable, Equatable {
    case keyUnknown
    case keyExpired
    case keyRevoked
    case keyPaused
    /// The day's cap has no room for the call.
    case spendCapExceeded(SpendCapFacts)
    /// The idempotency key was used before for a different request.
    case idempotencyMismatch
    /// ``SpendEffect/advance(objectID:)`` without an amount, on an object for which nothing is held.
    case objectHasNoHold
    /// Money is asked for without an amount, with a negative one, or with one beyond all bounds.
    case notPriced

    /// The code in the audit row's `refusal` and in the answer's error body.
    package var code: String {
        switch self {
        case .keyUnknown: "vault_key_unknown"
        case .keyExpired: "vault_key_expired"
        case .keyRevoked: "vault_key_revoked"
        case .keyPaused: "vault_key_paused"
        case .spendCapExceeded: "spend_cap_exceeded"
        case .idempotencyMismatch: "idempotency_mismatch"
        case .objectHasNoHold: "object_not_held"
        case .notPriced: "not_priceable"
        }
    }
}

/// The figures behind a refusal for the cap, for the message to the client. Amounts are US cents.
package struct SpendCapFacts: Sendable, Equatable {
    package let capUSDCents: Int64
    package let settledUSDCents: Int64
    package let heldUSDCents: Int64
    /// What the call asked for on top of what is settled and held.
    package let askedUSDCents: Int64
    /// When the next window begins, in seconds since 1970.
    package let windowEndsAtSeconds: Int64

    /// What may still be spent in this window; never below zero.
    package var leftUSDCents: Int64 { max(0, capUSDCents - settledUSDCents - heldUSDCents) }
}
