internal import KeybrakeStripe

/// What invoices and subscriptions mean for other accounts. Subscriptions show it, as shares of their invoices; an
/// invoice shows no amounts of that sort, so they are kept beside it until its PaymentIntent is made.
enum BillingTerms {
    private static let kind = ObjectKind("keybrake.invoice_terms")

    /// Refuses terms of an invoice, whose amount is not known yet.
    static func check(invoice form: FormMap, _ account: Account) throws(StripeError) {
        try ConnectTerms(form).check(amount: AmountLimits.callMax, account)
    }

    /// Keeps what the parameters of an invoice say.
    static func keep(_ form: FormMap, invoice id: String, _ account: inout Account, _ cause: Cause) {
        guard form["application_fee_amount"] != nil || form["transfer_data"] != nil else { return }
        let earlier = account.store.object(kind, id: id)?.tree ?? [:]
        var kept: JSONObject = ["id": .string(id), "object": .string(kind.name)]
        ConnectTerms(form, onto: ConnectTerms(earlier)).write(to: &kept)
        account.store.insert(kind, StoredObject(id: id, created: cause.worldNow, bytes: kept.bytes))
    }

    /// Refuses terms of a subscription.
    ///
    /// - Parameter old: the subscription before the call.
    static func check(subscription form: FormMap, of old: JSONObject = [:], _ account: Account) throws(StripeError) {
        let earlier = old["transfer_data"]?["destination"]?.stringValue
        let destination =
            form.map("transfer_data")?.given("destination") ?? (form.text("transfer_data") == "" ? nil : earlier)
        if let text = form.given("application_fee_percent") {
            guard Percentage(text).map({ (0...Percentage.whole).contains($0.millionths) }) == true else {
                throw .invalid(
                    "application_fee_percent must be between 0 and 100.", param: "application_fee_percent")
            }
            guard !account.isPlatform || destination != nil else {
                throw .invalid(
                    "Can only apply an application_fee_percent when the request is made on behalf of another account "
                        + "(using an OAuth key or the Stripe-Account header) or with `transfer_data[destination]`.",
                    param: "application_fee_percent")
            }
        }
        if let text = form.map("transfer_data")?.given("amount_percent") {
            guard Percentage(text).map({ (0...Percentage.whole).contains($0.millionths) }) == true else {
                throw .invalid("amount_percent must be between 0 and 100.", param: "transfer_data[amount_percent]")
            }
        }
        var terms = ConnectTerms(JSONObject())
        terms.destination = destination
        terms.onBehalfOf = form.given("on_behalf_of")
        try terms.check(amount: AmountLimits.callMax, account)
    }

    /// Adds to the parameters of a PaymentIntent what its invoice says.
    static func write(to form: inout FormMap, of invoice: JSONObject, _ account: Account) {
        let amount = form.integer("amount") ?? 0
        var terms = ConnectTerms(account.store.object(kind, id: invoice.text("id") ?? "")?.tree ?? [:])
        terms.onBehalfOf = invoice.text("on_behalf_of")
        if let subscription = Invoices.subscription(of: invoice).flatMap({
            account.store.object(.subscription, id: $0)?.tree
        }) {
            add(subscription, to: &terms, amount: amount)
        }
        if let fee = terms.applicationFee { form["application_fee_amount"] = .text(String(min(fee, amount))) }
        if let account = terms.onBehalfOf { form["on_behalf_of"] = .text(account) }
        guard let destination = terms.destination else { return }
        var data: FormMap = ["destination": .text(destination)]
        if let part = terms.transferAmount { data["amount"] = .text(String(min(part, amount))) }
        form["transfer_data"] = .map(data)
    }

    private static func add(_ subscription: JSONObject, to terms: inout ConnectTerms, amount: Int64) {
        if terms.applicationFee == nil {
            terms.applicationFee = share(of: amount, subscription["application_fee_percent"])
        }
        if terms.destination == nil {
            terms.destination = subscription["transfer_data"]?["destination"]?.stringValue
            terms.transferAmount = share(of: amount, subscription["transfer_data"]?["amount_percent"])
        }
        // Of a part that goes on no fee is taken.
        if terms.transferAmount != nil { terms.applicationFee = nil }
        if terms.onBehalfOf == nil { terms.onBehalfOf = subscription.text("on_behalf_of") }
    }

    private static func share(of amount: Int64, _ percent: JSONValue?) -> Int64? {
        percent.flatMap { Percentage($0) }.map { $0.of(amount) }
    }
}
