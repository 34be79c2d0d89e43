internal import KeybrakeStripe

/// How a changed subscription is written and paid for.
///
///     allow_incomplete, default_incomplete ─→ changed; what is not paid makes it past_due
///     error_if_incomplete ─┬─ paid ─→ changed
///                          └─ declined ─→ 402, and nothing has happened
///     pending_if_incomplete ─┬─ paid ─→ changed
///                            └─ declined ─→ pending_update ─┬─ the invoice is paid ─→ changed
///                                                           └─ 23 hours ─→ given up
enum SubscriptionUpdates {
    /// How long a change waits for its payment.
    static let pendingSeconds: Int64 = 23 * 3_600

    /// When and how a change is paid.
    struct Payment {
        /// A word of `payment_behavior`.
        var behavior = "allow_incomplete"
        /// Whether prorations are billed now rather than with the next invoice.
        var billsNow = false
        var reason = "subscription_update"
    }

    /// Changes a subscription.
    ///
    /// - Parameter subscription: with the plain members as they become; its items and times are still the old ones.
    /// - Throws: the 402 of a decline when the change depends on its payment.
    static func apply(
        _ change: SubscriptionChange, to subscription: JSONObject, _ payment: Payment, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) {
        let bills = change.startsPeriod || payment.billsNow && !change.prorations.isEmpty
        guard bills, subscription.text("collection_method") == "charge_automatically" else {
            try write(change, subscription, payment, &account, cause, collect: nil)
            return
        }
        switch payment.behavior {
        case "error_if_incomplete", "pending_if_incomplete":
            var copy = account
            do throws(StripeError) {
                try write(change, subscription, payment, &copy, cause) { invoice, account throws(StripeError) in
                    try Invoices.charge(invoice, method: nil, &account, cause)
                }
                account = copy
            } catch {
                guard payment.behavior == "pending_if_incomplete" else { throw error }
                try hold(change, subscription, &account, cause)
            }
        case "default_incomplete":
            try write(change, subscription, payment, &account, cause) { invoice, account throws(StripeError) in
                Dunning.wait(invoice, &account, cause)
            }
        default:
            try write(change, subscription, payment, &account, cause) { invoice, account throws(StripeError) in
                Dunning.collect(invoice, &account, cause)
            }
        }
    }

    private typealias Collector = (JSONObject, inout Account) throws(StripeError) -> Void

    private static func write(
        _ change: SubscriptionChange, _ subscription: JSONObject, _ payment: Payment, _ account: inout Account,
        _ cause: Cause, collect: Collector?
    ) throws(StripeError) {
        var changed = change.applied(to: subscription, now: cause.now)
        SubscriptionItems.set(change.items, in: &changed, &account, cause)
        Proration.keep(change.prorations, of: subscription, &account, cause)
        SubscriptionCycle.plan(changed, &account, cause)
        account.update(.subscription, changed, event: "customer.subscription.updated", cause)
        guard change.startsPeriod || payment.billsNow else { return }
        let items = change.startsPeriod ? change.items : []
        guard
            let draft = try SubscriptionBilling.draft(
                .init(reason: payment.reason, items: items), of: changed, &account, cause)
        else { return }
        let invoice = SubscriptionBilling.close(draft, of: changed, &account, cause)
        guard invoice.text("status") == "open" else { return }
        guard let collect else {
            if changed.text("collection_method") == "send_invoice" {
                SubscriptionBilling.send(invoice, &account, cause)
            }
            return
        }
        try collect(invoice, &account)
    }

    // MARK: Changes that wait for their payment

    /// Bills a change without making it.
    private static func hold(
        _ change: SubscriptionChange, _ subscription: JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let id = subscription.text("id") ?? ""
        let bill = SubscriptionBilling.Bill(
            reason: "subscription_update", items: change.startsPeriod ? change.items : [],
            prorations: change.prorations, takesPending: false)
        let billed = change.applied(to: subscription, now: cause.now)
        guard let draft = try SubscriptionBilling.draft(bill, of: billed, &account, cause) else { return }
        let invoice = Invoices.finalize(draft, &account, cause)
        do throws(StripeError) {
            try Invoices.charge(invoice, method: nil, &account, cause)
        } catch {
            // That it fails is known already; the attempt shows on the invoice.
        }
        guard var waiting = account.store.object(.subscription, id: id)?.tree else { return }
        let expires = cause.now + pendingSeconds
        waiting["pending_update"] = [
            "billing_cycle_anchor": change.startsPeriod ? .integer(change.cycle.anchor) : .null,
            "discount": nil, "discounts": nil, "expires_at": .integer(expires), "metadata": nil,
            "subscription_items": .array(change.items.map { .object($0) }),
            "trial_end": change.trial == .ends ? .integer(cause.now) : .null, "trial_from_plan": nil,
        ]
        account.update(.subscription, waiting, event: "customer.subscription.updated", cause)
        account.agenda.add(.pendingUpdateExpires(subscription: id, at: expires), at: expires)
    }

    /// The invoice of a waiting change is paid: the change is made.
    static func complete(_ subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let pending = subscription.object("pending_update") else { return }
        var changed = subscription
        changed.set("pending_update", nil as JSONObject?)
        if let anchor = pending["billing_cycle_anchor"]?.integerValue { changed.set("billing_cycle_anchor", anchor) }
        if let end = pending["trial_end"]?.integerValue {
            changed.set("trial_end", end)
            changed.set("status", "active")
        }
        let items = pending["subscription_items"]?.arrayValue?.compactMap(\.objectValue) ?? []
        SubscriptionItems.set(items, in: &changed, &account, cause)
        SubscriptionCycle.plan(changed, &account, cause)
        account.update(.subscription, changed, event: "customer.subscription.updated", cause)
        account.emit(
            "customer.subscription.pending_update_applied", .subscription, id: changed.text("id") ?? "", cause)
    }

    /// Nobody has paid for a waiting change.
    static func expire(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree,
            subscription["pending_update"]?["expires_at"]?.integerValue == time
        else { return }
        subscription.set("pending_update", nil as JSONObject?)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        account.emit("customer.subscription.pending_update_expired", .subscription, id: id, cause)
        let latest = subscription.text("latest_invoice").flatMap { account.store.object(.invoice, id: $0)?.tree }
        if let latest, latest.text("status") == "open" {
            Invoices.close(latest, as: "void", mark: "voided_at", event: "invoice.voided", &account, cause)
        }
    }
}
