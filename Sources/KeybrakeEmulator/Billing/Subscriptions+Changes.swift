internal import KeybrakeStripe

/// Changing, resuming and ending subscriptions.
extension Subscriptions {
    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        let old = stored.tree
        let form = call.form
        guard SubscriptionCycle.isAlive(old) else {
            try annotate(old, call, &account)
            return .stored(.subscription, id: stored.id)
        }
        let items = try check(form, old, call, &account)
        let customer = old.text("customer")
        let wanted = try Discounts.check(form["discounts"], customer: customer, account)
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        var subscription = try plain(form, old, &account, call.cause)
        try SubscriptionEnd.apply(form, to: &subscription, now: call.now)
        if form["default_tax_rates"] != nil {
            subscription["default_tax_rates"] = .array(rates.map { .object($0) })
        }
        if form["discounts"] != nil {
            let ids = Discounts.apply(wanted, to: .subscription(stored.id), customer: customer, &account, call.cause)
            subscription["discounts"] = .array(ids.map { .string($0) })
        }
        try AddedInvoiceItems.add(form, to: subscription, &account, call.cause)
        var request = SubscriptionChange.Request(
            items: items, prorationDate: form.integer("proration_date") ?? call.now)
        request.anchorsNow = form.given("billing_cycle_anchor") == "now"
        request.prorates = form.given("proration_behavior") != "none"
        request.trial =
            form.given("trial_end") == "now" ? .ends : form.integer("trial_end").map { .until($0) } ?? .unchanged
        let change = SubscriptionChange(request, of: subscription, now: call.now)
        try SubscriptionUpdates.apply(change, to: subscription, payment(form), &account, call.cause)
        return .stored(.subscription, id: stored.id)
    }

    /// How a call wants a change to be paid.
    static func payment(_ form: FormMap) -> SubscriptionUpdates.Payment {
        SubscriptionUpdates.Payment(
            behavior: form.given("payment_behavior") ?? "allow_incomplete",
            billsNow: form.given("proration_behavior") == "always_invoice")
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        guard SubscriptionCycle.isAlive(stored.tree) else {
            throw .missing("subscription", id: stored.id, param: "id")
        }
        var subscription = stored.tree
        SubscriptionEnd.explain(call.form, in: &subscription)
        cancel(
            subscription, prorates: call.form.flag("prorate") == true,
            bills: call.form.flag("invoice_now") == true, &account, call.cause)
        return .stored(.subscription, id: stored.id)
    }

    /// Ends a subscription at once; what is left of its period is given back, and what waits is billed, on demand.
    static func cancel(
        _ subscription: JSONObject, prorates: Bool, bills: Bool, _ account: inout Account, _ cause: Cause
    ) {
        if prorates, subscription.text("status") != "trialing" {
            let lines = Proration.lines(
                from: SubscriptionItems.of(subscription), to: nil, at: cause.now, BillingCycle(subscription))
            Proration.keep(lines, of: subscription, &account, cause)
        }
        let id = subscription.text("id") ?? ""
        end(subscription, as: "canceled", reason: "cancellation_requested", &account, cause)
        guard bills, let ended = account.store.object(.subscription, id: id)?.tree,
            // An ended subscription has nothing that could be refused.
            let draft =
                (try? SubscriptionBilling.draft(
                    .init(reason: "subscription_update"), of: ended, &account, cause)) ?? nil
        else { return }
        let invoice = SubscriptionBilling.close(draft, of: ended, &account, cause)
        guard invoice.text("status") == "open" else { return }
        if ended.text("collection_method") == "send_invoice" {
            SubscriptionBilling.send(invoice, &account, cause)
        } else {
            // The subscription has ended whether or not this is paid.
            try? Invoices.charge(invoice, method: nil, &account, cause)
        }
    }

    static func resume(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        let paused = stored.tree
        guard paused.text("status") == "paused" else {
            throw .invalid(
                "Only subscriptions with the status `paused` can be resumed; this one is "
                    + "`\(paused.text("status") ?? "")`.", param: "subscription")
        }
        let prorates = call.form.given("proration_behavior") != "none"
        var cycle = BillingCycle(paused)
        if call.form.given("billing_cycle_anchor") != "unchanged" { cycle = BillingCycle(anchor: call.now) }
        var resumed = paused
        resumed.set("billing_cycle_anchor", cycle.anchor)
        let items = SubscriptionItems.dated(SubscriptionItems.of(paused), start: call.now, cycle)
        SubscriptionItems.set(items, in: &resumed, &account, call.cause)
        SubscriptionCycle.plan(resumed, &account, call.cause)
        account.update(.subscription, resumed, event: "customer.subscription.updated", call.cause)
        var bill = SubscriptionBilling.Bill(reason: "subscription_update", items: items)
        bill.prorates = prorates
        guard let draft = try SubscriptionBilling.draft(bill, of: resumed, &account, call.cause) else {
            return .stored(.subscription, id: stored.id)
        }
        let invoice = SubscriptionBilling.close(draft, of: resumed, &account, call.cause)
        if invoice.text("status") == "open", resumed.text("collection_method") == "charge_automatically" {
            // It stays paused until the invoice is paid.
            try? Invoices.charge(invoice, method: nil, &account, call.cause)
        } else {
            settled(stored.id, &account, call.cause)
        }
        return .stored(.subscription, id: stored.id)
    }

    /// From the classic to the flexible billing mode; the emulator bills both alike.
    static func migrate(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        var subscription = stored.tree
        subscription["billing_mode"] = ["flexible": nil, "type": "flexible", "updated_at": .integer(call.now)]
        account.update(.subscription, subscription, event: "customer.subscription.updated", call.cause)
        return .stored(.subscription, id: stored.id)
    }

    // MARK: Checks

    /// - Returns: the items as the call changes them.
    private static func check(_ form: FormMap, _ old: JSONObject, _ call: Call, _ account: inout Account)
        throws(StripeError) -> [JSONObject]
    {
        try checkCollection(form, of: old, account)
        if form.given("payment_behavior") == "pending_if_incomplete" { try checkPending(form) }
        if let end = form.integer("trial_end") {
            guard end > call.now else {
                throw .invalid(
                    "Invalid timestamp: must be an integer Unix timestamp in the future.", param: "trial_end")
            }
            try AmountLimits.check(end, 0...(call.now + 5 * 366 * CivilTime.secondsPerDay), param: "trial_end")
        }
        let current = SubscriptionItems.of(old)
        if let date = form.integer("proration_date") {
            let start = current.map { $0.integer("current_period_start") }.min() ?? 0
            guard start <= date, date <= SubscriptionItems.periodEnd(old) else {
                throw .invalid(
                    "Cannot specify a proration date outside of the current subscription period.",
                    param: "proration_date")
            }
        }
        try AddedInvoiceItems.check(form, account)
        guard let given = form["items"]?.list, !given.isEmpty else { return current }
        return try SubscriptionItems.changed(current, by: given, subscription: old.text("id") ?? "", call, &account)
    }

    /// Only what can be undone may wait for its payment.
    private static func checkPending(_ form: FormMap) throws(StripeError) {
        let known: Set<String> = [
            "expand", "payment_behavior", "proration_behavior", "proration_date", "billing_cycle_anchor", "items",
            "trial_end", "trial_from_plan", "add_invoice_items", "off_session",
        ]
        guard let other = form.fields.first(where: { !known.contains($0.name) }) else { return }
        throw .invalid(
            "You cannot update `\(other.name)` when `payment_behavior` is `pending_if_incomplete`.", param: other.name)
    }

    /// An ended subscription can still be described.
    private static func annotate(_ old: JSONObject, _ call: Call, _ account: inout Account) throws(StripeError) {
        let known: Set<String> = ["metadata", "cancellation_details", "expand"]
        guard call.form.fields.allSatisfy({ known.contains($0.name) }) else {
            throw .invalid("A canceled subscription can only update its cancellation_details and metadata.")
        }
        var subscription = old
        subscription.set("metadata", try Metadata.merge(call.form["metadata"], into: old.object("metadata") ?? [:]))
        SubscriptionEnd.explain(call.form, in: &subscription)
        account.update(.subscription, subscription, event: "customer.subscription.updated", call.cause)
    }

    /// The members that are simply set.
    private static func plain(_ form: FormMap, _ old: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject
    {
        guard let plan else { throw .invalid("The emulator does not know subscriptions.") }
        try BillingTerms.check(subscription: form, of: old, account)
        var subscription = try FormMerge.merged(form, into: old, plan, skipping: handled, &account, now: cause.now)
        if let pause = form["pause_collection"] {
            let resumes = pause.map?.integer("resumes_at")
            try AmountLimits.check(
                resumes, cause.now...(cause.now + 10 * 366 * CivilTime.secondsPerDay),
                param: "pause_collection[resumes_at]")
            let behavior = pause.map?.given("behavior")
            subscription.set(
                "pause_collection",
                behavior.map { ["behavior": .string($0), "resumes_at": JSONValue(resumes)] as JSONObject })
        }
        return subscription
    }
}

// MARK: What others tell subscriptions

extension Subscriptions {
    /// An invoice of the subscription has been paid.
    static func paid(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let subscription = account.store.object(.subscription, id: id)?.tree,
            SubscriptionCycle.isAlive(subscription),
            let latest = subscription.text("latest_invoice").flatMap({ account.store.object(.invoice, id: $0) }),
            latest.text("status") == "paid"
        else { return }
        Dunning.setDelinquent(false, subscription.text("customer") ?? "", &account, cause)
        if subscription.object("pending_update") != nil { SubscriptionUpdates.complete(subscription, &account, cause) }
        settled(id, &account, cause)
    }

    /// A bank is asked for the money of an invoice; until it answers, the subscription goes on.
    static func paymentUnderway(_ intent: String, _ account: inout Account, _ cause: Cause) {
        guard let owner = account.store.object(.paymentIntent, id: intent)?.owner,
            let invoice = account.store.object(.invoice, id: owner)?.tree,
            let id = Invoices.subscription(of: invoice),
            account.store.object(.subscription, id: id)?.text("latest_invoice") == owner
        else { return }
        settled(id, &account, cause)
    }

    /// Nothing is owed any more.
    private static func settled(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree else { return }
        let status = subscription.text("status") ?? ""
        guard ["incomplete", "past_due", "unpaid", "paused"].contains(status) else { return }
        subscription.set("status", "active")
        keepMethod(of: &subscription, account)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        if status == "paused" { account.emit("customer.subscription.resumed", .subscription, id: id, cause) }
    }

    /// The method of the payment becomes the subscription's own where its `payment_settings` ask for that.
    private static func keepMethod(of subscription: inout JSONObject, _ account: Account) {
        guard subscription["payment_settings"]?["save_default_payment_method"] == "on_subscription",
            subscription.text("default_payment_method") == nil,
            let invoice = subscription.text("latest_invoice"),
            let payments = account.store.collection(.invoicePayment)?.positions(where: "invoice", is: invoice)
        else { return }
        for position in payments {
            let payment = account.store.collection(.invoicePayment)?.objects[Int(position)].tree
            guard let intent = payment?["payment"]?["payment_intent"]?.stringValue,
                let method = account.store.object(.paymentIntent, id: intent)?.text("payment_method"),
                method.hasPrefix("pm_")
            else { continue }
            subscription.set("default_payment_method", method)
        }
    }

    /// A SetupIntent that asked for the method of a trial has succeeded.
    static func methodSetUp(by intent: String, method: String, _ account: inout Account, _ cause: Cause) {
        guard let customer = account.store.object(.setupIntent, id: intent)?.text("customer") else { return }
        let collection = account.store.collection(.subscription)
        for position in collection?.positions(where: "customer", is: customer) ?? [] {
            guard let object = collection?.objects[Int(position)], object.text("pending_setup_intent") == intent else {
                continue
            }
            var subscription = object.tree
            subscription.set("pending_setup_intent", nil as String?)
            if subscription.text("default_payment_method") == nil {
                subscription.set("default_payment_method", method)
            }
            account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        }
    }

    /// A customer is deleted: what they have subscribed to ends at once.
    static func leave(_ customer: String, _ account: inout Account, _ cause: Cause) {
        let collection = account.store.collection(.subscription)
        let positions = collection?.positions(where: "customer", is: customer) ?? []
        for tree in positions.compactMap({ collection?.objects[Int($0)].tree }) where SubscriptionCycle.isAlive(tree) {
            end(tree, as: "canceled", reason: "cancellation_requested", &account, cause)
        }
        SubscriptionSchedules.leave(customer, &account, cause)
    }

    /// The end of a subscription, for whatever reason; its invoices are not collected any more.
    static func end(
        _ original: JSONObject, as status: String, reason: String?, _ account: inout Account, _ cause: Cause
    ) {
        var subscription = original
        let id = subscription.text("id") ?? ""
        var details = subscription.object("cancellation_details") ?? SubscriptionEnd.blank
        details.set("reason", reason)
        subscription.set("cancellation_details", details)
        if subscription["canceled_at"]?.integerValue == nil { subscription.set("canceled_at", cause.now) }
        subscription.set("ended_at", cause.now)
        subscription.set("pending_update", nil as JSONObject?)
        subscription.set("status", status)
        account.update(.subscription, subscription, cause)
        stopCollecting(subscription, &account, cause)
        let event = status == "canceled" ? "customer.subscription.deleted" : "customer.subscription.updated"
        account.emit(event, .subscription, id: id, cause)
        if let schedule = subscription.text("schedule") {
            SubscriptionSchedules.subscriptionEnded(schedule, &account, cause)
        }
    }

    private static func stopCollecting(_ subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard
            var invoice = subscription.text("latest_invoice").flatMap({ account.store.object(.invoice, id: $0)?.tree }),
            ["draft", "open"].contains(invoice.text("status") ?? ""), invoice.flag("auto_advance")
        else { return }
        invoice.set("auto_advance", false)
        invoice.set("automatically_finalizes_at", nil as String?)
        invoice.set("next_payment_attempt", nil as String?)
        account.update(.invoice, invoice, event: "invoice.updated", cause)
    }
}
