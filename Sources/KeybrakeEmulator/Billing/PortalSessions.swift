internal import KeybrakeStripe

/// The customer portal: configurations say what customers may do, sessions are the address where one of them does it.
///
///     configuration: create ─→ active ⇄ inactive          session: create ─→ its page
enum PortalSessions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/billing_portal/configurations", createConfiguration),
        ("POST /v1/billing_portal/configurations/{configuration}", updateConfiguration),
        ("POST /v1/billing_portal/sessions", create),
    ]

    static let kind: ObjectKind = "billing_portal.session"
    static let configuration: ObjectKind = "billing_portal.configuration"

    private static let plan = SynthesisPlan(named: "POST /v1/billing_portal/configurations")
    private static let sessionPlan = SynthesisPlan(named: "POST /v1/billing_portal/sessions")

    static func createConfiguration(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(configuration, id: try make(call.form, isDefault: false, &account, call.cause))
    }

    static func updateConfiguration(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know the customer portal.") }
        let stored = try account.find(configuration, call.pathValue(), param: "configuration", status: 404)
        if stored.tree.flag("is_default"), call.form.flag("active") == false {
            throw .invalid("You cannot deactivate the default configuration.", param: "active")
        }
        try checkURL(call.form, "default_return_url")
        var object = try FormMerge.merged(call.form, into: stored.tree, plan, &account, now: call.now)
        object.set("updated", call.now)
        account.update(configuration, object, event: "billing_portal.configuration.updated", call.cause)
        return .stored(configuration, id: stored.id)
    }

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let sessionPlan else { throw .invalid("The emulator does not know the customer portal.") }
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer").id
        try checkURL(form, "return_url")
        let setting = try setting(form, &account, call.cause)
        guard setting.tree.flag("active") else {
            throw .invalid("The configuration \(setting.id) is not active.", param: "configuration")
        }
        try checkFlow(form, customer: customer, account)
        var session = try FormMerge.merged(
            form, into: nil, sessionPlan, skipping: ["configuration", "flow_data"], &account, now: call.now)
        let id = session.text("id") ?? ""
        session.set("configuration", setting.id)
        session.set("return_url", form.given("return_url") ?? setting.text("default_return_url"))
        session["flow"] = flow(form)
        session.set("url", account.pages.portal(id))
        account.create(kind, session, event: "billing_portal.session.created", call.cause)
        return .stored(kind, id: id)
    }

    /// The configuration that a session names, or the default one, which begins when it is first used.
    private static func setting(_ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> StoredObject
    {
        if let id = form.given("configuration") {
            return try account.find(configuration, id, param: "configuration")
        }
        let all = account.store.collection(configuration)?.objects ?? []
        if let own = all.first(where: { $0.tree.flag("is_default") }) { return own }
        let features: FormMap = [
            "customer_update": .map(["allowed_updates": .list(["email", "address"]), "enabled": "true"]),
            "invoice_history": .map(["enabled": "true"]), "payment_method_update": .map(["enabled": "true"]),
            "subscription_cancel": .map(["enabled": "true", "mode": "at_period_end"]),
        ]
        let id = try make(["features": .map(features)], isDefault: true, &account, cause)
        return try account.find(configuration, id, param: "configuration")
    }

    private static func make(_ form: FormMap, isDefault: Bool, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        guard let plan else { throw .invalid("The emulator does not know the customer portal.") }
        try checkURL(form, "default_return_url")
        var object = try FormMerge.merged(form, into: nil, plan, &account, now: cause.now)
        object.set("active", true)
        object.set("is_default", isDefault)
        object.set("updated", cause.now)
        if var features = object.object("features"), var cancel = features.object("subscription_cancel") {
            if cancel.text("mode") ?? "" == "" || form.map("features")?.map("subscription_cancel")?.given("mode") == nil
            {
                cancel.set("mode", "at_period_end")
            }
            features.set("subscription_cancel", cancel)
            object.set("features", features)
        }
        return account.create(configuration, object, event: "billing_portal.configuration.created", cause).id
    }

    private static func checkURL(_ form: FormMap, _ name: String) throws(StripeError) {
        guard let url = form.given(name), URLText.origin(url) == nil else { return }
        throw .coded("url_invalid", "Not a valid URL. URLs must begin with http:// or https://.", param: name)
    }

    /// A flow about a subscription names one of the customer's.
    private static func checkFlow(_ form: FormMap, customer: String, _ account: Account) throws(StripeError) {
        guard let data = form.map("flow_data"), let type = data.given("type"), type.hasPrefix("subscription_") else {
            return
        }
        let param = "flow_data[\(type)]"
        guard let id = data.map(type)?.given("subscription") else { throw .parameterMissing(param) }
        let subscription = try account.find(.subscription, id, param: "\(param)[subscription]")
        guard subscription.text("customer") == customer else {
            throw .missing("subscription", id: id, param: "\(param)[subscription]", status: 400)
        }
    }

    private static func flow(_ form: FormMap) -> JSONValue {
        guard let data = form.map("flow_data"), let type = data.given("type") else { return .null }
        var flow: JSONObject = [
            "after_completion": ["hosted_confirmation": nil, "redirect": nil, "type": "portal_homepage"],
            "subscription_cancel": nil, "subscription_update": nil, "subscription_update_confirm": nil,
            "type": .string(type),
        ]
        if let completion = data.map("after_completion"), let kind = completion.given("type") {
            let url = JSONValue(completion.map("redirect")?.given("return_url"))
            let words = JSONValue(completion.map("hosted_confirmation")?.given("custom_message"))
            flow["after_completion"] = [
                "hosted_confirmation": kind == "hosted_confirmation" ? ["custom_message": words] : nil,
                "redirect": kind == "redirect" ? ["return_url": url] : nil, "type": .string(kind),
            ]
        }
        guard let id = data.map(type)?.given("subscription") else { return .object(flow) }
        switch type {
        case "subscription_cancel": flow[type] = ["retention": nil, "subscription": .string(id)]
        case "subscription_update": flow[type] = ["subscription": .string(id)]
        case "subscription_update_confirm":
            let items = (data.map(type)?["items"]?.list ?? []).compactMap(\.map).map { item -> JSONValue in
                [
                    "id": JSONValue(item.given("id")), "price": JSONValue(item.given("price")),
                    "quantity": JSONValue(item.integer("quantity")),
                ]
            }
            flow[type] = ["discounts": nil, "items": .array(items), "subscription": .string(id)]
        default: break
        }
        return .object(flow)
    }
}
