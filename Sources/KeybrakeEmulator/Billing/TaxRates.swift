internal import KeybrakeStripe

/// Tax rates, which invoices, subscriptions, their items and Checkout apply by hand.
///
///     create ─→ active ⇄ not active (what has it keeps it; nothing new can have it)
enum TaxRates {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/tax_rates", create),
        ("POST /v1/tax_rates/{tax_rate}", update),
    ]

    /// How many rates one line or invoice may have.
    static let countMax = 5

    private static let plan = SynthesisPlan(named: "POST /v1/tax_rates")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.taxRate, id: try make(call.form, &account, call.cause))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know tax rates.") }
        let stored = try account.find(.taxRate, call.pathValue(), param: "tax_rate", status: 404)
        let rate = try FormMerge.merged(call.form, into: stored.tree, plan, &account, now: call.now)
        account.update(.taxRate, rate, event: "tax_rate.updated", call.cause)
        return .stored(.taxRate, id: stored.id)
    }

    /// Makes a rate from the parameters of a create call, or of `tax_rate_data`.
    ///
    /// - Returns: its id.
    static func make(_ form: FormMap, param: String? = nil, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        guard let plan else { throw .invalid("The emulator does not know tax rates.") }
        guard let percentage = Percentage(try form.required("percentage")), percentage.millionths <= Percentage.whole
        else {
            throw .invalid(
                "Invalid percentage: it must be between 0 and 100 with at most four decimal places.",
                param: param.map { "\($0)[percentage]" } ?? "percentage")
        }
        var rate = try FormMerge.merged(form, into: nil, plan, &account, now: cause.now)
        rate.set("active", form.flag("active") ?? true)
        rate["effective_percentage"] = percentage.json
        rate["percentage"] = percentage.json
        rate.set("rate_type", "percentage")
        return account.create(.taxRate, rate, event: "tax_rate.created", cause).id
    }

    /// The rates that a parameter names.
    static func resolve(_ value: FormValue?, param: String, _ account: Account) throws(StripeError) -> [JSONObject] {
        guard let value, value.text != "" else { return [] }
        var rates: [JSONObject] = []
        for (index, element) in (value.list ?? [value]).enumerated() {
            let rate = try account.find(.taxRate, element.text ?? "", param: "\(param)[\(index)]").tree
            guard rate.flag("active") else {
                throw .invalid("Tax rate \(rate.text("id") ?? "") is not active.", param: "\(param)[\(index)]")
            }
            rates.append(rate)
        }
        guard rates.count <= countMax else {
            throw .invalid("You may only specify up to \(countMax) tax rates.", param: param)
        }
        return rates
    }
}
