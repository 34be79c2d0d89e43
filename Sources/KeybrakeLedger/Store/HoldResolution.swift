package import KeybrakeStripe

/// An operator's finding about a hold whose outcome was never learned.
package enum HoldResolution: Sendable, Equatable {
    /// The money moved.
    case settled(Money, usdCents: Int64)
    /// The money did not move and will not.
    case released
}
