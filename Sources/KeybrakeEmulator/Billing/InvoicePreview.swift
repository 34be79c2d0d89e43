internal import KeybrakeStripe

/// What an invoice would be: the account is forked, lives through it, and is forgotten.
enum InvoicePreview {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/invoices/create_preview", create)
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var fork = account
        let id = try imagine(call, &fork)
        guard let invoice = fork.store.object(.invoice, id: id)?.tree else { throw none(call.form) }
        return .object(upcoming(invoice, id: account.ids.next("upcoming_in"), now: call.now))
    }

    /// Lets the fork bill what is asked for.
    ///
    /// - Returns: the invoice's id there.
    private static func imagine(_ call: Call, _ fork: inout Account) throws(StripeError) -> String {
        let form = call.form
        if let id = form.given("subscription") {
            let subscription = try fork.find(.subscription, id, param: "subscription")
            try addItems(form, customer: subscription.text("customer") ?? "", subscription: id, call, &fork)
            return try next(id, form, call, &fork)
        }
        let customer = try self.customer(form, call, &fork)
        try addItems(form, customer: customer, subscription: nil, call, &fork)
        guard form.map("subscription_details")?["items"] != nil else {
            return try single(form, customer: customer, call, &fork)
        }
        var details = carried(form)
        details["customer"] = .text(customer)
        details["payment_behavior"] = "default_incomplete"
        let reply = try Subscriptions.create(
            try self.call("POST /v1/subscriptions", path: [], details, call), &fork)
        guard case .stored(_, let made) = reply else { throw none(form) }
        return fork.store.object(.subscription, id: made)?.text("latest_invoice") ?? ""
    }

    /// The next invoice of a subscription, after the changes that are asked for.
    private static func next(_ id: String, _ form: FormMap, _ call: Call, _ fork: inout Account) throws(StripeError)
        -> String
    {
        let before = fork.store.collection(.invoice)?.count ?? 0
        let details = carried(form)
        if !details.isEmpty {
            let update = try self.call(
                "POST /v1/subscriptions/{subscription_exposed_id}", path: [("subscription_exposed_id", id)], details,
                call)
            _ = try Subscriptions.update(update, &fork)
        }
        if (fork.store.collection(.invoice)?.count ?? 0) == before,
            let subscription = fork.store.object(.subscription, id: id)?.tree
        {
            let end = SubscriptionItems.periodEnd(subscription)
            let later = Cause(
                now: max(end, call.now), testClock: call.cause.testClock, worldNow: call.cause.worldNow)
            SubscriptionCycle.due(id, at: later.now, &fork, later)
        }
        guard let invoices = fork.store.collection(.invoice), invoices.count > before else { throw none(form) }
        return invoices.objects.last?.id ?? ""
    }

    /// An invoice of what waits, without a subscription.
    private static func single(_ form: FormMap, customer: String, _ call: Call, _ fork: inout Account)
        throws(StripeError) -> String
    {
        var create: FormMap = ["customer": .text(customer), "pending_invoice_items_behavior": "include"]
        for name in ["currency", "discounts", "automatic_tax", "issuer", "on_behalf_of"] { create[name] = form[name] }
        let reply = try Invoices.create(try self.call("POST /v1/invoices", path: [], create, call), &fork)
        guard case .stored(_, let id) = reply, let draft = fork.store.object(.invoice, id: id)?.tree,
            !InvoiceLines.of(draft).isEmpty
        else { throw none(form) }
        return id
    }

    /// What of `subscription_details` a subscription's own calls take.
    private static func carried(_ form: FormMap) -> FormMap {
        let names = [
            "billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "default_tax_rates", "items",
            "proration_behavior", "proration_date", "trial_end",
        ]
        let details = form.map("subscription_details") ?? FormMap()
        var carried = FormMap()
        for name in names { carried[name] = details[name] }
        carried["discounts"] = form["discounts"]
        return carried
    }

    private static func customer(_ form: FormMap, _ call: Call, _ fork: inout Account) throws(StripeError) -> String {
        if let id = form.given("customer") { return try fork.find(.customer, id, param: "customer").id }
        guard let details = form.map("customer_details") else {
            throw .coded(
                "parameter_missing",
                "You must pass one of: customer, customer_details, subscription.", param: "customer")
        }
        var create = FormMap()
        for name in ["address", "shipping", "tax_exempt"] { create[name] = details[name] }
        let reply = try Customers.create(try self.call("POST /v1/customers", path: [], create, call), &fork)
        guard case .stored(_, let id) = reply else { throw none(form) }
        return id
    }

    private static func addItems(
        _ form: FormMap, customer: String, subscription: String?, _ call: Call, _ fork: inout Account
    ) throws(StripeError) {
        for (index, value) in (form["invoice_items"]?.list ?? []).enumerated() {
            var item = value.map ?? FormMap()
            let existing = item.given("invoiceitem")
            item["invoiceitem"] = nil
            if let price = item["price"] { item["pricing"] = .map(FormMap([.init(name: "price", value: price)])) }
            item["price"] = nil
            if let amount = item["unit_amount"] { item["unit_amount_decimal"] = amount }
            item["unit_amount"] = nil
            item["subscription"] = subscription.map { .text($0) }
            do throws(StripeError) {
                guard let existing else {
                    let made = try InvoiceItems.make(item, customer: customer, &fork, call.cause)
                    fork.create(.invoiceItem, made, call.cause)
                    continue
                }
                let stored = try fork.find(.invoiceItem, existing, param: "invoiceitem")
                fork.update(.invoiceItem, try InvoiceItems.change(stored.tree, item, &fork, call.cause), call.cause)
            } catch {
                throw error.inside("invoice_items[\(index)]")
            }
        }
    }

    private static func call(_ name: String, path: [(name: String, value: String)], _ form: FormMap, _ call: Call)
        throws(StripeError) -> Call
    {
        guard let operation = Catalogue.shared.operation(named: name) else {
            throw .invalid("The emulator does not know \(name).")
        }
        return Call(operation: operation, path: path, form: form, cause: call.cause)
    }

    /// The invoice as if it had not been finalised.
    private static func upcoming(_ invoice: JSONObject, id: String, now: Int64) -> JSONObject {
        var preview = invoice
        for name in [
            "confirmation_secret", "effective_at", "hosted_invoice_url", "invoice_pdf", "next_payment_attempt",
            "number", "automatically_finalizes_at",
        ] { preview[name] = .null }
        preview.set("id", id)
        preview.set("amount_paid", 0)
        preview.set("amount_remaining", preview.integer("amount_due"))
        preview.set("attempt_count", 0)
        preview.set("attempted", false)
        preview.set("billing_reason", "upcoming")
        preview.set("created", now)
        preview.set("status", "draft")
        preview["status_transitions"] = [
            "finalized_at": nil, "marked_uncollectible_at": nil, "paid_at": nil, "voided_at": nil,
        ]
        let lines = InvoiceLines.of(preview).map { line in
            var line = line
            line.set("invoice", id)
            return JSONValue.object(line)
        }
        preview["lines"] = [
            "object": "list", "data": .array(lines), "has_more": false, "url": .string("/v1/invoices/\(id)/lines"),
        ]
        return preview
    }

    private static func none(_ form: FormMap) -> StripeError {
        let error = StripeError.coded(
            "invoice_upcoming_none",
            form.given("subscription").map { "No upcoming invoices for subscription: \($0)" }
                ?? "No upcoming invoices for customer: \(form.given("customer") ?? "")")
        var missing = error
        missing.status = 404
        return missing
    }
}
