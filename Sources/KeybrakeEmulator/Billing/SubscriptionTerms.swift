internal import KeybrakeStripe

/// When a new subscription begins, is tried for free, and is billed; read from the parameters of its creation.
struct SubscriptionTerms: Sendable {
    let start: Int64
    let trialEnd: Int64?
    let cycle: BillingCycle
    /// Whether times before the first whole period are paid for.
    let prorates: Bool

    private static let yearsMax: Int64 = 5
    private static let secondsPerYear: Int64 = 366 * CivilTime.secondsPerDay

    /// - Throws: what cannot be in a subscription of these items that begins now.
    init(_ form: FormMap, _ items: [JSONObject], now: Int64) throws(StripeError) {
        try Self.check(form, now: now)
        start = form.integer("backdate_start_date") ?? now
        trialEnd = Self.trialEnd(form, items, now: now)
        prorates = form.given("proration_behavior") != "none"
        let from = trialEnd ?? now
        if let config = form.map("billing_cycle_anchor_config") {
            cycle = try Self.cycle(config, after: from)
        } else {
            cycle = BillingCycle(anchor: form.integer("billing_cycle_anchor") ?? from)
        }
        let intervals = items.map { BillingInterval(price: $0["price"]) }
        let natural = intervals.map { BillingCycle(anchor: from).next(after: from, $0) }.min() ?? from
        guard cycle.anchor <= natural else {
            throw .invalid(
                "`billing_cycle_anchor` cannot be later than next natural billing date (\(natural)) for plan",
                param: "billing_cycle_anchor")
        }
        guard cycle.anchor >= from else {
            throw .invalid("`billing_cycle_anchor` cannot be in the past.", param: "billing_cycle_anchor")
        }
    }

    /// Writes the times into a new subscription, and gives its items their first periods.
    func apply(to subscription: inout JSONObject, _ items: [JSONObject], now: Int64) -> [JSONObject] {
        subscription.set("billing_cycle_anchor", cycle.anchor)
        subscription.set("start_date", start)
        subscription["trial_end"] = JSONValue(trialEnd)
        subscription["trial_start"] = JSONValue(trialEnd.map { _ in now })
        if let trialEnd { return SubscriptionItems.dated(items, start: now, end: trialEnd) }
        return SubscriptionItems.dated(items, start: now, cycle)
    }

    private static func check(_ form: FormMap, now: Int64) throws(StripeError) {
        let latest = now + yearsMax * secondsPerYear
        try AmountLimits.check(form.integer("trial_period_days"), 0...730, param: "trial_period_days")
        if let end = form.integer("trial_end") {
            guard end > now else {
                throw .invalid(
                    "Invalid timestamp: must be an integer Unix timestamp in the future.", param: "trial_end")
            }
            try AmountLimits.check(end, now...latest, param: "trial_end")
        }
        try AmountLimits.check(form.integer("billing_cycle_anchor"), 0...latest, param: "billing_cycle_anchor")
        if let past = form.integer("backdate_start_date") {
            try AmountLimits.check(past, (now - yearsMax * secondsPerYear)...now, param: "backdate_start_date")
        }
        if let end = form.integer("cancel_at") {
            guard end > now else {
                throw .invalid("`cancel_at` must be in the future.", param: "cancel_at")
            }
            try AmountLimits.check(end, now...latest, param: "cancel_at")
        }
        guard form.given("trial_end") == nil || form.given("trial_period_days") == nil else {
            throw .invalid(
                "You may only specify one of these parameters: trial_end, trial_period_days.", param: "trial_end")
        }
    }

    private static func trialEnd(_ form: FormMap, _ items: [JSONObject], now: Int64) -> Int64? {
        if form.given("trial_end") == "now" { return nil }
        if let end = form.integer("trial_end") { return end }
        var days = form.integer("trial_period_days")
        if days == nil, form.flag("trial_from_plan") == true {
            days = items.compactMap { $0["price"]?["recurring"]?["trial_period_days"]?.integerValue }.max()
        }
        return days.flatMap { $0 > 0 ? now + min($0, 730) * CivilTime.secondsPerDay : nil }
    }

    /// The first time after another one that fits a `billing_cycle_anchor_config`.
    private static func cycle(_ config: FormMap, after time: Int64) throws(StripeError) -> BillingCycle {
        let name = "billing_cycle_anchor_config"
        let day = try config.requiredInteger("day_of_month")
        try AmountLimits.check(day, 1...31, param: "\(name)[day_of_month]")
        for (part, range) in [("month", 1...12), ("hour", 0...23), ("minute", 0...59), ("second", 0...59)] {
            try AmountLimits.check(
                config.integer(part), Int64(range.lowerBound)...Int64(range.upperBound), param: "\(name)[\(part)]")
        }
        let own = CivilTime.timeOfDay(time)
        let seconds =
            (config.integer("hour") ?? Int64(own.hour)) * 3_600 + (config.integer("minute") ?? Int64(own.minute)) * 60
            + (config.integer("second") ?? Int64(own.second))
        let date = CivilTime.date(time)
        let first = Int64(date.year) * 12 + Int64(date.month) - 1
        for month in first...(first + 12) {
            let (year, number) = (Int(month / 12), Int(month % 12) + 1)
            if let wanted = config.integer("month"), wanted != Int64(number) { continue }
            let last = min(Int(day), BillingCycle.daysInMonth(year, number))
            let anchor = CivilTime.unixSeconds(year: year, month: number, day: last) + seconds
            if anchor >= time { return BillingCycle(anchor: anchor, dayOfMonth: Int(day)) }
        }
        return BillingCycle(anchor: time, dayOfMonth: Int(day))
    }
}
