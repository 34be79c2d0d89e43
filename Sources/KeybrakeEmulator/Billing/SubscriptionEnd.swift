internal import KeybrakeStripe

/// When and why a subscription is to end.
enum SubscriptionEnd {
    /// Reads `cancel_at`, `cancel_at_period_end` and `cancellation_details` into a subscription.
    static func apply(_ form: FormMap, to subscription: inout JSONObject, now: Int64) throws(StripeError) {
        let touches = form["cancel_at"] != nil || form["cancel_at_period_end"] != nil
        if touches, let schedule = subscription.text("schedule"), form.given("schedule") == nil {
            throw .invalid(
                "The subscription is managed by the subscription schedule `\(schedule)`, and updating any cancelation "
                    + "behavior directly is not allowed. Please update the schedule instead.", param: "cancel_at")
        }
        try check(form, now: now)
        if form["cancel_at"] != nil {
            set(time(form.given("cancel_at"), subscription), atPeriodEnd: false, now, &subscription)
        }
        if let ends = form.flag("cancel_at_period_end") {
            if ends {
                set(time("max_period_end", subscription), atPeriodEnd: true, now, &subscription)
            } else if form.given("cancel_at") == nil {
                set(nil, atPeriodEnd: false, now, &subscription)
            }
        }
        explain(form, in: &subscription)
    }

    /// Reads `cancellation_details`.
    static func explain(_ form: FormMap, in subscription: inout JSONObject) {
        guard let given = form.map("cancellation_details") else { return }
        var details = subscription.object("cancellation_details") ?? blank
        for name in ["comment", "feedback"] {
            if let text = given.text(name) { details.set(name, text.isEmpty ? nil : text) }
        }
        subscription.set("cancellation_details", details)
    }

    static let blank: JSONObject = ["comment": nil, "feedback": nil, "reason": nil]

    private static func check(_ form: FormMap, now: Int64) throws(StripeError) {
        if form.given("cancel_at") != nil, form.flag("cancel_at_period_end") == true {
            throw .invalid(
                "You may only specify one of these parameters: cancel_at, cancel_at_period_end.", param: "cancel_at")
        }
        guard let end = form.integer("cancel_at") else { return }
        guard end > now else { throw .invalid("`cancel_at` must be in the future.", param: "cancel_at") }
        try AmountLimits.check(end, now...(now + 10 * 366 * CivilTime.secondsPerDay), param: "cancel_at")
    }

    private static func time(_ word: String?, _ subscription: JSONObject) -> Int64? {
        let ends = SubscriptionItems.of(subscription).map { $0.integer("current_period_end") }
        return switch word {
        case nil: nil
        case "min_period_end": ends.min()
        case "max_period_end", "max_billed_until": ends.max()
        default: word.flatMap { Int64($0) }
        }
    }

    private static func set(_ end: Int64?, atPeriodEnd: Bool, _ now: Int64, _ subscription: inout JSONObject) {
        subscription["cancel_at"] = JSONValue(end)
        subscription.set("cancel_at_period_end", atPeriodEnd)
        subscription["canceled_at"] = JSONValue(end.map { _ in now })
        var details = subscription.object("cancellation_details") ?? blank
        details.set("reason", end == nil ? nil : "cancellation_requested")
        subscription.set("cancellation_details", details)
    }
}
