internal import KeybrakeStripe

/// How a subscription schedule goes from phase to phase.
enum ScheduleProgress {
    /// How long before its end a schedule is announced.
    static let expiringSeconds: Int64 = 7 * CivilTime.secondsPerDay

    /// Puts the beginnings and ends of a schedule's phases on the agenda.
    ///
    /// - Parameter old: the schedule before a change.
    static func plan(_ schedule: JSONObject, after old: JSONObject? = nil, _ account: inout Account, _ cause: Cause) {
        let id = schedule.text("id") ?? ""
        let phases = SchedulePhases.of(schedule)
        let times = Set(phases.map { $0.integer("end_date") } + phases.prefix(1).map { $0.integer("start_date") })
        for time in times.sorted() where time > cause.now {
            account.agenda.add(.scheduleDue(id: id, at: time), at: time)
        }
        let before = old.flatMap { SchedulePhases.of($0).last?.integer("end_date") }
        guard let end = phases.last?.integer("end_date"), end != before, end - expiringSeconds > cause.now else {
            return
        }
        account.agenda.add(.scheduleExpiring(id: id, at: end), at: end - expiringSeconds)
    }

    /// A schedule ends in a week, unless it was changed since.
    static func announceEnd(_ id: String, at end: Int64, _ account: inout Account, _ cause: Cause) {
        guard let schedule = account.store.object(.subscriptionSchedule, id: id)?.tree,
            schedule.text("status") == "active", SchedulePhases.of(schedule).last?.integer("end_date") == end
        else { return }
        account.emit("subscription_schedule.expiring", .subscriptionSchedule, id: id, cause)
    }

    /// Begins, changes phase or ends a schedule if it is time.
    static func due(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        guard let schedule = account.store.object(.subscriptionSchedule, id: id)?.tree else { return }
        if schedule.text("status") == "not_started" {
            guard let start = SchedulePhases.of(schedule).first?.integer("start_date"), start <= time else { return }
            do throws(StripeError) {
                try self.start(id, &account, cause)
            } catch {
                // What it needs is gone since it was made.
                SubscriptionSchedules.close(schedule, as: "canceled", mark: "canceled_at", &account, cause)
            }
            return
        }
        guard schedule.text("status") == "active",
            let end = schedule["current_phase"]?["end_date"]?.integerValue, end <= time
        else { return }
        guard let next = SchedulePhases.of(schedule).first(where: { $0.integer("start_date") >= end }) else {
            finish(schedule, &account, cause)
            return
        }
        // A price that has gone leaves the subscription as it was.
        try? enter(next, schedule, behavior: next.text("proration_behavior"), &account, cause)
    }

    /// Makes the subscription of a schedule whose first phase begins.
    static func start(_ id: String, _ account: inout Account, _ cause: Cause) throws(StripeError) {
        guard var schedule = account.store.object(.subscriptionSchedule, id: id)?.tree,
            let phase = SchedulePhases.of(schedule).first,
            let operation = Catalogue.shared.operation(named: "POST /v1/subscriptions")
        else { return }
        var form = SchedulePhases.form(phase, of: schedule, now: cause.now)
        form["cancel_at"] = end(of: schedule, now: cause.now).map { .text(String($0)) }
        let call = Call(operation: operation, path: [], form: form, cause: cause)
        let subscription = try Subscriptions.make(call, &account)
        schedule["current_phase"] = SchedulePhases.span(phase)
        schedule.set("status", "active")
        schedule.set("subscription", subscription)
        account.update(.subscriptionSchedule, schedule, event: "subscription_schedule.updated", cause)
    }

    /// The schedule has been changed: its subscription follows the phase that it is in now.
    static func rejoin(
        _ id: String, prorationBehavior: String?, hasNewPhases: Bool, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let schedule = account.store.object(.subscriptionSchedule, id: id)?.tree else { return }
        let phases = SchedulePhases.of(schedule)
        let current = phases.first { $0.integer("start_date") <= cause.now && cause.now < $0.integer("end_date") }
        guard hasNewPhases, let current else {
            setEnd(schedule, &account, cause)
            return
        }
        try enter(current, schedule, behavior: prorationBehavior, rejoins: true, &account, cause)
    }

    /// Lets go of the subscription, which goes on by itself.
    static func release(_ original: JSONObject, keepsEnd: Bool, _ account: inout Account, _ cause: Cause) {
        var schedule = original
        if let id = schedule.text("subscription"), var subscription = account.store.object(.subscription, id: id)?.tree
        {
            subscription.set("schedule", nil as String?)
            if !keepsEnd { clearEnd(&subscription) }
            account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
            schedule.set("released_subscription", id)
            schedule.set("subscription", nil as String?)
        }
        SubscriptionSchedules.close(schedule, as: "released", mark: "released_at", &account, cause)
    }

    private static func finish(_ schedule: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard schedule.text("end_behavior") == "cancel" else {
            release(schedule, keepsEnd: false, &account, cause)
            return
        }
        SubscriptionSchedules.close(schedule, as: "completed", mark: "completed_at", &account, cause)
        guard let id = schedule.text("subscription"),
            let subscription = account.store.object(.subscription, id: id)?.tree,
            SubscriptionCycle.isAlive(subscription)
        else { return }
        Subscriptions.end(subscription, as: "canceled", reason: "cancellation_requested", &account, cause)
    }

    /// Makes the subscription what a phase says.
    ///
    /// - Parameter rejoins: whether the phase has begun already and was only changed.
    private static func enter(
        _ phase: JSONObject, _ original: JSONObject, behavior: String?, rejoins: Bool = false,
        _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        var schedule = original
        schedule["current_phase"] = SchedulePhases.span(phase)
        account.update(.subscriptionSchedule, schedule, event: "subscription_schedule.updated", cause)
        guard let id = schedule.text("subscription"), let old = account.store.object(.subscription, id: id)?.tree,
            SubscriptionCycle.isAlive(old),
            let operation = Catalogue.shared.operation(named: "POST /v1/subscriptions")
        else { return }
        let form = SchedulePhases.form(phase, of: schedule, now: cause.now)
        let call = Call(operation: operation, path: [], form: form, cause: cause)
        var subscription = try plain(form, old, phase, &account, cause)
        setEnd(schedule, &subscription, cause)
        let items = try items(phase, old, call, &account)
        guard SubscriptionItems.periodEnd(old) > cause.now else {
            renew(with: items, phase, &subscription, &account, cause)
            return
        }
        try AddedInvoiceItems.add(form, to: subscription, &account, cause)
        var request = SubscriptionChange.Request(items: items, prorationDate: cause.now)
        request.anchorsNow = !rejoins && phase.text("billing_cycle_anchor") == "phase_start"
        request.prorates = behavior != "none"
        if let end = phase["trial_end"]?.integerValue, end > cause.now, end != old["trial_end"]?.integerValue {
            request.trial = .until(end)
        }
        let change = SubscriptionChange(request, of: subscription, now: cause.now)
        let payment = SubscriptionUpdates.Payment(billsNow: behavior == "always_invoice")
        try SubscriptionUpdates.apply(change, to: subscription, payment, &account, cause)
    }

    /// At the end of a period nothing is prorated: the renewal, which is due too, bills the new items.
    private static func renew(
        with items: [JSONObject], _ phase: JSONObject, _ subscription: inout JSONObject, _ account: inout Account,
        _ cause: Cause
    ) {
        let old = SubscriptionItems.of(subscription)
        let end = SubscriptionItems.periodEnd(subscription)
        let before = Set(old.map { BillingInterval(price: $0["price"]) })
        let moves = before.isDisjoint(with: Set(items.map { BillingInterval(price: $0["price"]) }))
        if moves || phase.text("billing_cycle_anchor") == "phase_start" {
            subscription.set("billing_cycle_anchor", end)
        }
        let start = old.first?.integer("current_period_start") ?? end
        let ended = SubscriptionItems.dated(items, start: start, end: end)
        SubscriptionItems.set(ended, in: &subscription, &account, cause)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    /// The items of a phase; those whose price the subscription has already stay the same items.
    private static func items(_ phase: JSONObject, _ old: JSONObject, _ call: Call, _ account: inout Account)
        throws(StripeError) -> [JSONObject]
    {
        let present = SubscriptionItems.of(old)
        let wanted = SchedulePhases.itemForms(phase).map { value -> FormValue in
            guard var form = value.map,
                let own = present.first(where: { $0["price"]?["id"]?.stringValue == form.given("price") })
            else { return value }
            form["id"] = own.text("id").map { .text($0) }
            return .map(form)
        }
        let kept = Set(wanted.compactMap { $0.map?.given("id") })
        let removed = present.compactMap { $0.text("id") }.filter { !kept.contains($0) }
            .map { FormValue.map(["id": .text($0), "deleted": "true"]) }
        return try SubscriptionItems.changed(
            present, by: wanted + removed, subscription: old.text("id") ?? "", call, &account)
    }

    /// The plain members that a phase sets.
    private static func plain(
        _ form: FormMap, _ old: JSONObject, _ phase: JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        var subscription = old
        for name in ["collection_method", "default_payment_method", "description"] {
            if let text = form.given(name) { subscription.set(name, text) }
        }
        if let days = form.integer("days_until_due") { subscription.set("days_until_due", days) }
        subscription.set("metadata", try Metadata.merge(form["metadata"], into: old.object("metadata") ?? [:]))
        subscription["default_tax_rates"] = phase["default_tax_rates"] ?? []
        if form["discounts"] != nil {
            let customer = old.text("customer")
            let wanted = try Discounts.check(form["discounts"], customer: customer, account)
            let place = Discounts.Place.subscription(old.text("id") ?? "")
            let ids = Discounts.apply(wanted, to: place, customer: customer, &account, cause)
            subscription["discounts"] = .array(ids.map { .string($0) })
        }
        return subscription
    }

    // MARK: The end of the subscription

    /// When the subscription is to end with its schedule.
    private static func end(of schedule: JSONObject, now: Int64) -> Int64? {
        guard schedule.text("end_behavior") == "cancel" else { return nil }
        return SchedulePhases.of(schedule).last?.integer("end_date")
    }

    private static func setEnd(_ schedule: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let id = schedule.text("subscription"),
            var subscription = account.store.object(.subscription, id: id)?.tree
        else { return }
        let before = subscription["cancel_at"]
        setEnd(schedule, &subscription, cause)
        guard subscription["cancel_at"] != before else { return }
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    private static func setEnd(_ schedule: JSONObject, _ subscription: inout JSONObject, _ cause: Cause) {
        guard let end = end(of: schedule, now: cause.now) else {
            clearEnd(&subscription)
            return
        }
        subscription.set("cancel_at", end)
        if subscription["canceled_at"]?.integerValue == nil { subscription.set("canceled_at", cause.now) }
    }

    private static func clearEnd(_ subscription: inout JSONObject) {
        subscription.set("cancel_at", nil as String?)
        subscription.set("cancel_at_period_end", false)
        subscription.set("canceled_at", nil as String?)
    }
}
