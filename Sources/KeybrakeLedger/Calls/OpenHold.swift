package import KeybrakeStripe

/// Money that is held for an object of Stripe's.
package struct OpenHold: Sendable, Equatable {
    package let id: String
    /// The key on whose budget the money is held.
    package let keyID: String
    package let requestID: String
    package let operation: String
    package let meter: String
    package let money: Money
    package let usdCents: Int64
    package let state: HoldState
    /// The ids under which the hold is found; `nil` until an answer has named them.
    package let objectID: String?
    package let relatedID: String?
    package let createdAtMicroseconds: Int64
}
