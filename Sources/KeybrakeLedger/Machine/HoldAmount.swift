internal import KeybrakeStripe

/// So much money, held in one window.
struct HoldAmount: Sendable, Equatable {
    let money: Money
    let usdCents: Int64
    /// The window that it counts in, by its beginning in seconds since 1970.
    let windowStartSeconds: Int64
}
