/// What a spend cap counts.
package enum Meter: String, Sendable, CaseIterable {
    /// The operation moves no money.
    case none
    case charge
    case refund
    case credit
    case transfer
    case payout
    case fee
    case issuing
    case topup
    case other
}
