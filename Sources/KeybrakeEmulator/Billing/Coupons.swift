internal import KeybrakeStripe

/// Coupons: what discounts take off, and how often.
///
///     create ─→ valid ─┬─ redeemed as often as allowed ─→ not valid
///                      ├─ `redeem_by` is over ─→ not valid
///                      └─ delete ─→ gone; the discounts that it gave stay
enum Coupons {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/coupons", create),
        ("POST /v1/coupons/{coupon}", update),
        ("DELETE /v1/coupons/{coupon}", delete),
    ]

    /// What a deleted coupon said: discounts that it gave still go by it.
    private static let keptTerms = ObjectKind("keybrake.coupon_terms")
    static let monthsMax: Int64 = 1_200

    private static let plan = SynthesisPlan(named: "POST /v1/coupons")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know coupons.") }
        let form = call.form
        if let id = form.given("id"), account.store.object(.coupon, id: id)?.isDeleted == false {
            throw .coded("resource_already_exists", "Coupon already exists.", param: "id")
        }
        let percent = try percentOff(form)
        try checkAmount(form, percent: percent)
        let duration = try checkDuration(form)
        try checkLimits(form, account, now: call.now)
        var coupon = try FormMerge.merged(form, into: nil, plan, &account, now: call.now)
        let id = form.given("id") ?? account.ids.letters(8)
        coupon.set("id", id)
        coupon.set("currency", form.given("currency")?.lowercased())
        coupon.set("duration", duration)
        coupon["percent_off"] = percent?.json ?? .null
        coupon.set("times_redeemed", 0)
        coupon.set("valid", true)
        account.create(.coupon, coupon, event: "coupon.created", call.cause)
        if let end = form.integer("redeem_by") { account.agenda.addToWorld(.couponLapses(id: id), at: end) }
        return .stored(.coupon, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know coupons.") }
        let stored = try account.find(.coupon, call.pathValue(), param: "coupon", status: 404)
        let coupon = try FormMerge.merged(call.form, into: stored.tree, plan, &account, now: call.now)
        account.update(.coupon, coupon, event: "coupon.updated", call.cause)
        return .stored(.coupon, id: stored.id)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let coupon = try account.find(.coupon, call.pathValue(), param: "coupon", status: 404)
        var terms = coupon.tree
        terms.set("object", keptTerms.name)
        account.create(keptTerms, terms, call.cause)
        return .object(account.delete(.coupon, id: coupon.id, event: "coupon.deleted", call.cause))
    }

    /// The time to redeem it is over.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.coupon, id: id), !stored.isDeleted else { return }
        var coupon = stored.tree
        guard let end = coupon["redeem_by"]?.integerValue, end <= cause.now, coupon.flag("valid") else { return }
        coupon.set("valid", false)
        account.update(.coupon, coupon, event: "coupon.updated", cause)
        PromotionCodes.followCoupon(id, &account, cause)
    }

    // MARK: What discounts ask

    /// The coupon as it stands, or as it last was.
    static func terms(_ id: String, _ account: Account) -> JSONObject? {
        if let coupon = account.store.object(.coupon, id: id), !coupon.isDeleted { return coupon.tree }
        return account.store.object(keptTerms, id: id)?.tree
    }

    /// What it takes off in a currency; `nil` when it says nothing about that currency.
    static func amountOff(_ coupon: JSONObject, currency: String) -> Int64? {
        if coupon.text("currency") == currency { return coupon["amount_off"]?.integerValue }
        return coupon["currency_options"]?[currency]?["amount_off"]?.integerValue
    }

    /// Refuses a coupon that cannot be redeemed any more.
    static func redeemable(_ id: String, param: String, _ account: Account) throws(StripeError) -> JSONObject {
        let coupon = try account.find(.coupon, id, param: param).tree
        guard coupon.flag("valid") else { throw .coded("coupon_expired", "Coupon expired: \(id)", param: param) }
        return coupon
    }

    /// Counts one redemption.
    static func redeem(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.coupon, id: id), !stored.isDeleted else { return }
        var coupon = stored.tree
        let times = coupon.integer("times_redeemed") + 1
        coupon.set("times_redeemed", times)
        if let most = coupon["max_redemptions"]?.integerValue, times >= most { coupon.set("valid", false) }
        account.update(.coupon, coupon, event: "coupon.updated", cause)
        if !coupon.flag("valid") { PromotionCodes.followCoupon(id, &account, cause) }
    }

    // MARK: Checks

    private static func percentOff(_ form: FormMap) throws(StripeError) -> Percentage? {
        guard let text = form.given("percent_off") else { return nil }
        guard let percent = Percentage(text), (1...Percentage.whole).contains(percent.millionths) else {
            throw .invalid("percent_off must be greater than 0 and at most 100.", param: "percent_off")
        }
        return percent
    }

    private static func checkAmount(_ form: FormMap, percent: Percentage?) throws(StripeError) {
        guard let amount = form.integer("amount_off") else {
            guard percent != nil else {
                throw .coded(
                    "parameter_missing", "You must pass either percent_off or amount_off.", param: "percent_off")
            }
            return
        }
        guard percent == nil else {
            throw .invalid(
                "You may only specify one of these parameters: amount_off, percent_off.", param: "amount_off")
        }
        guard amount >= 1 else { throw .integerTooSmall("amount_off", minimum: 1) }
        try AmountLimits.check(amount, param: "amount_off")
        guard form.given("currency") != nil else {
            throw .coded("parameter_missing", "You must pass currency when passing amount_off.", param: "currency")
        }
        for option in form.map("currency_options")?.fields ?? [] {
            let param = "currency_options[\(option.name)][amount_off]"
            try AmountLimits.check(option.value.map?.integer("amount_off"), 1...AmountLimits.callMax, param: param)
        }
    }

    private static func checkDuration(_ form: FormMap) throws(StripeError) -> String {
        let duration = form.given("duration") ?? "once"
        let months = form.integer("duration_in_months")
        guard (duration == "repeating") == (months != nil) else {
            guard months == nil else {
                throw .invalid(
                    "duration_in_months can only be used when duration is set to 'repeating'.",
                    param: "duration_in_months")
            }
            throw .parameterMissing("duration_in_months")
        }
        try AmountLimits.check(months, 1...monthsMax, param: "duration_in_months")
        return duration
    }

    private static func checkLimits(_ form: FormMap, _ account: Account, now: Int64) throws(StripeError) {
        try AmountLimits.check(form.integer("max_redemptions"), 1...1_000_000_000, param: "max_redemptions")
        if let end = form.integer("redeem_by"), end <= now {
            throw .invalid("The redeem_by timestamp must be in the future.", param: "redeem_by")
        }
        for (index, product) in (form.map("applies_to")?["products"]?.list ?? []).enumerated() {
            _ = try account.find("product", product.text ?? "", param: "applies_to[products][\(index)]")
        }
    }
}
