internal import KeybrakeStripe

/// Subscription schedules: what calls do to them. What time does is in ``ScheduleProgress``.
///
///     create ─┬─ later ─→ not_started ─ (the first phase begins) ─┐
///             └─ now, or from a subscription ─────────────────────┴─→ active ─ (phase after phase) ─┬─→ released
///     not_started, active ─ release ─→ released                                                     └─→ completed
///     not_started, active ─ cancel, or the subscription ends ─→ canceled
enum SubscriptionSchedules {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/subscription_schedules", create),
        ("GET /v1/subscription_schedules", list),
        ("GET /v1/subscription_schedules/{schedule}", retrieve),
        ("POST /v1/subscription_schedules/{schedule}", update),
        ("POST /v1/subscription_schedules/{schedule}/cancel", cancel),
        ("POST /v1/subscription_schedules/{schedule}/release", release),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/subscription_schedules")
    private static let handled: Set<String> = ["phases", "from_subscription", "start_date"]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know subscription schedules.") }
        let form = call.form
        if let id = form.given("from_subscription") { return try wrap(id, call, &account) }
        let customer = try account.find(.customer, try form.required("customer"), param: "customer")
        guard form["phases"]?.list?.isEmpty == false else { throw .parameterMissing("phases") }
        try AmountLimits.check(
            form.integer("start_date"), 0...(call.now + 5 * 366 * CivilTime.secondsPerDay), param: "start_date")
        let start = form.integer("start_date") ?? call.now
        let phases = try SchedulePhases.read(form, from: start, plan, call, &account)
        var schedule = try FormMerge.merged(form, into: nil, plan, skipping: handled, &account, now: call.now)
        complete(&schedule, customer: customer.id, form)
        schedule["phases"] = .array(phases.map { .object($0) })
        schedule.set("status", "not_started")
        let id = account.create(.subscriptionSchedule, schedule, event: "subscription_schedule.created", call.cause).id
        ScheduleProgress.plan(schedule, &account, call.cause)
        do throws(StripeError) {
            if start <= call.now { try ScheduleProgress.start(id, &account, call.cause) }
        } catch {
            // Nobody has seen the schedule yet, so one that cannot begin leaves nothing behind.
            _ = account.delete(.subscriptionSchedule, id: id, call.cause)
            throw error
        }
        return .stored(.subscriptionSchedule, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let ranges = try ["canceled_at", "completed_at", "released_at"].filter { form[$0] != nil }
            .map { name throws(StripeError) in (name, try CreatedRange(form[name])) }
        return try account.page(
            .subscriptionSchedule, call, url: "/v1/subscription_schedules",
            filters: [
                ("customer", form.given("customer")),
                ("status", form.flag("scheduled") == true ? "not_started" : nil),
            ]
        ) { object in
            guard !ranges.isEmpty else { return true }
            let tree = object.tree
            return ranges.allSatisfy { name, range in tree[name]?.integerValue.map(range.contains) ?? false }
        }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.subscriptionSchedule, id: try target(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know subscription schedules.") }
        let stored = try target(call, account)
        let old = stored.tree
        try checkOpen(old, to: "update", "updated")
        var schedule = try FormMerge.merged(
            call.form, into: old, plan, skipping: handled, &account, now: call.now)
        let isNew = call.form["phases"]?.list?.isEmpty == false
        if isNew {
            let start = old["phases"]?.arrayValue?.first?["start_date"]?.integerValue ?? call.now
            let current = old["current_phase"]?["start_date"]?.integerValue
            let phases = try SchedulePhases.read(call.form, from: current ?? start, plan, call, &account)
            try SchedulePhases.checkCurrent(phases, old, now: call.now)
            schedule["phases"] = .array(phases.map { .object($0) })
        }
        account.update(.subscriptionSchedule, schedule, event: "subscription_schedule.updated", call.cause)
        ScheduleProgress.plan(schedule, after: old, &account, call.cause)
        if old.text("status") == "active" {
            try ScheduleProgress.rejoin(
                stored.id, prorationBehavior: call.form.given("proration_behavior"), hasNewPhases: isNew, &account,
                call.cause)
        }
        return .stored(.subscriptionSchedule, id: stored.id)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        let schedule = stored.tree
        try checkOpen(schedule, to: "cancel", "canceled")
        close(schedule, as: "canceled", mark: "canceled_at", &account, call.cause)
        if let id = schedule.text("subscription"), let subscription = account.store.object(.subscription, id: id)?.tree,
            SubscriptionCycle.isAlive(subscription)
        {
            Subscriptions.cancel(
                subscription, prorates: call.form.flag("prorate") ?? true,
                bills: call.form.flag("invoice_now") ?? true, &account, call.cause)
        }
        return .stored(.subscriptionSchedule, id: stored.id)
    }

    static func release(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        try checkOpen(stored.tree, to: "release", "released")
        ScheduleProgress.release(
            stored.tree, keepsEnd: call.form.flag("preserve_cancel_date") == true, &account, call.cause)
        return .stored(.subscriptionSchedule, id: stored.id)
    }

    // MARK: What others tell schedules

    /// A phase may have ended.
    static func due(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        ScheduleProgress.due(id, at: time, &account, cause)
    }

    /// The subscription has ended by itself.
    static func subscriptionEnded(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let schedule = account.store.object(.subscriptionSchedule, id: id)?.tree, isOpen(schedule) else { return }
        close(schedule, as: "canceled", mark: "canceled_at", &account, cause)
    }

    /// A customer is deleted: schedules that have not begun never will.
    static func leave(_ customer: String, _ account: inout Account, _ cause: Cause) {
        let collection = account.store.collection(.subscriptionSchedule)
        let positions = collection?.positions(where: "customer", is: customer) ?? []
        for schedule in positions.compactMap({ collection?.objects[Int($0)].tree }) where isOpen(schedule) {
            close(schedule, as: "canceled", mark: "canceled_at", &account, cause)
        }
    }

    /// Writes the end of a schedule; `status` is also the event's name.
    static func close(
        _ original: JSONObject, as status: String, mark: String, _ account: inout Account, _ cause: Cause
    ) {
        var schedule = original
        schedule.set("current_phase", nil as JSONObject?)
        schedule.set("status", status)
        schedule.set(mark, cause.now)
        account.update(.subscriptionSchedule, schedule, cause)
        account.emit(
            "subscription_schedule.\(status)", .subscriptionSchedule, id: schedule.text("id") ?? "", cause)
    }

    static func isOpen(_ schedule: JSONObject) -> Bool {
        ["not_started", "active"].contains(schedule.text("status") ?? "")
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(.subscriptionSchedule, call.pathValue(), param: "schedule", status: 404)
    }

    private static func checkOpen(_ schedule: JSONObject, to verb: String, _ done: String) throws(StripeError) {
        guard !isOpen(schedule) else { return }
        throw .invalid(
            "You cannot \(verb) a subscription schedule that is currently in the `\(schedule.text("status") ?? "")` "
                + "status. It must be in `not_started, active` status to be \(done).", param: "schedule")
    }

    /// A schedule around a subscription that exists: its present period is the first phase.
    private static func wrap(_ id: String, _ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know subscription schedules.") }
        let others = call.form.fields.map(\.name).filter { !["from_subscription", "expand"].contains($0) }
        guard others.isEmpty else {
            throw .invalid(
                "You cannot set `\(others[0])` if `from_subscription` is set.", param: others[0])
        }
        var subscription = try account.find(.subscription, id, param: "from_subscription").tree
        guard SubscriptionCycle.isAlive(subscription) else {
            throw .invalid("You cannot schedule a subscription that has ended.", param: "from_subscription")
        }
        guard subscription.text("schedule") == nil else {
            throw .invalid(
                "You cannot migrate a subscription that is already attached to a schedule: \(id)",
                param: "from_subscription")
        }
        var schedule = try FormMerge.merged(FormMap(), into: nil, plan, &account, now: call.now)
        complete(&schedule, customer: subscription.text("customer") ?? "", FormMap())
        let phase = SchedulePhases.phase(of: subscription, plan, &account, now: call.now)
        schedule["phases"] = [.object(phase)]
        schedule["current_phase"] = SchedulePhases.span(phase)
        schedule.set("status", "active")
        schedule.set("subscription", id)
        let scheduleID = account.create(
            .subscriptionSchedule, schedule, event: "subscription_schedule.created", call.cause
        ).id
        subscription.set("schedule", scheduleID)
        account.update(.subscription, subscription, event: "customer.subscription.updated", call.cause)
        ScheduleProgress.plan(schedule, &account, call.cause)
        return .stored(.subscriptionSchedule, id: scheduleID)
    }

    private static func complete(_ schedule: inout JSONObject, customer: String, _ form: FormMap) {
        schedule.set("customer", customer)
        schedule.set("end_behavior", form.given("end_behavior") ?? "release")
        if schedule.object("metadata") == nil { schedule.set("metadata", JSONObject()) }
        var settings = schedule.object("default_settings") ?? [:]
        if settings.text("collection_method") == nil { settings.set("collection_method", "charge_automatically") }
        schedule.set("default_settings", settings)
        if form.map("billing_mode") == nil { schedule["billing_mode"] = ["flexible": nil, "type": "flexible"] }
    }
}
