internal import KeybrakeStripe

/// Checkout sessions, up to the page that the customer would see.
///
///     create ─→ open ─ expire, or 24 hours ─→ expired
enum CheckoutSessions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/checkout/sessions", create),
        ("POST /v1/checkout/sessions/{session}/expire", expire),
    ]

    static let lifetimeSeconds: Int64 = 24 * 3_600

    private static let plan = SynthesisPlan(named: "POST /v1/checkout/sessions")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know Checkout.") }
        let form = call.form
        let mode = try form.required("mode")
        if let customer = form.given("customer") { _ = try account.find(.customer, customer, param: "customer") }
        let given = form["line_items"]?.list ?? []
        guard mode == "setup" || !given.isEmpty else { throw .parameterMissing("line_items") }
        var session = try FormMerge.merged(
            form, into: nil, plan, skipping: ["line_items", "currency"], &account, now: call.now)
        let id = session.text("id") ?? ""
        let items = try lineItems(given, call, &account)
        let total = items.reduce(Int64(0)) { AmountLimits.clamped($0 + $1.integer("amount_total")) }
        session["amount_subtotal"] = mode == "setup" ? .null : .integer(total)
        session["amount_total"] = mode == "setup" ? .null : .integer(total)
        session["currency"] = items.first?["currency"] ?? JSONValue(form.given("currency"))
        session.set("expires_at", form.integer("expires_at") ?? call.now + lifetimeSeconds)
        session.set("mode", mode)
        session.set("payment_status", mode == "setup" || total == 0 ? "no_payment_required" : "unpaid")
        session.set("status", "open")
        session.set("url", "https://checkout.stripe.com/c/pay/\(id)")
        if session["payment_method_types"]?.arrayValue?.isEmpty == true { session["payment_method_types"] = ["card"] }
        for item in items {
            var stored = StoredObject(id: item.text("id") ?? "", created: call.now, bytes: item.bytes)
            stored.owner = id
            account.store.insert("item", stored)
        }
        account.create(.checkoutSession, session, call.cause)
        account.agenda.add(.sessionExpires(id: id), at: session.integer("expires_at"))
        return .stored(.checkoutSession, id: id)
    }

    static func expire(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let session = try account.find(.checkoutSession, call.pathValue(), param: "session", status: 404)
        guard session.text("status") == "open" else {
            throw .invalid("Only Checkout Sessions with a status in [\"open\"] can be expired.")
        }
        lapse(session.id, &account, call.cause)
        return .stored(.checkoutSession, id: session.id)
    }

    /// Nobody paid in time.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var session = account.store.object(.checkoutSession, id: id)?.tree, session.text("status") == "open"
        else { return }
        session.set("status", "expired")
        session.set("url", nil as String?)
        account.update(.checkoutSession, session, cause)
        account.emit("checkout.session.expired", .checkoutSession, id: id, cause)
    }

    private static func lineItems(_ given: [FormValue], _ call: Call, _ account: inout Account) throws(StripeError)
        -> [JSONObject]
    {
        var items: [JSONObject] = []
        for (index, value) in given.enumerated() {
            let param = "line_items[\(index)]"
            guard let form = value.map else { throw .invalid("Invalid object", param: param) }
            let quantity = form.integer("quantity") ?? 1
            try AmountLimits.check(quantity, 0...999_999_999, param: "\(param)[quantity]")
            let price = try price(form, param: param, call, &account)
            let amount = PricedAmount.of(price, quantity: quantity)
            let product = price.text("product").flatMap { account.store.object("product", id: $0) }
            items.append([
                "id": .string(account.ids.next("li")), "object": "item", "adjustable_quantity": nil,
                "amount_discount": 0, "amount_subtotal": .integer(amount), "amount_tax": 0,
                "amount_total": .integer(amount), "currency": price["currency"] ?? .null,
                "description": JSONValue(product?.text("name")), "metadata": [:], "price": .object(price),
                "quantity": .integer(quantity),
            ])
        }
        return items
    }

    private static func price(_ form: FormMap, param: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> JSONObject
    {
        if let id = form.given("price") { return try account.find("price", id, param: "\(param)[price]").tree }
        guard var data = form.map("price_data") else { throw .parameterMissing("\(param)[price]") }
        let product: String
        if let made = data.map("product_data") {
            product = try Prices.makeProduct(made, call, &account)
        } else {
            product = try account.find(
                "product", try data.required("product"), param: "\(param)[price_data][product]"
            ).id
        }
        data["product_data"] = nil
        let id = try Prices.make(data, product: product, call, &account)
        return account.store.object("price", id: id)?.tree ?? JSONObject()
    }
}
