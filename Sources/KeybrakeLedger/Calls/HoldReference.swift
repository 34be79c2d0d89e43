package import KeybrakeStripe

/// The hold that stands behind a call. Amounts are what is held now.
package struct HoldReference: Sendable, Equatable {
    package let id: String
    package let money: Money
    package let usdCents: Int64
}
