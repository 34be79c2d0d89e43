internal import KeybrakeStripe

/// The first invoice of a subscription, paid as `payment_behavior` says.
///
///     nothing to pay, or sent ─→ active, or trialing
///     paid ─→ active
///     not paid ─→ incomplete, or with error_if_incomplete a 402 and nothing has happened
enum SubscriptionStart {
    /// Remembers a new subscription and bills it.
    static func begin(
        _ subscription: JSONObject, _ terms: SubscriptionTerms, _ form: FormMap, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) {
        let behavior = form.given("payment_behavior") ?? "allow_incomplete"
        try checkMethod(subscription, behavior, account)
        guard behavior == "error_if_incomplete" else {
            try open(subscription, terms, form, behavior, &account, cause)
            return
        }
        var copy = account
        try open(subscription, terms, form, behavior, &copy, cause)
        account = copy
    }

    /// Somebody must be able to pay at once, unless the page of the invoice asks them.
    private static func checkMethod(_ subscription: JSONObject, _ behavior: String, _ account: Account)
        throws(StripeError)
    {
        let items = SubscriptionItems.of(subscription)
        guard subscription.text("status") == "incomplete", behavior != "default_incomplete",
            items.contains(where: { SubscriptionItems.amount($0) > 0 }),
            subscription.text("collection_method") == "charge_automatically",
            SubscriptionCycle.method(of: subscription, account) == nil
        else { return }
        throw .coded(
            "resource_missing",
            "This customer has no attached payment source or default payment method. Please consider adding a "
                + "default payment method.")
    }

    private static func open(
        _ subscription: JSONObject, _ terms: SubscriptionTerms, _ form: FormMap, _ behavior: String,
        _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let id = subscription.text("id") ?? ""
        SubscriptionCycle.plan(subscription, &account, cause)
        account.create(.subscription, subscription, event: "customer.subscription.created", cause)
        for item in SubscriptionItems.of(subscription) {
            let stored = StoredObject(id: item.text("id") ?? "", created: item.integer("created"), bytes: item.bytes)
            account.store.insert(SubscriptionItems.kind, stored)
        }
        let isTrial = terms.trialEnd != nil
        var bill = SubscriptionBilling.Bill(reason: "subscription_create", items: SubscriptionItems.of(subscription))
        bill.isTrial = isTrial
        bill.prorates = terms.prorates
        bill.backdated = terms.prorates && terms.start < cause.now ? terms.start : nil
        guard let draft = try SubscriptionBilling.draft(bill, of: subscription, &account, cause) else { return }
        guard subscription.text("collection_method") == "charge_automatically", form.given("schedule") == nil else {
            // What is sent, and what a schedule begins, can still be changed for an hour.
            SubscriptionBilling.wait(draft, of: subscription, &account, cause)
            return
        }
        let invoice = SubscriptionBilling.close(draft, of: subscription, &account, cause)
        guard invoice.text("status") == "open" else {
            if behavior == "default_incomplete", isTrial || invoice.integer("amount_due") == 0 {
                try askForMethod(id, &account, cause)
            }
            return
        }
        account.agenda.add(.subscriptionExpires(id: id), at: cause.now + Subscriptions.incompleteSeconds)
        guard behavior != "default_incomplete" else { return }
        do throws(StripeError) {
            try Invoices.charge(invoice, method: nil, &account, cause)
        } catch {
            if behavior == "error_if_incomplete" { throw error }
            if error.code == "authentication_required" {
                account.emit("invoice.payment_action_required", .invoice, id: invoice.text("id") ?? "", cause)
            }
        }
    }

    /// Nothing is to be paid yet: a SetupIntent lets the customer's page ask for a method.
    private static func askForMethod(_ id: String, _ account: inout Account, _ cause: Cause) throws(StripeError) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree,
            SubscriptionCycle.method(of: subscription, account) == nil,
            let operation = Catalogue.shared.operation(named: "POST /v1/setup_intents")
        else { return }
        let form: FormMap = [
            "customer": .text(subscription.text("customer") ?? ""), "usage": "off_session",
        ]
        let call = Call(operation: operation, path: [], form: form, cause: cause)
        guard case .stored(_, let intent) = try SetupIntents.create(call, &account) else { return }
        subscription = account.store.object(.subscription, id: id)?.tree ?? subscription
        subscription.set("pending_setup_intent", intent)
        account.update(.subscription, subscription, cause)
    }
}
