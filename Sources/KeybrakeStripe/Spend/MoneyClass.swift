/// What an operation does with money.
package enum MoneyClass: String, Sendable, CaseIterable {
    /// It changes nothing.
    case read
    /// A customer pays, now or without a further call.
    case charge
    /// An authorised amount is taken.
    case capture
    /// An authorisation grows.
    case authorise
    /// It makes a later payment possible or larger.
    case liability
    /// Money goes back to a customer.
    case refund
    /// A customer gets credit.
    case credit
    /// A claim is given up.
    case writeoff
    /// Money leaves the account for another reason.
    case outflow
    /// Money comes into the account.
    case inflow
    /// A hold or an obligation ends without payment.
    case release
    /// Stripe bills the call itself.
    case fee
    /// It changes what later charges cost.
    case lever
    /// It records a payment made elsewhere.
    case record
    /// It hands out access that works without the proxy, or redirects money.
    case capability
    /// A change without money.
    case plainWrite = "plain_write"
    /// A removal without money.
    case delete
    /// It exists in test mode only.
    case testHelper = "test_helper"
    /// A writing operation of the second API, not classified further.
    case v2
}

extension MoneyClass {
    /// Whether a policy must name the operation itself, because no wildcard may cover it.
    ///
    /// True of capabilities, and of the second API's writing operations, some of which are capabilities too.
    package var mustBeNamed: Bool { self == .capability || self == .v2 }
}
