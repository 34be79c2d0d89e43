internal import KeybrakeStripe

/// What drafts are made of, and what may still be changed about invoices.
extension Invoices {
    private static let plan = SynthesisPlan(named: "POST /v1/invoices")
    private static let handled: Set<String> = [
        "discounts", "shipping_cost", "currency", "default_tax_rates", "automatically_finalizes_at", "days_until_due",
    ]

    /// What a finalised invoice keeps for good.
    private static let fixed = [
        "account_tax_ids", "application_fee_amount", "automatic_tax", "automatically_finalizes_at",
        "collection_method", "custom_fields", "days_until_due", "default_tax_rates", "description", "discounts",
        "due_date", "effective_at", "footer", "issuer", "number", "on_behalf_of", "rendering", "shipping_cost",
        "shipping_details", "statement_descriptor", "transfer_data",
    ]

    /// Discounts, taxes and shipping of a call, looked at but not yet applied.
    private struct Terms {
        let discounts: [Discounts.Wanted]
        let rates: [JSONObject]

        init(_ form: FormMap, customer: String, _ account: Account) throws(StripeError) {
            discounts = try Discounts.check(form["discounts"], customer: customer, account)
            rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        }
    }

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer")
        let terms = try Terms(form, customer: customer.id, account)
        try BillingTerms.check(invoice: form, account)
        let subscription = form.given("subscription")
        if let subscription { _ = try account.find(.subscription, subscription, param: "subscription") }
        let currency = form.given("currency")?.lowercased() ?? customer.text("currency") ?? "usd"
        var draft = try self.draft(form, customer: customer.tree, currency: currency, &account, call.cause)
        let id = draft.text("id") ?? ""
        draft.set("billing_reason", "manual")
        draft.set("auto_advance", form.flag("auto_advance") ?? false)
        if let subscription { draft["parent"] = parent(subscription, account) }
        if form["discounts"] == nil {
            let inherited = Discounts.inherited([:], customer: customer.tree)
            draft["discounts"] = .array(inherited.map { .string($0) })
        }
        try apply(form, terms, to: &draft, &account, call.cause)
        if form.given("pending_invoice_items_behavior") == "include" {
            let lines = InvoiceItems.take(
                customer: customer.id, currency: currency, invoice: id, subscription: subscription, &account,
                call.cause)
            InvoiceLines.add(lines, to: &draft, account)
        } else {
            InvoiceLines.sum(&draft, account)
        }
        schedule(&draft, at: form.integer("automatically_finalizes_at"), &account, call.cause)
        BillingTerms.keep(form, invoice: id, &account, call.cause)
        return .stored(.invoice, id: account.create(.invoice, draft, event: "invoice.created", call.cause).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know invoices.") }
        let stored = try account.target(.invoice, call)
        let (form, old) = (call.form, stored.tree)
        let isDraft = old.text("status") == "draft"
        if !isDraft, let name = fixed.first(where: { form[$0] != nil }) {
            throw .coded("invoice_not_editable", "Finalized invoices can't be updated in this way", param: name)
        }
        let terms = try Terms(form, customer: old.text("customer") ?? "", account)
        try BillingTerms.check(invoice: form, account)
        var invoice = try FormMerge.merged(form, into: old, plan, skipping: handled, &account, now: call.now)
        if isDraft {
            try apply(form, terms, to: &invoice, &account, call.cause)
            InvoiceLines.sum(&invoice, account)
            if form["auto_advance"] != nil || form["automatically_finalizes_at"] != nil {
                schedule(&invoice, at: form.integer("automatically_finalizes_at"), &account, call.cause)
            }
        }
        BillingTerms.keep(form, invoice: stored.id, &account, call.cause)
        account.update(.invoice, invoice, event: "invoice.updated", call.cause)
        return .stored(.invoice, id: stored.id)
    }

    /// A draft without lines, not remembered yet.
    static func draft(
        _ form: FormMap, customer: JSONObject, currency: String, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        guard let plan else { throw .invalid("The emulator does not know invoices.") }
        try AmountLimits.check(form.integer("days_until_due"), 0...3_650, param: "days_until_due")
        var invoice = try FormMerge.merged(form, into: nil, plan, skipping: handled, &account, now: cause.now)
        invoice.set("account_country", "US")
        invoice.set("collection_method", form.given("collection_method") ?? "charge_automatically")
        invoice.set("currency", currency)
        invoice.set("customer", customer.text("id"))
        for (member, source) in [
            ("customer_email", "email"), ("customer_name", "name"), ("customer_phone", "phone"),
            ("customer_address", "address"), ("customer_shipping", "shipping"),
        ] {
            invoice[member] = customer[source] ?? .null
        }
        invoice.set("customer_tax_exempt", customer.text("tax_exempt") ?? "none")
        invoice["default_tax_rates"] = []
        invoice["discounts"] = []
        invoice.set("starting_balance", CustomerBalance.balance(customer, currency: currency))
        if let days = form.integer("days_until_due") {
            invoice.set("due_date", cause.now + days * CivilTime.secondsPerDay)
        }
        invoice.set("status", "draft")
        if invoice.object("metadata") == nil { invoice.set("metadata", JSONObject()) }
        InvoiceLines.add([], to: &invoice, account)
        return invoice
    }

    /// What bills a subscription, as an invoice's `parent` tells it.
    static func parent(_ subscription: String, _ account: Account) -> JSONValue {
        let metadata = account.store.object(.subscription, id: subscription)?.tree["metadata"]
        return [
            "quote_details": nil,
            "subscription_details": ["metadata": metadata ?? [:], "subscription": .string(subscription)],
            "type": "subscription_details",
        ]
    }

    private static func apply(
        _ form: FormMap, _ terms: Terms, to draft: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        try checkDueDate(form, draft)
        if let days = form.integer("days_until_due") {
            try AmountLimits.check(days, 0...3_650, param: "days_until_due")
            draft.set("due_date", draft.integer("created") + days * CivilTime.secondsPerDay)
        }
        if form["shipping_cost"] != nil { try setShipping(form.map("shipping_cost"), of: &draft, &account, cause) }
        if form["default_tax_rates"] != nil {
            draft["default_tax_rates"] = .array(terms.rates.map { .object($0) })
        }
        guard form["discounts"] != nil else { return }
        let place = Discounts.Place.invoice(draft.text("id") ?? "")
        let ids = Discounts.apply(terms.discounts, to: place, customer: draft.text("customer"), &account, cause)
        draft["discounts"] = .array(ids.map { .string($0) })
    }

    private static func checkDueDate(_ form: FormMap, _ draft: JSONObject) throws(StripeError) {
        for name in ["due_date", "days_until_due"] where form.given(name) != nil {
            guard draft.text("collection_method") == "send_invoice" else {
                throw .invalid(
                    "You can only specify `\(name)` if your invoice's collection method is 'send_invoice'.", param: name
                )
            }
        }
        guard form.given("due_date") == nil || form.given("days_until_due") == nil else {
            throw .invalid(
                "You may only specify one of these parameters: days_until_due, due_date.", param: "due_date")
        }
    }

    private static func setShipping(
        _ form: FormMap?, of draft: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let form else {
            draft.set("shipping_cost", nil as JSONObject?)
            draft.set("amount_shipping", 0)
            return
        }
        let param = "shipping_cost[shipping_rate]"
        let id: String
        if let data = form.map("shipping_rate_data") {
            id = try ShippingRates.make(data, &account, cause)
        } else if let given = form.given("shipping_rate") {
            id = try account.find(ShippingRates.kind, given, param: param).id
        } else {
            throw .parameterMissing(param)
        }
        let currency = draft.text("currency") ?? ""
        let rate = account.store.object(ShippingRates.kind, id: id)?.tree ?? [:]
        guard let amount = ShippingRates.amount(rate, currency: currency) else {
            throw .invalid("The shipping rate does not have an amount in \(currency).", param: param)
        }
        draft["shipping_cost"] = [
            "amount_subtotal": .integer(amount), "amount_tax": 0, "amount_total": .integer(amount),
            "shipping_rate": .string(id), "taxes": [],
        ]
        draft.set("amount_shipping", amount)
    }
}
