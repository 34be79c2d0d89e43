/// Where the amount of an operation is.
package struct AmountRule: Sendable, Hashable {
    /// How to read the amount that the parameters state.
    package enum Reading: String, Sendable {
        /// The amount that moves.
        case plain
        /// The amount that will have been asked for in all, of which a part may be held already.
        case total
        /// Signed; a negative amount is the customer's gain, a positive one the customer's debt.
        case negative
    }

    /// Who knows the amount when no parameter states it.
    package enum Source: String, Sendable {
        /// Nobody: either no money moves, or Stripe refuses the request.
        case nobody
        /// The object that the path or a parameter names.
        case object
        /// The price of what is ordered, times a quantity.
        case price
        /// An invoice preview with the same parameters.
        case preview
        /// Stripe's own list of fees.
        case tariff
        /// The limits that the request sets on later spending.
        case limit
        /// No one in advance: the quantity has no bound.
        case unbounded
        /// Not modelled.
        case unknown
    }

    /// A parameter by its bracket path: `amount[monetary][value]` is `["amount", "monetary", "value"]`.
    package typealias Path = [String]

    /// Sums of parameters. Each sum of which a member is given states the amount; of several the largest counts.
    /// Empty when the request never states it.
    package internal(set) var sums: [[Path]]
    /// The parameter with the currency; `nil`, or the parameter missing, means the currency of the object.
    package internal(set) var currency: Path?
    /// What the stated number means.
    package internal(set) var reading: Reading
    /// Who knows the amount when the request does not state it.
    package internal(set) var otherwise: Source
    /// Parameters beside which the stated amount is not the whole of it, such as a price or a quantity. A request that
    /// gives one of them is to be treated as if it stated no amount.
    package internal(set) var unless: [Path]

    /// No parameter states an amount and none is needed.
    package static let none = AmountRule(sums: [], currency: nil, reading: .plain, otherwise: .nobody, unless: [])
}
