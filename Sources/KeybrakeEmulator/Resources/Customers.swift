internal import KeybrakeStripe

/// Customers.
///
///     create ─→ active ─ update … ─ delete ─→ deleted (retrievable as `deleted: true`)
enum Customers {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/customers", create),
        ("GET /v1/customers", list),
        ("GET /v1/customers/{customer}", retrieve),
        ("POST /v1/customers/{customer}", update),
        ("DELETE /v1/customers/{customer}", delete),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try TestClocks.admitCustomer(to: call.form, account)
        var customer = template
        customer.set("id", account.ids.next("cus", length: 14))
        customer.set("created", call.now)
        customer.set("invoice_prefix", account.ids.letters(8).uppercased())
        try apply(call.form, to: &customer)
        let id = customer.text("id") ?? ""
        account.create(.customer, customer, call.cause)
        do throws(StripeError) {
            try takeInstruments(call, customer: id, &account)
        } catch {
            // Nobody has seen the customer yet, so a refused card leaves nothing behind.
            _ = account.delete(.customer, id: id, call.cause)
            throw error
        }
        CustomerBalance.note(
            from: 0, to: customer.integer("balance"), of: id, isInitial: true, &account, call.cause)
        account.emit("customer.created", .customer, id: id, call.cause)
        return .stored(.customer, id: id)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        guard account.store.object(.customer, id: id) != nil else { throw .missing("customer", id: id, param: "id") }
        return .stored(.customer, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try account.target(.customer, call)
        var customer = stored.tree
        try apply(call.form, to: &customer)
        if let source = call.form.given("default_source") {
            let card = try account.find(.card, source, param: "default_source")
            guard card.text("customer") == stored.id else {
                throw .missing("source", id: source, param: "default_source", status: 400)
            }
            customer.set("default_source", source)
        }
        try takeInstruments(call, customer: stored.id, &account)
        if let current = account.store.object(.customer, id: stored.id)?.tree {
            // A new card has become the default while the parameters were taken.
            if call.form["source"] != nil { customer["default_source"] = current["default_source"] }
            if let settings = current.object("invoice_settings"), var own = customer.object("invoice_settings") {
                if call.form.given("payment_method") != nil {
                    own["default_payment_method"] = settings["default_payment_method"]
                }
                customer.set("invoice_settings", own)
            }
        }
        account.update(.customer, customer, event: "customer.updated", call.cause)
        CustomerBalance.note(
            from: stored.tree.integer("balance"), to: customer.integer("balance"), of: stored.id, isInitial: false,
            &account, call.cause)
        return .stored(.customer, id: stored.id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(
            .customer, call, url: "/v1/customers",
            filters: [("email", call.form.given("email")), ("test_clock", call.form.given("test_clock"))])
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call)
        Subscriptions.leave(customer.id, &account, call.cause)
        return .object(account.delete(.customer, id: customer.id, event: "customer.deleted", call.cause))
    }

    /// A method or card that is gone cannot stay the default; the newest card left takes its place.
    static func forgetDefault(_ id: String, of customer: String, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.customer, id: customer), !stored.isDeleted else { return }
        var tree = stored.tree
        var changed = false
        if tree.text("default_source") == id {
            let cards = account.store.collection(.card)
            let left = cards?.positions(where: "customer", is: customer)?.last
            tree.set("default_source", left.flatMap { cards?.objects[Int($0)].id })
            changed = true
        }
        if var settings = tree.object("invoice_settings"), settings.text("default_payment_method") == id {
            settings.set("default_payment_method", nil as String?)
            tree.set("invoice_settings", settings)
            changed = true
        }
        if changed { account.update(.customer, tree, event: "customer.updated", cause) }
    }

    /// The plain members: what is not given stays, an empty text unsets.
    private static func apply(_ form: FormMap, to customer: inout JSONObject) throws(StripeError) {
        for name in textMembers {
            if let text = form.text(name) { customer.set(name, text.isEmpty ? nil : text) }
        }
        if let email = form.given("email"), !email.contains("@") {
            throw .coded("email_invalid", "Invalid email address: \(email)", param: "email")
        }
        if let balance = form.integer("balance") {
            try AmountLimits.check(balance, param: "balance")
            customer.set("balance", balance)
        }
        if let number = form.integer("next_invoice_sequence") {
            try AmountLimits.check(number, 1...1_000_000_000, param: "next_invoice_sequence")
            customer.set("next_invoice_sequence", number)
        }
        if let exempt = form.given("tax_exempt") { customer.set("tax_exempt", exempt) }
        if let prefix = form.given("invoice_prefix") { customer.set("invoice_prefix", prefix) }
        if let locales = form["preferred_locales"]?.list {
            customer["preferred_locales"] = .array(locales.map { JSONValue($0.text) })
        }
        customer.set("metadata", try Metadata.merge(form["metadata"], into: customer.object("metadata") ?? [:]))
        Addresses.apply(form["address"], as: "address", template: Addresses.address, to: &customer)
        Addresses.apply(form["shipping"], as: "shipping", template: Addresses.shipping, to: &customer)
        if let form = form.map("invoice_settings"), var settings = customer.object("invoice_settings") {
            settings.fill(from: form)
            customer.set("invoice_settings", settings)
        }
    }

    /// `source`, `payment_method` and `invoice_settings[default_payment_method]`.
    private static func takeInstruments(_ call: Call, customer: String, _ account: inout Account)
        throws(StripeError)
    {
        if let source = call.form["source"] {
            try CustomerSources.add(source, param: "source", to: customer, isDefault: true, &account, call.cause)
        }
        if let id = call.form.given("payment_method") {
            let method = try PaymentMethods.resolve(id, param: "payment_method", &account, call.cause)
            try PaymentMethods.attach(method.id, to: customer, &account, call.cause)
        }
        if let id = call.form.map("invoice_settings")?.given("default_payment_method") {
            let method = try account.find(
                .paymentMethod, id, param: "invoice_settings[default_payment_method]")
            guard method.text("customer") == customer else {
                throw .coded(
                    "resource_missing",
                    "The customer does not have a payment method with the ID \(id). The payment method must be "
                        + "attached to the customer.", param: "invoice_settings[default_payment_method]")
            }
        }
    }

    private static let textMembers = ["description", "email", "name", "phone"]

    static let template = JSONObject.template(
        #"""
        {"id":"","object":"customer","address":null,"balance":0,"created":0,"currency":null,"default_source":null,
        "delinquent":false,"description":null,"discount":null,"email":null,"invoice_prefix":null,
        "invoice_settings":{"custom_fields":null,"default_payment_method":null,"footer":null,"rendering_options":null},
        "livemode":false,"metadata":{},"name":null,"next_invoice_sequence":1,"phone":null,"preferred_locales":[],
        "shipping":null,"tax_exempt":"none","test_clock":null}
        """#)
}
