internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOHTTP1

extension Exchange {
    /// Holds the request against the key's policy, as far as the request alone tells.
    func judge() throws(Refusal) {
        guard let policy, let match else { return }
        guard policy.operations.contains(match.operation) else { throw .operationNotAllowed(match.operation.name) }
        for name in ["Stripe-Account", "Stripe-Context"] where request.headers.contains(name: name) {
            throw .parameterNotAllowed("acting on another account (\(name))")
        }
        try judgeVersion()
        namedCustomers = NamedCustomers(match, form: form, json: json)
        customer = namedCustomers.recordable
        switch CustomerScope.judge(match, named: namedCustomers, allowed: policy.customers) {
        case .allowed, .afterRead: break
        case .notAllowed: throw .customerNotAllowed
        case .notTold: throw .customerNotTold
        }
    }

    /// A preview version has parameters that the catalogue does not know, so that its calls cannot be judged.
    private func judgeVersion() throws(Refusal) {
        guard let text = request.headers.first(name: "Stripe-Version") else { return }
        guard APIVersion(text) != nil else { throw .malformed("Stripe-Version is not a version of Stripe's API.") }
        if text.utf8.suffix(8).elementsEqual(".preview".utf8) {
            throw .parameterNotAllowed("a preview version of the API (Stripe-Version)")
        }
    }

    /// Holds an amount against the limit for one call.
    func judgeAmount() throws(Refusal) {
        guard let money = price.money else { return }
        guard let cents = gateway.settings.fx.usdCents(money) else {
            throw .currencyWithoutRate(money.currency.code)
        }
        usdCents = cents
        guard let maximum = policy?.perCallMaxUSDCents, cents > maximum else { return }
        throw .overCallMaximum(asked: USDollars.text(cents), maximum: USDollars.text(maximum))
    }

    /// Whether the customer must be learned from the object before the call may go on.
    var needsCustomerOfObject: Bool {
        guard let policy, let match, match.operation.isWrite else { return false }
        return CustomerScope.judge(match, named: namedCustomers, allowed: policy.customers) == .afterRead
    }
}

/// Writes US cents for people and models.
enum USDollars {
    /// `$12.50`.
    static func text(_ cents: Int64) -> String {
        (cents < 0 ? "-$" : "$") + Money.majorText(minorUnits: abs(cents), digits: 2)
    }
}
