internal import KeybrakeStripe

/// What a call makes of a subscription: its items, trial and billing day afterwards, and what is owed for the rest of
/// the present period. Nothing is written until ``apply(_:_:)``.
struct SubscriptionChange {
    private(set) var items: [JSONObject]
    private(set) var cycle: BillingCycle
    private(set) var trial: Trial
    private(set) var prorations: [Proration.Line] = []
    /// Whether all items begin a period now, which is billed at once.
    private(set) var startsPeriod = false

    /// What becomes of the trial.
    enum Trial: Equatable {
        case unchanged
        case ends
        case until(Int64)
    }

    /// What is asked of a subscription.
    struct Request {
        var items: [JSONObject]
        var anchorsNow = false
        var trial = Trial.unchanged
        var prorates = true
        var prorationDate: Int64
    }

    /// - Parameter subscription: as it is, with periods that contain `now`.
    init(_ request: Request, of subscription: JSONObject, now: Int64) {
        let old = SubscriptionItems.of(subscription)
        let isTrialing = subscription.text("status") == "trialing"
        trial = request.trial
        let ends = trial == .ends && isTrialing
        let billed = BillingCycle(subscription)
        let restarts =
            request.anchorsNow || ends || !isTrialing && Self.moves(from: old, to: request.items)
        cycle = restarts ? BillingCycle(anchor: now) : billed
        if case .until(let end) = trial {
            cycle = BillingCycle(anchor: end)
            items = SubscriptionItems.dated(request.items, start: now, end: end)
        } else if restarts {
            startsPeriod = true
            items = SubscriptionItems.dated(request.items, start: now, cycle)
        } else {
            items = request.items.map { Self.dated($0, among: old, isTrialing: isTrialing, now: now, billed) }
        }
        guard request.prorates, !isTrialing else { return }
        let isContinued = !startsPeriod && trial == .unchanged
        prorations = Proration.lines(
            from: old, to: isContinued ? items : nil, at: request.prorationDate, billed)
    }

    /// The subscription as it becomes.
    func applied(to subscription: JSONObject, now: Int64) -> JSONObject {
        var changed = subscription
        changed.set("billing_cycle_anchor", cycle.anchor)
        switch trial {
        case .unchanged: break
        case .ends:
            guard subscription.text("status") == "trialing" else { break }
            changed.set("trial_end", now)
            changed.set("status", "active")
        case .until(let end):
            if subscription.text("status") != "trialing" { changed.set("trial_start", now) }
            changed.set("trial_end", end)
            changed.set("status", "trialing")
        }
        return changed
    }

    /// Whether the billing day moves to now: all intervals are others than before, or what was free costs something.
    private static func moves(from old: [JSONObject], to new: [JSONObject]) -> Bool {
        let before = Set(old.map { BillingInterval(price: $0["price"]) })
        guard before.isDisjoint(with: Set(new.map { BillingInterval(price: $0["price"]) })) else {
            let wasFree = old.allSatisfy { !SubscriptionItems.isMetered($0) && SubscriptionItems.amount($0) == 0 }
            return wasFree && new.contains { SubscriptionItems.amount($0) > 0 }
        }
        return true
    }

    /// An item with the period that it keeps, or that it joins.
    private static func dated(
        _ item: JSONObject, among old: [JSONObject], isTrialing: Bool, now: Int64, _ cycle: BillingCycle
    ) -> JSONObject {
        let interval = BillingInterval(price: item["price"])
        let own = old.first { $0.text("id") == item.text("id") }
        if let own, isTrialing || BillingInterval(price: own["price"]) == interval { return item }
        let peer = old.first { isTrialing || BillingInterval(price: $0["price"]) == interval }
        let start = peer?.integer("current_period_start") ?? now
        let end = peer?.integer("current_period_end") ?? cycle.next(after: now, interval)
        return SubscriptionItems.dated([item], start: start, end: end)[0]
    }
}
