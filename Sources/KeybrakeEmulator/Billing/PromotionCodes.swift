internal import KeybrakeStripe

/// Promotion codes: the words by which customers redeem a coupon.
///
///     create ─→ active ─┬─ update active=false, `expires_at` is over, ─→ not active ─ update active=true ─→ active
///                       └─ redeemed as often as allowed, its coupon is not valid any more
enum PromotionCodes {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/promotion_codes", create),
        ("GET /v1/promotion_codes", list),
        ("POST /v1/promotion_codes/{promotion_code}", update),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/promotion_codes")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know promotion codes.") }
        let form = call.form
        guard let coupon = form.map("promotion")?.given("coupon") else { throw .parameterMissing("promotion[coupon]") }
        let terms = try Coupons.redeemable(coupon, param: "promotion[coupon]", account)
        if let customer = form.given("customer") { _ = try account.find(.customer, customer, param: "customer") }
        let isActive = form.flag("active") ?? true
        if let code = form.given("code") {
            try checkWord(code)
            if isActive { try checkUnique(code, customer: form.given("customer"), except: nil, account) }
        }
        try checkLimits(form, coupon: terms, now: call.now)
        var promotion = try FormMerge.merged(
            form, into: nil, plan, skipping: ["promotion", "restrictions"], &account, now: call.now)
        let id = promotion.text("id") ?? ""
        promotion.set("active", isActive)
        promotion.set("code", form.given("code") ?? account.ids.letters(8).uppercased())
        promotion.set("customer", form.given("customer"))
        promotion["promotion"] = ["coupon": .string(coupon), "type": "coupon"]
        promotion["restrictions"] = restrictions(form.map("restrictions"))
        promotion.set("times_redeemed", 0)
        account.create(.promotionCode, promotion, event: "promotion_code.created", call.cause)
        if let end = form.integer("expires_at") { account.agenda.addToWorld(.promotionCodeLapses(id: id), at: end) }
        return .stored(.promotionCode, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let (active, code, coupon) = (form.flag("active"), form.given("code")?.lowercased(), form.given("coupon"))
        let narrows = active != nil || code != nil || coupon != nil
        return try account.page(
            .promotionCode, call, url: "/v1/promotion_codes", filters: [("customer", form.given("customer"))]
        ) { object in
            guard narrows else { return true }
            let tree = object.tree
            return (active == nil || tree.flag("active") == active)
                && (code == nil || tree.text("code")?.lowercased() == code)
                && (coupon == nil || tree["promotion"]?["coupon"]?.stringValue == coupon)
        }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know promotion codes.") }
        let stored = try account.find(.promotionCode, call.pathValue(), param: "promotion_code", status: 404)
        let old = stored.tree
        if call.form.flag("active") == true, !old.flag("active") {
            try checkUnique(
                old.text("code") ?? "", customer: old.text("customer"), except: stored.id, account)
            guard isAlive(old, account, now: call.now) else {
                throw .invalid(
                    "This promotion code cannot be reactivated: it has expired, was used as often as it may be, or its "
                        + "coupon is no longer valid.", param: "active")
            }
        }
        var promotion = try FormMerge.merged(
            call.form, into: old, plan, skipping: ["restrictions"], &account, now: call.now)
        if let options = call.form.map("restrictions")?.map("currency_options"),
            var own = promotion.object("restrictions")
        {
            own["currency_options"] = currencyOptions(options, into: own.object("currency_options") ?? [:])
            promotion.set("restrictions", own)
        }
        account.update(.promotionCode, promotion, event: "promotion_code.updated", call.cause)
        return .stored(.promotionCode, id: stored.id)
    }

    // MARK: What happens to them

    /// Refuses a code that this customer cannot redeem now.
    ///
    /// - Returns: the coupon behind it.
    static func redeemable(_ id: String, customer: String?, param: String, _ account: Account) throws(StripeError)
        -> String
    {
        let promotion = try account.find(.promotionCode, id, param: param).tree
        guard promotion.flag("active") else {
            let most = promotion["max_redemptions"]?.integerValue
            throw .invalid(
                most.map { promotion.integer("times_redeemed") >= $0 } == true
                    ? "This promotion code cannot be redeemed because it has been used the maximum number of times."
                    : "This promotion code cannot be redeemed because it is inactive.", param: param)
        }
        if let owner = promotion.text("customer"), owner != customer {
            throw .invalid(
                "This promotion code cannot be redeemed because it is restricted to another customer.", param: param)
        }
        if promotion["restrictions"]?["first_time_transaction"] == true, let customer,
            hasTransactions(customer, account)
        {
            throw .invalid(
                "This promotion code cannot be redeemed because the associated customer has prior transactions.",
                param: param)
        }
        return promotion["promotion"]?["coupon"]?.stringValue ?? ""
    }

    /// Counts one redemption.
    static func redeem(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var promotion = account.store.object(.promotionCode, id: id)?.tree else { return }
        let times = promotion.integer("times_redeemed") + 1
        promotion.set("times_redeemed", times)
        if let most = promotion["max_redemptions"]?.integerValue, times >= most { promotion.set("active", false) }
        account.update(.promotionCode, promotion, event: "promotion_code.updated", cause)
    }

    /// Its time is over.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var promotion = account.store.object(.promotionCode, id: id)?.tree, promotion.flag("active") else {
            return
        }
        promotion.set("active", false)
        account.update(.promotionCode, promotion, event: "promotion_code.updated", cause)
    }

    /// A coupon that is not valid any more takes its codes with it.
    static func followCoupon(_ coupon: String, _ account: inout Account, _ cause: Cause) {
        let objects = account.store.collection(.promotionCode)?.objects ?? []
        for object in objects where object.tree["promotion"]?["coupon"]?.stringValue == coupon {
            lapse(object.id, &account, cause)
        }
    }

    private static func isAlive(_ promotion: JSONObject, _ account: Account, now: Int64) -> Bool {
        if let end = promotion["expires_at"]?.integerValue, end <= now { return false }
        if let most = promotion["max_redemptions"]?.integerValue, promotion.integer("times_redeemed") >= most {
            return false
        }
        let coupon = promotion["promotion"]?["coupon"]?.stringValue ?? ""
        return account.store.object(.coupon, id: coupon)?.tree.flag("valid") ?? false
    }

    /// Charges that succeeded, and invoices that went out, count as transactions.
    private static func hasTransactions(_ customer: String, _ account: Account) -> Bool {
        let charges = account.store.collection(.charge)
        if charges?.positions(where: "customer", is: customer)?.contains(where: {
            charges?.objects[Int($0)].text("status") == "succeeded"
        }) == true {
            return true
        }
        let invoices = account.store.collection(.invoice)
        return invoices?.positions(where: "customer", is: customer)?.contains {
            ["open", "paid", "uncollectible"].contains(invoices?.objects[Int($0)].text("status") ?? "")
        } == true
    }

    // MARK: Checks

    private static func checkWord(_ code: String) throws(StripeError) {
        let isPlain = code.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
        guard isPlain else {
            throw .invalid(
                "Promotion codes can only contain letters (a-z, A-Z), digits (0-9) and dashes (-).", param: "code")
        }
    }

    private static func checkUnique(_ code: String, customer: String?, except id: String?, _ account: Account)
        throws(StripeError)
    {
        let word = code.lowercased()
        let isTaken = account.store.collection(.promotionCode)?.objects.contains { object in
            guard object.id != id, !object.isDeleted else { return false }
            let tree = object.tree
            return tree.flag("active") && tree.text("code")?.lowercased() == word && tree.text("customer") == customer
        }
        guard isTaken != true else {
            throw .coded(
                "resource_already_exists", "An active promotion code with `code: \(code)` already exists.",
                param: "code")
        }
    }

    private static func checkLimits(_ form: FormMap, coupon: JSONObject, now: Int64) throws(StripeError) {
        try AmountLimits.check(form.integer("max_redemptions"), 1...1_000_000_000, param: "max_redemptions")
        if let own = form.integer("max_redemptions"), let most = coupon["max_redemptions"]?.integerValue, own > most {
            throw .invalid(
                "The promotion code's max_redemptions cannot be more than its coupon's (\(most)).",
                param: "max_redemptions")
        }
        if let end = form.integer("expires_at") {
            guard end > now else {
                throw .invalid("The expires_at timestamp must be in the future.", param: "expires_at")
            }
            if let last = coupon["redeem_by"]?.integerValue, end > last {
                throw .invalid("expires_at cannot be after the coupon's redeem_by.", param: "expires_at")
            }
        }
        guard let restrictions = form.map("restrictions") else { return }
        try AmountLimits.check(
            restrictions.integer("minimum_amount"), 1...AmountLimits.callMax, param: "restrictions[minimum_amount]")
        let hasAmount = restrictions.integer("minimum_amount") != nil
        let hasCurrency = restrictions.given("minimum_amount_currency") != nil
        guard hasAmount == hasCurrency else {
            throw .parameterMissing("restrictions[minimum_amount\(hasAmount ? "_currency" : "")]")
        }
    }

    private static func restrictions(_ form: FormMap?) -> JSONValue {
        var restrictions: JSONObject = [
            "first_time_transaction": .bool(form?.flag("first_time_transaction") ?? false),
            "minimum_amount": JSONValue(form?.integer("minimum_amount")),
            "minimum_amount_currency": JSONValue(form?.given("minimum_amount_currency")?.lowercased()),
        ]
        if let options = form?.map("currency_options") {
            restrictions["currency_options"] = currencyOptions(options, into: [:])
        }
        return .object(restrictions)
    }

    private static func currencyOptions(_ form: FormMap, into old: JSONObject) -> JSONValue {
        var options = old
        for option in form.fields {
            options[option.name] = ["minimum_amount": JSONValue(option.value.map?.integer("minimum_amount"))]
        }
        return .object(options)
    }
}
