internal import KeybrakeStripe

/// Shipping rates: what sending things costs, for Checkout and invoices.
///
///     create ─→ active ⇄ not active
enum ShippingRates {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/shipping_rates", create)
    ]

    static let kind = ObjectKind("shipping_rate")
    private static let plan = SynthesisPlan(named: "POST /v1/shipping_rates")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(kind, id: try make(call.form, &account, call.cause))
    }

    /// Makes a rate from the parameters of a create call, or of `shipping_rate_data`.
    ///
    /// - Returns: its id.
    static func make(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError) -> String {
        guard let plan else { throw .invalid("The emulator does not know shipping rates.") }
        guard let fixed = form.map("fixed_amount") else { throw .parameterMissing("fixed_amount") }
        try AmountLimits.check(
            try fixed.requiredInteger("amount"), 0...AmountLimits.callMax, param: "fixed_amount[amount]")
        for option in fixed.map("currency_options")?.fields ?? [] {
            let param = "fixed_amount[currency_options][\(option.name)][amount]"
            try AmountLimits.check(option.value.map?.integer("amount"), 0...AmountLimits.callMax, param: param)
        }
        var rate = try FormMerge.merged(form, into: nil, plan, &account, now: cause.now)
        rate.set("active", true)
        rate.set("type", "fixed_amount")
        if rate.text("tax_behavior") == nil { rate.set("tax_behavior", "unspecified") }
        if var amount = rate.object("fixed_amount") {
            amount.set("currency", amount.text("currency")?.lowercased())
            rate.set("fixed_amount", amount)
        }
        return account.create(kind, rate, cause).id
    }

    /// What a rate costs in a currency; `nil` when it does not say.
    static func amount(_ rate: JSONObject, currency: String) -> Int64? {
        let fixed = rate["fixed_amount"]
        if fixed?["currency"]?.stringValue == currency { return fixed?["amount"]?.integerValue }
        return fixed?["currency_options"]?[currency]?["amount"]?.integerValue
    }
}
