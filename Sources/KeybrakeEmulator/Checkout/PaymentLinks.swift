internal import KeybrakeStripe

/// Payment links: an address that opens a new Checkout session for each visitor.
///
///     create ─→ active ⇄ inactive (also when as many sessions were completed as it is restricted to)
enum PaymentLinks {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/payment_links", create),
        ("POST /v1/payment_links/{payment_link}", update),
        ("GET /v1/payment_links/{payment_link}/line_items", lineItems),
    ]

    static let kind: ObjectKind = "payment_link"

    private static let plan = SynthesisPlan(named: "POST /v1/payment_links")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know payment links.") }
        let form = call.form
        guard let given = form["line_items"]?.list, !given.isEmpty else { throw .parameterMissing("line_items") }
        try check(form)
        var link = try FormMerge.merged(
            form, into: nil, plan,
            skipping: ["line_items", "optional_items", "restrictions", "shipping_options", "currency"], &account,
            now: call.now)
        let id = link.text("id") ?? ""
        var record = SaleRecord(owner: id, items: [], form: form)
        try LineItems.add(given, to: &record, mode: nil, call, &account)
        _ = SaleTotals.compute(&record, discounts: [], account)
        let isRecurring = record.items.contains(where: LineItems.isRecurring)
        link.set("active", true)
        if form["after_completion"] == nil {
            link["after_completion"] = ["hosted_confirmation": ["custom_message": nil], "type": "hosted_confirmation"]
        }
        link["currency"] = record.items.first?["currency"] ?? "usd"
        if form.given("customer_creation") == nil {
            link.set("customer_creation", isRecurring ? "always" : "if_required")
        }
        if let limit = form.map("restrictions")?.map("completed_sessions")?.integer("limit") {
            link["restrictions"] = ["completed_sessions": ["count": 0, "limit": .integer(limit)]]
        }
        link.set("url", account.pages.paymentLink(id))
        record.save(&account, call.cause)
        account.create(kind, link, event: "payment_link.created", call.cause)
        return .stored(kind, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know payment links.") }
        let stored = try account.find(kind, call.pathValue(), param: "payment_link", status: 404)
        try check(call.form)
        var link = try FormMerge.merged(
            call.form, into: stored.tree, plan, skipping: ["line_items", "restrictions"], &account, now: call.now)
        if let restrictions = call.form["restrictions"] {
            let limit = restrictions.map?.map("completed_sessions")?.integer("limit")
            let count = link["restrictions"]?["completed_sessions"]?["count"]?.integerValue ?? 0
            link["restrictions"] = limit.map { limit in
                ["completed_sessions": ["count": .integer(count), "limit": .integer(limit)]]
            }
        }
        var record = SaleRecord(of: stored.id, in: account)
        for field in call.form.fields where field.name != "line_items" { record.form[field.name] = field.value }
        for (index, value) in (call.form["line_items"]?.list ?? []).enumerated() {
            let form = value.map ?? FormMap()
            guard let place = record.items.firstIndex(where: { $0.text("id") == form.given("id") }) else {
                throw .missing("line item", id: form.given("id") ?? "", param: "line_items[\(index)][id]", status: 400)
            }
            let quantity = form.integer("quantity") ?? record.items[place].integer("quantity")
            try AmountLimits.check(quantity, 0...999_999_999, param: "line_items[\(index)][quantity]")
            record.items[place] = LineItems.changed(record.items[place], quantity: quantity)
        }
        _ = SaleTotals.compute(&record, discounts: [], account)
        record.save(&account, call.cause)
        account.update(kind, link, event: "payment_link.updated", call.cause)
        return .stored(kind, id: stored.id)
    }

    static func lineItems(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let link = try account.find(kind, call.pathValue(), param: "payment_link", status: 404)
        return try SaleRecord(of: link.id, in: account).page(call)
    }

    /// Opens a session for somebody who followed the link.
    ///
    /// - Parameter query: of the address: `client_reference_id`, `prefilled_email`, `locale`.
    /// - Returns: the session's id.
    static func open(_ link: JSONObject, _ query: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        let id = link.text("id") ?? ""
        let record = SaleRecord(of: id, in: account)
        var form = record.form
        for name in notOfSessions { form[name] = nil }
        let isRecurring = record.items.contains(where: LineItems.isRecurring)
        form["mode"] = isRecurring ? "subscription" : "payment"
        for name in isRecurring ? onlyPayment : ["subscription_data"] { form[name] = nil }
        form["line_items"] = .list(record.items.map { item($0, record) })
        form["client_reference_id"] = query.given("client_reference_id").map { .text($0) }
        form["customer_email"] = query.given("prefilled_email").map { .text($0) }
        form["metadata"] = metadata(link)
        if link["after_completion"]?["type"] == "redirect" {
            form["success_url"] = link["after_completion"]?["redirect"]?["url"]?.stringValue.map { .text($0) }
        }
        let call = try Call.inner("POST /v1/checkout/sessions", form: form, cause)
        return try CheckoutSessions.make(form, link: id, call, &account)
    }

    /// A session of the link was completed.
    static func count(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var link = account.store.object(kind, id: id)?.tree,
            let sessions = link["restrictions"]?["completed_sessions"]?.objectValue
        else { return }
        let count = sessions.integer("count") + 1
        link["restrictions"] = [
            "completed_sessions": ["count": .integer(count), "limit": sessions["limit"] ?? .null]
        ]
        if count >= sessions.integer("limit") { link.set("active", false) }
        account.update(kind, link, event: "payment_link.updated", cause)
    }

    private static func item(_ item: JSONObject, _ record: SaleRecord) -> FormValue {
        var form: FormMap = [
            "price": .text(item["price"]?["id"]?.stringValue ?? ""),
            "quantity": .text(String(item.integer("quantity"))),
        ]
        if let choice = LineItems.choice(item) {
            form["adjustable_quantity"] = .map([
                "enabled": "true", "maximum": .text(String(choice.upperBound)),
                "minimum": .text(String(choice.lowerBound)),
            ])
        }
        return .map(form)
    }

    private static func metadata(_ link: JSONObject) -> FormValue? {
        let members = link.object("metadata")?.members ?? []
        guard !members.isEmpty else { return nil }
        return .map(FormMap(members.map { .init(name: $0.name, value: .text($0.value.stringValue ?? "")) }))
    }

    private static func check(_ form: FormMap) throws(StripeError) {
        guard let completion = form.map("after_completion"), completion.given("type") == "redirect" else { return }
        let param = "after_completion[redirect][url]"
        guard let url = completion.map("redirect")?.given("url") else { throw .parameterMissing(param) }
        guard URLText.origin(url) != nil else {
            throw .coded("url_invalid", "Not a valid URL. URLs must begin with http:// or https://.", param: param)
        }
    }

    /// What links have and sessions do not.
    private static let notOfSessions = [
        "after_completion", "application_fee_amount", "application_fee_percent", "expand", "inactive_message",
        "on_behalf_of", "restrictions", "transfer_data",
    ]
    private static let onlyPayment = ["customer_creation", "invoice_creation", "payment_intent_data", "submit_type"]
}
