package import KeybrakeStripe

/// What a request may cost, told before it is sent.
package enum Price: Sendable, Equatable {
    /// No money moves.
    case free
    /// A new hold of this amount. `objectID` names the object when its money was not held before.
    case reserve(Meter, Money, objectID: String?)
    /// The money is held already under this object; with `newTotal` the hold changes to that amount.
    case advance(objectID: String, newTotal: Money?)
    /// The hold of this object ends if the call succeeds.
    case cancel(objectID: String)
    /// The request alone does not tell: the object must be read first.
    case preRead(PreRead)
    /// The amount is not well formed, which Stripe would refuse too.
    case malformed(StripeError)
    /// The operation may move money, but how much cannot be told.
    case notPriceable(reason: String)
}

/// Money that is held for an object already.
package struct HeldMoney: Sendable, Equatable {
    package var money: Money
    /// Whether it is held on the budget of the key that calls now.
    package var isOwn: Bool

    package init(money: Money, isOwn: Bool) {
        self.money = money
        self.isOwn = isOwn
    }
}

/// A read that the proxy makes on its own account before it can judge a request.
package struct PreRead: Sendable, Equatable {
    /// The object to read, such as `ch_…` or `pi_…`.
    package var objectID: String
    /// The path to read it at, without query.
    package var path: String
    /// What the answer's `expand[]` should hold; empty for none.
    package var expand: [String]

    package static func charge(_ id: String) -> PreRead {
        PreRead(objectID: id, path: "/v1/charges/\(id)", expand: [])
    }

    package static func paymentIntent(_ id: String, expand: [String] = []) -> PreRead {
        PreRead(objectID: id, path: "/v1/payment_intents/\(id)", expand: expand)
    }
}
