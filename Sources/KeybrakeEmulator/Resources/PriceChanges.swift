internal import KeybrakeStripe

/// What can be wrong with prices, and what may be changed about them and their products.
extension Prices {
    private static let pricePlan = SynthesisPlan(named: "POST /v1/prices")
    private static let productPlan = SynthesisPlan(named: "POST /v1/products")

    /// Refuses parameters that make no price.
    static func check(_ form: FormMap, _ account: Account) throws(StripeError) {
        try checkAmounts(form)
        try checkTiers(form)
        let recurring = form.map("recurring")
        try AmountLimits.check(
            recurring?.integer("interval_count"), 1...BillingPeriod.countMax, param: "recurring[interval_count]")
        if let divisor = form.map("transform_quantity") {
            try AmountLimits.check(
                divisor.integer("divide_by"), 1...AmountLimits.callMax, param: "transform_quantity[divide_by]")
            guard form["tiers"] == nil else {
                throw .invalid("Transform quantity cannot be combined with tiers.", param: "transform_quantity")
            }
        }
        if recurring?.given("usage_type") == "metered", recurring?.given("meter") == nil {
            throw .invalid("All metered prices must be backed by meters.", param: "recurring[meter]")
        }
        if let meter = recurring?.given("meter") {
            guard recurring?.given("usage_type") == "metered" else {
                throw .invalid("A meter can only be set with `usage_type=metered`.", param: "recurring[meter]")
            }
            let found = try account.find(Meters.kind, meter, param: "recurring[meter]")
            guard found.text("status") == "active" else {
                throw .invalid("The meter \(meter) is not active.", param: "recurring[meter]")
            }
        }
        if let key = form.given("lookup_key"), form.flag("transfer_lookup_key") != true,
            let holder = holder(ofLookupKey: key, account)
        {
            throw .invalid("A price (`\(holder)`) already uses that lookup key.", param: "lookup_key")
        }
    }

    private static func checkAmounts(_ form: FormMap) throws(StripeError) {
        let names = ["unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers"]
        guard names.contains(where: { form[$0] != nil && form[$0]?.text != "" }) else {
            throw .coded(
                "parameter_missing",
                "One of the following params should be provided for this request: unit_amount, unit_amount_decimal, "
                    + "custom_unit_amount.")
        }
        try AmountLimits.check(form.integer("unit_amount"), 0...AmountLimits.callMax, param: "unit_amount")
        if let text = form.given("unit_amount_decimal") { try checkDecimal(text, param: "unit_amount_decimal") }
        for option in form.map("currency_options")?.fields ?? [] {
            let param = "currency_options[\(option.name)][unit_amount]"
            try AmountLimits.check(option.value.map?.integer("unit_amount"), 0...AmountLimits.callMax, param: param)
        }
    }

    private static func checkDecimal(_ text: String, param: String) throws(StripeError) {
        guard let amount = DecimalNumber(text), amount.rounded >= 0, !text.hasPrefix("-"),
            amount.rounded <= AmountLimits.callMax
        else {
            throw .invalid("Invalid decimal: at most 12 places and no minus are allowed.", param: param)
        }
    }

    /// Tiers rise, and the last has no end.
    private static func checkTiers(_ form: FormMap) throws(StripeError) {
        let isTiered = form.given("billing_scheme") == "tiered"
        guard let tiers = form["tiers"]?.list else {
            guard !isTiered else { throw .parameterMissing("tiers") }
            return
        }
        guard form.given("billing_scheme") != "per_unit" else {
            throw .invalid("`tiers` can only be set with `billing_scheme=tiered`.", param: "tiers")
        }
        guard form["unit_amount"] == nil, form["unit_amount_decimal"] == nil else {
            throw .invalid("You may only specify one of these parameters: tiers, unit_amount.", param: "unit_amount")
        }
        guard form.given("tiers_mode") != nil else { throw .parameterMissing("tiers_mode") }
        var below: Int64 = 0
        for (index, value) in tiers.enumerated() {
            let tier = value.map ?? FormMap()
            let param = "tiers[\(index)]"
            for name in ["unit_amount", "flat_amount"] {
                try AmountLimits.check(tier.integer(name), 0...AmountLimits.callMax, param: "\(param)[\(name)]")
                if let text = tier.given("\(name)_decimal") {
                    try checkDecimal(text, param: "\(param)[\(name)_decimal]")
                }
            }
            let isLast = index == tiers.count - 1
            guard let top = tier.integer("up_to"), !isLast || tier.given("up_to") != "inf" else {
                guard isLast else { throw .invalid("Only the last tier can be `inf`.", param: "\(param)[up_to]") }
                return
            }
            guard !isLast, top > below, top <= AmountLimits.callMax else {
                throw .invalid(
                    isLast ? "The last tier must be `inf`." : "Tiers must rise.", param: "\(param)[up_to]")
            }
            below = top
        }
    }

    /// The price that has a lookup key, whether active or not.
    private static func holder(ofLookupKey key: String, _ account: Account) -> String? {
        account.store.collection(.price)?.objects.first { !$0.isDeleted && $0.text("lookup_key") == key }?.id
    }

    /// Takes a lookup key from the price that has it.
    static func takeLookupKey(_ form: FormMap, for id: String, _ account: inout Account, _ cause: Cause) {
        guard let key = form.given("lookup_key"), let holder = holder(ofLookupKey: key, account), holder != id,
            var price = account.store.object(.price, id: holder)?.tree
        else { return }
        price.set("lookup_key", nil as String?)
        account.update(.price, price, event: "price.updated", cause)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let pricePlan else { throw .invalid("The emulator does not know prices.") }
        let stored = try account.target(.price, call)
        let old = stored.tree
        if let behavior = call.form.given("tax_behavior"), let own = old.text("tax_behavior"), own != "unspecified",
            own != behavior
        {
            throw .invalid("You cannot update `tax_behavior` once it is set.", param: "tax_behavior")
        }
        if let key = call.form.given("lookup_key"), call.form.flag("transfer_lookup_key") != true,
            let holder = holder(ofLookupKey: key, account), holder != stored.id
        {
            throw .invalid("A price (`\(holder)`) already uses that lookup key.", param: "lookup_key")
        }
        let price = try FormMerge.merged(call.form, into: old, pricePlan, &account, now: call.now)
        takeLookupKey(call.form, for: stored.id, &account, call.cause)
        account.update(.price, price, event: "price.updated", call.cause)
        Plans.tell("updated", of: price, &account, call.cause)
        return .stored(.price, id: stored.id)
    }

    static func updateProduct(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let productPlan else { throw .invalid("The emulator does not know products.") }
        let stored = try account.target(.product, call)
        if let id = call.form.given("default_price") {
            let price = try account.find(.price, id, param: "default_price")
            guard price.text("product") == stored.id else {
                throw .invalid("The price \(id) does not belong to this product.", param: "default_price")
            }
        }
        var product = try FormMerge.merged(
            call.form, into: stored.tree, productPlan, skipping: ["id"], &account, now: call.now)
        product.set("updated", call.now)
        account.update(.product, product, event: "product.updated", call.cause)
        return .stored(.product, id: stored.id)
    }
}
