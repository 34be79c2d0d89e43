internal import KeybrakeStripe

/// What time does to subscriptions: the end of trials, renewals, pauses and the end.
///
///     trialing ─ the trial ends ─┬─ a method, or none is needed ─→ active, with an invoice
///                                └─ none, and `trial_settings` say so ─→ paused, or canceled
///     active ─ a period ends ─→ active, with an invoice that is closed and paid an hour later
///     any ─ `cancel_at` ─→ canceled
enum SubscriptionCycle {
    /// How long before its end a trial is announced.
    static let trialNoticeSeconds: Int64 = 3 * CivilTime.secondsPerDay
    /// How long before a renewal its invoice is announced.
    static let upcomingSeconds: Int64 = 7 * CivilTime.secondsPerDay

    /// Puts on the agenda what is due in a subscription that is new or has been changed.
    ///
    /// What is there already is not added again; tasks that a change has overtaken find nothing to do.
    static func plan(_ subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        let id = subscription.text("id") ?? ""
        let old = account.store.object(.subscription, id: id)?.tree
        func isNew(_ time: Int64?, _ before: Int64?) -> Bool { time != nil && time != before }
        let ends = Set(SubscriptionItems.of(subscription).map { $0.integer("current_period_end") })
        let planned = Set(old.map { SubscriptionItems.of($0).map { $0.integer("current_period_end") } } ?? [])
        for end in ends.subtracting(planned).sorted() where end > cause.now {
            account.agenda.add(.subscriptionDue(id: id, at: end), at: end)
            let notice = end - upcomingSeconds
            if notice > cause.now { account.agenda.add(.invoiceUpcoming(subscription: id, at: end), at: notice) }
        }
        if let end = subscription["cancel_at"]?.integerValue, isNew(end, old?["cancel_at"]?.integerValue) {
            account.agenda.add(.subscriptionDue(id: id, at: end), at: max(end, cause.now))
        }
        if let end = subscription["trial_end"]?.integerValue, isNew(end, old?["trial_end"]?.integerValue),
            end > cause.now
        {
            let notice = max(end - trialNoticeSeconds, cause.now)
            account.agenda.add(.trialWillEnd(id: id, at: end), at: notice)
        }
        if let end = subscription["pause_collection"]?["resumes_at"]?.integerValue,
            isNew(end, old?["pause_collection"]?["resumes_at"]?.integerValue)
        {
            account.agenda.add(.collectionResumes(subscription: id, at: end), at: max(end, cause.now))
        }
    }

    /// Does in a subscription whatever is due by a time.
    static func due(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        if let schedule = account.store.object(.subscription, id: id)?.text("schedule") {
            SubscriptionSchedules.due(schedule, at: time, &account, cause)
        }
        guard let subscription = account.store.object(.subscription, id: id)?.tree, isAlive(subscription) else {
            return
        }
        if let end = subscription["cancel_at"]?.integerValue, end <= time {
            Subscriptions.end(subscription, as: "canceled", reason: "cancellation_requested", &account, cause)
            return
        }
        guard subscription.text("status") != "paused", subscription.text("status") != "incomplete",
            SubscriptionItems.periodEnd(subscription) <= time
        else { return }
        if subscription.text("status") == "trialing", endsTrial(subscription, &account, cause) { return }
        renew(subscription, at: time, &account, cause)
    }

    /// A trial ends in three days.
    static func announceTrialEnd(_ id: String, at end: Int64, _ account: inout Account, _ cause: Cause) {
        guard let subscription = account.store.object(.subscription, id: id)?.tree,
            subscription.text("status") == "trialing", subscription["trial_end"]?.integerValue == end
        else { return }
        account.emit("customer.subscription.trial_will_end", .subscription, id: id, cause)
    }

    /// The first payment never came.
    static func expire(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let subscription = account.store.object(.subscription, id: id)?.tree,
            subscription.text("status") == "incomplete"
        else { return }
        Subscriptions.end(subscription, as: "incomplete_expired", reason: "payment_failed", &account, cause)
        let latest = subscription.text("latest_invoice").flatMap { account.store.object(.invoice, id: $0)?.tree }
        if let latest, latest.text("status") == "open" {
            Invoices.close(latest, as: "void", mark: "voided_at", event: "invoice.voided", &account, cause)
        }
    }

    /// The pause of a subscription's collection is over.
    static func resumeCollection(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree, isAlive(subscription),
            subscription["pause_collection"]?["resumes_at"]?.integerValue == time
        else { return }
        subscription.set("pause_collection", nil as JSONObject?)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    static func isAlive(_ subscription: JSONObject) -> Bool {
        !["canceled", "incomplete_expired"].contains(subscription.text("status") ?? "")
    }

    /// What the subscription's invoices are paid with.
    static func method(of subscription: JSONObject, _ account: Account) -> String? {
        Invoices.paymentMethod(
            of: [
                "customer": subscription["customer"] ?? .null,
                "default_payment_method": subscription["default_payment_method"] ?? .null,
            ], account)
    }

    /// - Returns: whether the end of the trial is the end of the subscription, or pauses it.
    private static func endsTrial(_ original: JSONObject, _ account: inout Account, _ cause: Cause) -> Bool {
        let behavior = original["trial_settings"]?["end_behavior"]?["missing_payment_method"]?.stringValue
        guard original.text("collection_method") == "charge_automatically", behavior == "pause" || behavior == "cancel",
            method(of: original, account) == nil
        else { return false }
        guard behavior == "pause" else {
            Subscriptions.end(original, as: "canceled", reason: nil, &account, cause)
            return true
        }
        var subscription = original
        subscription.set("status", "paused")
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        account.emit("customer.subscription.paused", .subscription, id: original.text("id") ?? "", cause)
        return true
    }

    private static func renew(_ original: JSONObject, at time: Int64, _ account: inout Account, _ cause: Cause) {
        var subscription = original
        let cycle = BillingCycle(original)
        var renewed: [JSONObject] = []
        let old = SubscriptionItems.of(original)
        let items = old.map { item in
            let end = item.integer("current_period_end")
            guard end <= time else { return item }
            let next = SubscriptionItems.dated([item], start: end, cycle)[0]
            renewed.append(next)
            return next
        }
        if subscription.text("status") == "trialing" { subscription.set("status", "active") }
        SubscriptionItems.set(items, in: &subscription, &account, cause)
        plan(subscription, &account, cause)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        var bill = SubscriptionBilling.Bill(reason: "subscription_cycle", items: renewed)
        bill.lastStart = old.first?.integer("current_period_start")
        // Nothing can be refused here: the subscription was looked at when it was made.
        guard let draft = (try? SubscriptionBilling.draft(bill, of: subscription, &account, cause)) ?? nil else {
            return
        }
        SubscriptionBilling.wait(draft, of: subscription, &account, cause)
    }
}
