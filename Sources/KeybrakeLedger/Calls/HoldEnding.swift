package import KeybrakeStripe

/// What is known about the money once a call has its answer.
package enum HoldEnding: Sendable, Equatable {
    /// Nothing moved and nothing changed: what the call itself had reserved is given back, an older hold stays.
    case none
    /// The object's money has moved, in all so much; it may be less or more than was held.
    case settled(Money, usdCents: Int64)
    /// The money has not moved yet but can: the hold stays open, tied to the object.
    case authorised
    /// This money will not move through this call. For a cancel: the object's hold is freed. For every other call:
    /// what the call itself had reserved is given back, and a hold that the object had before stays as it was.
    case released
    /// Nobody knows. The money stays held until a retry or an operator finds out.
    case unknown

    /// The word for it in the audit trail.
    package var name: String {
        switch self {
        case .none: "none"
        case .settled: "settled"
        case .authorised: "authorised"
        case .released: "released"
        case .unknown: "unknown"
        }
    }
}
