/// What a key has spent in one window. Amounts are US cents, times seconds since 1970.
package struct KeySpend: Sendable, Equatable {
    package let keyID: String
    package let cap: SpendLimit
    package let settledUSDCents: Int64
    /// Open holds of every state; counts against the cap as settled money does.
    package let heldUSDCents: Int64
    package let windowStartSeconds: Int64
    package let windowEndsAtSeconds: Int64

    /// What may still be spent; `nil` without a cap, never below zero.
    package var leftUSDCents: Int64? { cap.usdCents.map { max(0, $0 - settledUSDCents - heldUSDCents) } }
}
