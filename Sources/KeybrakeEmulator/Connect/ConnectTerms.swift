internal import KeybrakeStripe

/// What a payment means for other accounts: the platform's fee, the account that its money goes on to, and the account
/// on whose behalf it is made.
///
///     on a connected account:   application_fee_amount ─→ a direct charge; the platform gets the fee
///     on the platform:          transfer_data ─→ a destination charge; the destination gets the rest
struct ConnectTerms: Sendable, Equatable {
    var applicationFee: Int64?
    var destination: String?
    /// How much of the payment goes on to the destination; `nil` for all of it.
    var transferAmount: Int64?
    var onBehalfOf: String?

    /// What a charge or a PaymentIntent says.
    init(_ object: JSONObject) {
        applicationFee = object["application_fee_amount"]?.integerValue
        destination = object["transfer_data"]?["destination"]?.stringValue
        transferAmount = object["transfer_data"]?["amount"]?.integerValue
        onBehalfOf = object.text("on_behalf_of")
    }

    /// What the parameters say, on top of what was said before.
    init(_ form: FormMap, onto earlier: ConnectTerms = ConnectTerms(JSONObject())) {
        self = earlier
        for name in ["application_fee", "application_fee_amount"] {
            if let text = form.text(name) { applicationFee = Int64(text) }
        }
        for name in ["destination", "transfer_data"] {
            if let id = form.given(name) { destination = id }
            guard let map = form.map(name) else { continue }
            if let id = map.given("destination") ?? map.given("account") { destination = id }
            if let amount = map.integer("amount") { transferAmount = amount }
        }
        if let text = form.text("on_behalf_of") { onBehalfOf = text.isEmpty ? nil : text }
    }

    /// Refuses terms that a payment of that amount cannot have.
    func check(amount: Int64, _ account: Account) throws(StripeError) {
        try checkFee(amount: amount, account)
        if let destination {
            guard destination != account.id, account.admits(destination) else {
                throw .missing("destination", id: destination, param: "transfer_data[destination]", status: 400)
            }
            try Capabilities.checkTransfers(to: destination, account)
        }
        if let transferAmount {
            guard transferAmount >= 1 else { throw .integerTooSmall("transfer_data[amount]", minimum: 1) }
            guard transferAmount <= amount else {
                throw .coded(
                    "amount_too_large",
                    "The transfer amount (\(transferAmount)) cannot be more than the payment's amount (\(amount)).",
                    param: "transfer_data[amount]")
            }
        }
        if let onBehalfOf, !account.admits(onBehalfOf) {
            throw .missing("account", id: onBehalfOf, param: "on_behalf_of", status: 400)
        }
    }

    private func checkFee(amount: Int64, _ account: Account) throws(StripeError) {
        let param = "application_fee_amount"
        guard let applicationFee else { return }
        guard applicationFee >= 0 else { throw .integerTooSmall(param, minimum: 0) }
        guard !account.isPlatform || destination != nil else {
            throw .invalid(
                "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using "
                    + "an OAuth key or Stripe-Account header) or destination payment (using "
                    + "`transfer_data[destination]`).", param: param)
        }
        guard transferAmount == nil else {
            throw .invalid(
                "You can only set one of application_fee_amount and transfer_data[amount], not both.", param: param)
        }
        guard applicationFee <= amount else {
            throw .coded(
                "amount_too_large",
                "The application fee (\(applicationFee)) cannot be more than the amount of the payment (\(amount)).",
                param: param)
        }
    }

    /// Writes the terms into a charge or a PaymentIntent.
    func write(to object: inout JSONObject) {
        object["application_fee_amount"] = applicationFee.map { .integer($0) } ?? .null
        object.set("on_behalf_of", onBehalfOf)
        guard let destination else { return }
        var data = object.object("transfer_data") ?? JSONObject()
        data.set("destination", destination)
        if let transferAmount { data.set("amount", transferAmount) }
        object.set("transfer_data", data)
    }
}
