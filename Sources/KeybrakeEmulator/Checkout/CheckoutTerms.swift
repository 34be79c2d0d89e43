internal import KeybrakeStripe

/// What a session offers beside its items: discounts, ways of shipping, and the seller's own questions.
enum CheckoutTerms {
    private static let shippingOptionsMax = 5
    private static let customFieldsMax = 3

    static func apply(
        _ form: FormMap, to session: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        try setDiscounts(form["discounts"], in: &session, account)
        try setShipping(form, in: &session, &account, cause)
        try setCustomFields(form["custom_fields"]?.list ?? [], in: &session)
        guard form.map("automatic_tax")?.flag("enabled") == true else { return }
        session["automatic_tax"] = [
            "enabled": true, "liability": ["type": "self"], "provider": "stripe", "status": "requires_location_inputs",
        ]
    }

    /// Checks `discounts` and writes them as a session shows them; they are redeemed when it is paid.
    static func setDiscounts(_ given: FormValue?, in session: inout JSONObject, _ account: Account)
        throws(StripeError)
    {
        let customer = session.text("customer")
        _ = try Discounts.check(given, customer: customer, account)
        let list = given?.list ?? []
        guard list.count <= 1 else {
            throw .invalid("You may only specify up to 1 discount in Checkout Sessions.", param: "discounts")
        }
        let shown = list.map { value -> JSONValue in
            [
                "coupon": JSONValue(value.map?.given("coupon")),
                "promotion_code": JSONValue(value.map?.given("promotion_code")),
            ]
        }
        session["discounts"] = shown.isEmpty ? .null : .array(shown)
    }

    /// Redeems what a paid session took off.
    static func redeemDiscounts(_ session: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let wanted = try? Discounts.check(discounts(session), customer: nil, account) else { return }
        let place = Discounts.Place.checkoutSession(session.text("id") ?? "")
        _ = Discounts.apply(wanted, to: place, customer: session.text("customer"), &account, cause)
    }

    /// A session's discounts as a `discounts` parameter.
    static func discounts(_ session: JSONObject) -> FormValue? {
        guard let shown = session["discounts"]?.arrayValue, !shown.isEmpty else { return nil }
        return .list(
            shown.map { discount in
                var form = FormMap()
                form["coupon"] = discount["coupon"]?.stringValue.map { .text($0) }
                form["promotion_code"] = discount["promotion_code"]?.stringValue.map { .text($0) }
                return .map(form)
            })
    }

    /// `shipping_options`; the first is chosen until the payer chooses another one.
    static func setShipping(
        _ form: FormMap, in session: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let given = form["shipping_options"]?.list ?? []
        guard given.count <= shippingOptionsMax else {
            throw .invalid(
                "You may only specify up to \(shippingOptionsMax) shipping options.", param: "shipping_options")
        }
        var options: [JSONValue] = []
        for (index, value) in given.enumerated() {
            let param = "shipping_options[\(index)]"
            let id: String
            if let data = value.map?.map("shipping_rate_data") {
                let call = try Call.inner("POST /v1/shipping_rates", form: data, cause)
                guard let create = Routes.behaviour(of: call.operation),
                    case .stored(_, let made) = try create(call, &account)
                else { continue }
                id = made
            } else {
                guard let named = value.map?.given("shipping_rate") else {
                    throw .parameterMissing("\(param)[shipping_rate]")
                }
                id = named
            }
            let rate = try account.find("shipping_rate", id, param: "\(param)[shipping_rate]").tree
            let amount = rate["fixed_amount"]?["amount"]?.integerValue ?? 0
            options.append(["shipping_amount": .integer(amount), "shipping_rate": .string(id)])
        }
        session["shipping_options"] = .array(options)
        chooseShipping(options.first, in: &session)
    }

    /// Writes `shipping_cost` for one of the options.
    static func chooseShipping(_ option: JSONValue?, in session: inout JSONObject) {
        guard let option, let amount = option["shipping_amount"]?.integerValue else { return }
        session["shipping_cost"] = [
            "amount_subtotal": .integer(amount), "amount_tax": 0, "amount_total": .integer(amount),
            "shipping_rate": option["shipping_rate"] ?? .null,
        ]
    }

    private static func setCustomFields(_ given: [FormValue], in session: inout JSONObject) throws(StripeError) {
        guard given.count <= customFieldsMax else {
            throw .invalid("You may only specify up to \(customFieldsMax) custom fields.", param: "custom_fields")
        }
        session["custom_fields"] = .array(given.compactMap(\.map).map(customField))
    }

    private static func customField(_ form: FormMap) -> JSONValue {
        let type = form.given("type") ?? "text"
        var details: JSONObject = [
            "default_value": JSONValue(form.map(type)?.given("default_value")), "value": nil,
        ]
        if type == "dropdown" {
            details["options"] = .array(
                (form.map(type)?["options"]?.list ?? []).map { option in
                    ["label": JSONValue(option.map?.given("label")), "value": JSONValue(option.map?.given("value"))]
                })
        } else {
            details["maximum_length"] = JSONValue(form.map(type)?.integer("maximum_length"))
            details["minimum_length"] = JSONValue(form.map(type)?.integer("minimum_length"))
        }
        return [
            "key": JSONValue(form.given("key")),
            "label": ["custom": JSONValue(form.map("label")?.given("custom")), "type": "custom"],
            "optional": .bool(form.flag("optional") ?? false), "type": .string(type), type: .object(details),
        ]
    }
}
