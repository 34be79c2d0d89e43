internal import KeybrakeStripe

/// Subscriptions: what calls do to them. What time does is in ``SubscriptionCycle``.
///
///     create ─┬─ with a trial ─→ trialing ─ (the trial ends) ─┬─→ active ─ declined ─→ past_due ─→ canceled, unpaid
///             ├─ paid, or sent ─→ active                      └─→ paused ─ resume ─→ active
///             └─ declined ─→ incomplete ─┬─ the invoice is paid ─→ active
///                                        └─ 23 hours ─→ incomplete_expired
///     any ─ delete, or cancel_at, or cancel_at_period_end ─→ canceled
enum Subscriptions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/subscriptions", create),
        ("GET /v1/subscriptions", list),
        ("GET /v1/subscriptions/{subscription_exposed_id}", retrieve),
        ("POST /v1/subscriptions/{subscription_exposed_id}", update),
        ("DELETE /v1/subscriptions/{subscription_exposed_id}", cancel),
        ("POST /v1/subscriptions/{subscription}/resume", resume),
        ("POST /v1/subscriptions/{subscription}/migrate", migrate),
        ("POST /v1/customers/{customer}/subscriptions", createOfCustomer),
        ("GET /v1/customers/{customer}/subscriptions", listOfCustomer),
        ("GET /v1/customers/{customer}/subscriptions/{subscription_exposed_id}", retrieve),
        ("POST /v1/customers/{customer}/subscriptions/{subscription_exposed_id}", update),
        ("DELETE /v1/customers/{customer}/subscriptions/{subscription_exposed_id}", cancel),
    ]

    /// How long a first payment may take.
    static let incompleteSeconds: Int64 = 23 * 3_600

    static let plan = SynthesisPlan(named: "POST /v1/subscriptions")
    /// Parameters that are no plain members.
    static let handled: Set<String> = [
        "items", "trial_end", "discounts", "billing_cycle_anchor", "currency", "default_tax_rates", "cancel_at",
        "cancel_at_period_end", "cancellation_details", "pause_collection", "schedule", "add_invoice_items",
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.subscription, id: try make(call, &account))
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.subscription, id: try target(call, account).id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try list(call, url: "/v1/subscriptions", customer: call.form.given("customer"), account)
    }

    static func listOfCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call).id
        return try list(call, url: "/v1/customers/\(customer)/subscriptions", customer: customer, account)
    }

    static func createOfCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var form = call.form
        form["customer"] = .text(try account.target(.customer, call).id)
        let named = Call(operation: call.operation, path: call.path, form: form, cause: call.cause)
        return .stored(.subscription, id: try make(named, &account))
    }

    /// Makes a subscription from the parameters of a create call, and bills it.
    ///
    /// - Returns: its id.
    static func make(_ call: Call, _ account: inout Account) throws(StripeError) -> String {
        guard let plan else { throw .invalid("The emulator does not know subscriptions.") }
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer")
        try TestClocks.admitSubscription(of: customer, account)
        guard let given = form["items"]?.list, !given.isEmpty else { throw .parameterMissing("items") }
        try checkCollection(form, of: [:], account)
        try AddedInvoiceItems.check(form, account)
        try BillingTerms.check(subscription: form, account)
        let wanted = try Discounts.check(form["discounts"], customer: customer.id, account)
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        var subscription = try FormMerge.merged(form, into: nil, plan, skipping: handled, &account, now: call.now)
        let id = subscription.text("id") ?? ""
        let items = try SubscriptionItems.make(given, subscription: id, call, &account)
        let terms = try SubscriptionTerms(form, items, now: call.now)
        let isSent = form.given("collection_method") == "send_invoice"
        subscription.set("collection_method", form.given("collection_method") ?? "charge_automatically")
        subscription.set("currency", items.first?["price"]?["currency"]?.stringValue ?? "usd")
        subscription.set("customer", customer.id)
        subscription["default_tax_rates"] = .array(rates.map { .object($0) })
        subscription.set("schedule", form.given("schedule"))
        complete(&subscription, form)
        let isOpen = isSent || form.given("schedule") != nil
        subscription.set("status", terms.trialEnd != nil ? "trialing" : isOpen ? "active" : "incomplete")
        let dated = terms.apply(to: &subscription, items, now: call.now)
        subscription["items"] = [
            "object": "list", "data": .array(dated.map { .object($0) }), "has_more": false,
            "url": .string("/v1/subscription_items?subscription=\(id)"),
        ]
        try SubscriptionEnd.apply(form, to: &subscription, now: call.now)
        let discounts = Discounts.apply(wanted, to: .subscription(id), customer: customer.id, &account, call.cause)
        subscription["discounts"] = .array(discounts.map { .string($0) })
        try AddedInvoiceItems.add(form, to: subscription, &account, call.cause)
        try SubscriptionStart.begin(subscription, terms, form, &account, call.cause)
        return id
    }

    /// What a subscription says when its creator did not.
    private static func complete(_ subscription: inout JSONObject, _ form: FormMap) {
        if form.map("billing_mode") == nil {
            subscription["billing_mode"] = ["flexible": ["proration_discounts": "included"], "type": "flexible"]
        }
        if form.map("trial_settings") == nil {
            subscription["trial_settings"] = ["end_behavior": ["missing_payment_method": "create_invoice"]]
        }
        if form.map("invoice_settings")?["issuer"] == nil, var settings = subscription.object("invoice_settings") {
            settings["issuer"] = ["type": "self"]
            subscription.set("invoice_settings", settings)
        }
        var payment = subscription.object("payment_settings") ?? [:]
        for name in ["payment_method_options", "payment_method_types"] where payment[name] == nil {
            payment[name] = .null
        }
        if payment.text("save_default_payment_method") == nil { payment.set("save_default_payment_method", "off") }
        subscription.set("payment_settings", payment)
    }

    /// Refuses contradictions about how invoices are paid, and methods that do not exist.
    static func checkCollection(_ form: FormMap, of subscription: JSONObject, _ account: Account) throws(StripeError) {
        if let method = form.given("default_payment_method") {
            let kind: ObjectKind = method.hasPrefix("card_") ? .card : .paymentMethod
            _ = try account.find(kind, method, param: "default_payment_method")
        }
        let days = form.integer("days_until_due")
        try AmountLimits.check(days, 0...3_650, param: "days_until_due")
        let collection = form.given("collection_method") ?? subscription.text("collection_method")
        if collection == "send_invoice" {
            guard days != nil || subscription["days_until_due"]?.integerValue != nil else {
                throw .invalid(
                    "You must pass `days_until_due` when `collection_method` is `send_invoice`.",
                    param: "days_until_due")
            }
        } else if days != nil {
            throw .invalid(
                "You can only specify `days_until_due` when `collection_method` is `send_invoice`.",
                param: "days_until_due")
        }
    }

    static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        let isOfCustomer = call.path.count > 1
        let id = call.pathValue(isOfCustomer ? 1 : 0)
        let subscription = try account.find(.subscription, id, param: "id", status: 404)
        guard !isOfCustomer || subscription.text("customer") == call.pathValue() else {
            throw .missing("subscription", id: id, param: "id")
        }
        return subscription
    }

    private static func list(_ call: Call, url: String, customer: String?, _ account: Account) throws(StripeError)
        -> Reply
    {
        let form = call.form
        let status = form.given("status")
        let starts = try CreatedRange(form["current_period_start"])
        let ends = try CreatedRange(form["current_period_end"])
        let looksInside = ["current_period_start", "current_period_end", "price"].contains { form[$0] != nil }
        return try account.page(
            .subscription, call, url: url,
            filters: [
                ("customer", customer), ("collection_method", form.given("collection_method")),
                ("test_clock", form.given("test_clock")),
            ]
        ) { object in
            let own = object.text("status") ?? ""
            let fits =
                switch status {
                case nil: own != "canceled"
                case "all": true
                case "ended": own == "canceled" || own == "incomplete_expired"
                default: own == status
                }
            guard fits, looksInside else { return fits }
            let price = form.given("price")
            return SubscriptionItems.of(object.tree).contains { item in
                (price == nil || item["price"]?["id"]?.stringValue == price)
                    && starts.contains(item.integer("current_period_start"))
                    && ends.contains(item.integer("current_period_end"))
            }
        }
    }
}
