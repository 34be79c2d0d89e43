internal import KeybrakeStripe

/// Plans: the older face of recurring prices. Each recurring price is a plan of the same id, and each plan a price.
///
///     create ─→ active ⇄ not active ─ delete ─→ gone, as a price too; what has it keeps it
enum Plans {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/plans", create),
        ("GET /v1/plans", list),
        ("GET /v1/plans/{plan}", retrieve),
        ("POST /v1/plans/{plan}", update),
        ("DELETE /v1/plans/{plan}", delete),
    ]

    /// What prices do not say: the days of trial.
    private static let kind = ObjectKind("plan")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let id = form.given("id") ?? account.ids.next("plan")
        guard account.store.object(.price, id: id)?.isDeleted != false else {
            throw .coded("resource_already_exists", "Plan already exists.", param: "id")
        }
        try AmountLimits.check(form.integer("trial_period_days"), 0...730, param: "trial_period_days")
        var price: FormMap = ["id": .text(id)]
        for (name, source) in [
            ("unit_amount", "amount"), ("unit_amount_decimal", "amount_decimal"), ("currency", "currency"),
            ("nickname", "nickname"), ("metadata", "metadata"), ("tiers", "tiers"), ("tiers_mode", "tiers_mode"),
            ("transform_quantity", "transform_usage"), ("active", "active"), ("billing_scheme", "billing_scheme"),
        ] { price[name] = form[source] }
        var recurring = FormMap()
        for name in ["interval", "interval_count", "usage_type", "meter"] { recurring[name] = form[name] }
        price["recurring"] = .map(recurring)
        try Prices.check(price, account)
        let product: String
        if let made = form.map("product") {
            product = try Prices.makeProduct(made, &account, call.cause)
        } else {
            product = try account.find(.product, try form.required("product"), param: "product").id
        }
        if let days = form.integer("trial_period_days") { setTrial(days, of: id, &account, call.cause) }
        _ = try Prices.make(price, product: product, &account, call.cause)
        return .object(try find(id, account))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let active = call.form.flag("active")
        let reply = try account.page(
            .price, call, url: "/v1/plans", filters: [("product", call.form.given("product")), ("type", "recurring")]
        ) { active == nil || $0.tree.flag("active") == active }
        guard case .page(var page) = reply else { return reply }
        page.elements = page.elements.map { bytes in
            guard let price = (try? JSONParser.parse(bytes))?.objectValue else { return bytes }
            return plan(of: price, account).bytes
        }
        return .page(page)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try find(call.pathValue(), account))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        let old = try find(id, account)
        let form = call.form
        try AmountLimits.check(form.integer("trial_period_days"), 0...730, param: "trial_period_days")
        if let product = form.given("product") { _ = try account.find(.product, product, param: "product") }
        guard var price = account.store.object(.price, id: id)?.tree else { return .object(old) }
        price.set("metadata", try Metadata.merge(form["metadata"], into: price.object("metadata") ?? [:]))
        if let active = form.flag("active") { price.set("active", active) }
        if let text = form.text("nickname") { price.set("nickname", text.isEmpty ? nil : text) }
        if let product = form.given("product") { price.set("product", product) }
        if let days = form.integer("trial_period_days") { setTrial(days, of: id, &account, call.cause) }
        account.update(.price, price, event: "price.updated", call.cause)
        let plan = try find(id, account)
        account.emit("plan.updated", object: plan.bytes, previous: previous(old, plan), call.cause)
        return .object(plan)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        let plan = try find(id, account)
        account.emit("plan.deleted", object: plan.bytes, call.cause)
        _ = account.delete(.price, id: id, event: "price.deleted", call.cause)
        return .object(["id": .string(id), "object": "plan", "deleted": true])
    }

    /// A recurring price was made: it is a plan from now on.
    static func tell(_ what: String, of price: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard price.object("recurring") != nil else { return }
        account.emit("plan.\(what)", object: plan(of: price, account).bytes, cause)
    }

    private static func find(_ id: String, _ account: Account) throws(StripeError) -> JSONObject {
        guard let price = account.store.object(.price, id: id), !price.isDeleted, price.tree.object("recurring") != nil
        else { throw .missing("plan", id: id, param: "plan") }
        return plan(of: price.tree, account)
    }

    private static func previous(_ old: JSONObject, _ new: JSONObject) -> [UInt8]? {
        let previous = PreviousAttributes.between(old, new)
        return previous.isEmpty ? nil : previous.bytes
    }

    private static func setTrial(_ days: Int64, of id: String, _ account: inout Account, _ cause: Cause) {
        let tree: JSONObject = ["id": .string(id), "object": "plan", "trial_period_days": .integer(days)]
        account.store.insert(kind, StoredObject(id: id, created: cause.now, bytes: tree.bytes))
    }

    /// The plan that a recurring price is.
    private static func plan(of price: JSONObject, _ account: Account) -> JSONObject {
        let recurring = price["recurring"]
        let id = price.text("id") ?? ""
        var plan: JSONObject = [
            "id": .string(id), "object": "plan", "active": price["active"] ?? true,
            "amount": price["unit_amount"] ?? .null, "amount_decimal": price["unit_amount_decimal"] ?? .null,
            "billing_scheme": price["billing_scheme"] ?? "per_unit", "created": price["created"] ?? 0,
            "currency": price["currency"] ?? "", "interval": recurring?["interval"] ?? "month",
            "interval_count": recurring?["interval_count"] ?? 1, "livemode": false,
            "metadata": price["metadata"] ?? [:], "meter": recurring?["meter"] ?? .null,
            "nickname": price["nickname"] ?? .null, "product": price["product"] ?? .null,
            "tiers_mode": price["tiers_mode"] ?? .null, "transform_usage": price["transform_quantity"] ?? .null,
            "trial_period_days": account.store.object(kind, id: id)?.tree["trial_period_days"] ?? .null,
            "usage_type": recurring?["usage_type"] ?? "licensed",
        ]
        if let tiers = price["tiers"] { plan["tiers"] = tiers }
        return plan
    }
}
