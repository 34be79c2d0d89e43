package import KeybrakeStripe

/// So much money, held in one window.
package struct HoldAmount: Sendable, Equatable {
    package let money: Money
    package let usdCents: Int64
    /// The window that it counts in, by its beginning in seconds since 1970.
    package let windowStartSeconds: Int64
}
