internal import KeybrakeStripe

/// Subscriptions: what calls do to them. What time does is in ``SubscriptionCycle``.
///
///     create ─┬─ with a trial ─→ trialing ─ (the trial ends) ─┐
///             ├─ paid ─→ active ←─────────────────────────────┤ ─ declined ─→ past_due ─ (retries) ─→ canceled
///             └─ declined ─→ incomplete ─┬─ the invoice is paid ─→ active
///                                        └─ 23 hours ─→ incomplete_expired
///     any ─ delete, or cancel_at_period_end ─→ canceled
enum Subscriptions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/subscriptions", create),
        ("GET /v1/subscriptions", list),
        ("POST /v1/subscriptions/{subscription_exposed_id}", update),
        ("DELETE /v1/subscriptions/{subscription_exposed_id}", cancel),
    ]

    /// How long a first payment may take.
    static let incompleteSeconds: Int64 = 23 * 3_600

    private static let creating = SynthesisPlan(named: "POST /v1/subscriptions")
    private static let handled: Set<String> = [
        "items", "trial_end", "discounts", "billing_cycle_anchor", "currency", "default_tax_rates",
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let creating else { throw .invalid("The emulator does not know subscriptions.") }
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer")
        try TestClocks.admitSubscription(of: customer, account)
        guard let given = form["items"]?.list, !given.isEmpty else { throw .parameterMissing("items") }
        if let method = form.given("default_payment_method") {
            _ = try account.find(.paymentMethod, method, param: "default_payment_method")
        }
        try AmountLimits.check(form.integer("trial_period_days"), 0...730, param: "trial_period_days")
        try AmountLimits.check(
            form.integer("trial_end"), 0...(call.now + 5 * 366 * CivilTime.secondsPerDay), param: "trial_end")
        let wanted = try Discounts.check(form["discounts"], customer: customer.id, account)
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        var subscription = try FormMerge.merged(form, into: nil, creating, skipping: handled, &account, now: call.now)
        let id = subscription.text("id") ?? ""
        subscription["default_tax_rates"] = .array(rates.map { .object($0) })
        let trialEnd = trialEnd(form, call.now)
        let items = try SubscriptionItems.make(given, subscription: id, call, &account)
        let end = trialEnd ?? SubscriptionItems.end(of: items, from: call.now)
        subscription.set("billing_cycle_anchor", trialEnd ?? call.now)
        subscription.set("collection_method", form.given("collection_method") ?? "charge_automatically")
        subscription.set("currency", items.first?["price"]?["currency"]?.stringValue ?? "usd")
        subscription.set("customer", customer.id)
        subscription.set("start_date", call.now)
        subscription.set("status", trialEnd == nil ? "incomplete" : "trialing")
        subscription["trial_start"] = JSONValue(trialEnd.map { _ in call.now })
        subscription["trial_end"] = JSONValue(trialEnd)
        SubscriptionItems.set(items, start: call.now, end: end, in: &subscription, &account, call.cause)
        let discounts = Discounts.apply(wanted, to: .subscription(id), customer: customer.id, &account, call.cause)
        subscription["discounts"] = .array(discounts.map { .string($0) })
        try SubscriptionCycle.begin(subscription, form, &account, call.cause)
        return .stored(.subscription, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let status = form.given("status")
        return try account.page(
            .subscription, call, url: "/v1/subscriptions",
            filters: [
                ("customer", form.given("customer")), ("collection_method", form.given("collection_method")),
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
            guard fits, let price = form.given("price") else { return fits }
            return SubscriptionItems.of(object.tree).contains { $0["price"]?["id"]?.stringValue == price }
        }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let creating else { throw .invalid("The emulator does not know subscriptions.") }
        let stored = try target(call, account)
        let old = stored.tree
        guard !["canceled", "incomplete_expired"].contains(old.text("status") ?? "") else {
            throw .missing("subscription", id: stored.id, param: "id")
        }
        if let method = call.form.given("default_payment_method") {
            _ = try account.find(.paymentMethod, method, param: "default_payment_method")
        }
        let customer = old.text("customer")
        let wanted = try Discounts.check(call.form["discounts"], customer: customer, account)
        let rates = try TaxRates.resolve(call.form["default_tax_rates"], param: "default_tax_rates", account)
        var subscription = try FormMerge.merged(
            call.form, into: old, creating, skipping: handled, &account, now: call.now)
        if call.form["default_tax_rates"] != nil {
            subscription["default_tax_rates"] = .array(rates.map { .object($0) })
        }
        if call.form["discounts"] != nil {
            let discounts = Discounts.apply(
                wanted, to: .subscription(stored.id), customer: customer, &account, call.cause)
            subscription["discounts"] = .array(discounts.map { .string($0) })
        }
        if let pause = call.form["pause_collection"], pause.text == "" {
            subscription.set("pause_collection", nil as JSONObject?)
        }
        if let ends = call.form.flag("cancel_at_period_end") {
            let end = SubscriptionItems.periodEnd(old)
            subscription["cancel_at"] = ends ? .integer(end) : .null
            subscription["canceled_at"] = ends ? .integer(call.now) : .null
        }
        if call.form.given("trial_end") == "now", old.text("status") == "trialing" {
            subscription.set("trial_end", call.now)
            SubscriptionItems.set(
                SubscriptionItems.of(old), start: call.now, end: call.now, in: &subscription, &account, call.cause)
            account.agenda.add(.subscriptionPeriodEnds(id: stored.id, at: call.now), at: call.now)
        }
        if let given = call.form["items"]?.list {
            try SubscriptionItems.change(given, in: &subscription, call, &account)
        }
        account.update(.subscription, subscription, event: "customer.subscription.updated", call.cause)
        if call.form.given("proration_behavior") == "always_invoice" {
            try? SubscriptionCycle.invoicePending(subscription, &account, call.cause)
        }
        return .stored(.subscription, id: stored.id)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let subscription = try target(call, account).tree
        guard subscription.text("status") != "canceled" else {
            throw .missing("subscription", id: call.pathValue(), param: "id")
        }
        end(subscription, as: "canceled", reason: "cancellation_requested", &account, call.cause)
        return .stored(.subscription, id: call.pathValue())
    }

    /// An invoice of the subscription has been paid.
    static func paid(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree,
            ["incomplete", "past_due", "unpaid"].contains(subscription.text("status") ?? "")
        else { return }
        subscription.set("status", "active")
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    /// A customer is deleted: what they have subscribed to ends at once.
    static func leave(_ customer: String, _ account: inout Account, _ cause: Cause) {
        let collection = account.store.collection(.subscription)
        let positions = collection?.positions(where: "customer", is: customer) ?? []
        for tree in positions.compactMap({ collection?.objects[Int($0)].tree })
        where !["canceled", "incomplete_expired"].contains(tree.text("status") ?? "") {
            end(tree, as: "canceled", reason: "cancellation_requested", &account, cause)
        }
    }

    static func end(
        _ original: JSONObject, as status: String, reason: String, _ account: inout Account, _ cause: Cause
    ) {
        var subscription = original
        var details = subscription.object("cancellation_details") ?? ["comment": nil, "feedback": nil]
        details.set("reason", reason)
        subscription.set("cancellation_details", details)
        if subscription["canceled_at"]?.integerValue == nil { subscription.set("canceled_at", cause.now) }
        subscription.set("ended_at", cause.now)
        subscription.set("status", status)
        account.update(.subscription, subscription, cause)
        let event = status == "canceled" ? "customer.subscription.deleted" : "customer.subscription.updated"
        account.emit(event, .subscription, id: subscription.text("id") ?? "", cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(.subscription, call.pathValue(), param: "id", status: 404)
    }

    private static func trialEnd(_ form: FormMap, _ now: Int64) -> Int64? {
        if let end = form.integer("trial_end"), end > now { return end }
        return form.integer("trial_period_days").flatMap { $0 > 0 ? now + $0 * CivilTime.secondsPerDay : nil }
    }
}
