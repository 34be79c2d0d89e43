internal import KeybrakeStripe

/// The phases of a subscription schedule: from parameters to what the schedule shows, and to parameters again when
/// their time has come.
enum SchedulePhases {
    static let countMax = 10

    private static let yearsMax: Int64 = 10
    private static let secondsPerYear: Int64 = 366 * CivilTime.secondsPerDay

    static func of(_ schedule: JSONObject) -> [JSONObject] {
        schedule["phases"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// `current_phase` for a phase.
    static func span(_ phase: JSONObject) -> JSONValue {
        ["end_date": .integer(phase.integer("end_date")), "start_date": .integer(phase.integer("start_date"))]
    }

    /// The phases of a call, one beginning where the other ends.
    static func read(
        _ form: FormMap, from start: Int64, _ plan: SynthesisPlan, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> [JSONObject] {
        let given = form["phases"]?.list?.compactMap(\.map) ?? []
        guard given.count <= countMax else {
            throw .invalid("A subscription schedule can have at most \(countMax) phases.", param: "phases")
        }
        let only: FormMap = ["phases": .list(given.map { .map(plain($0)) })]
        let shell = try FormMerge.merged(only, into: nil, plan, &account, now: call.now)
        var phases: [JSONObject] = []
        for (index, phase) in given.enumerated() {
            let param = "phases[\(index)]"
            let begin = try startDate(phase, param, after: phases.last, default: start, now: call.now)
            var tree = of(shell).indices.contains(index) ? of(shell)[index] : JSONObject()
            try write(phase, param, start: begin, to: &tree, call, &account)
            phases.append(tree)
        }
        return phases
    }

    /// A phase that keeps a subscription as it is until the end of its period.
    static func phase(of subscription: JSONObject, _ plan: SynthesisPlan, _ account: inout Account, now: Int64)
        -> JSONObject
    {
        let blank: FormMap = ["phases": .list([.map(["proration_behavior": "create_prorations"])])]
        let shell = try? FormMerge.merged(blank, into: nil, plan, &account, now: now)
        var phase = shell.flatMap { of($0).first } ?? JSONObject()
        let items = SubscriptionItems.of(subscription)
        phase["items"] = .array(items.map { item in .object(Self.item(item, price: item["price"]?["id"] ?? .null)) })
        phase["currency"] = subscription["currency"] ?? .null
        phase.set("start_date", items.map { $0.integer("current_period_start") }.min() ?? now)
        phase.set("end_date", SubscriptionItems.periodEnd(subscription))
        phase["trial_end"] = subscription["trial_end"]?.integerValue.map { $0 > now ? .integer($0) : .null } ?? .null
        phase["metadata"] = subscription["metadata"] ?? [:]
        return phase
    }

    /// The phase in which a schedule is must stay among its phases.
    static func checkCurrent(_ phases: [JSONObject], _ schedule: JSONObject, now: Int64) throws(StripeError) {
        guard let current = schedule["current_phase"]?["start_date"]?.integerValue else { return }
        guard phases.contains(where: { $0.integer("start_date") == current }) else {
            throw .invalid(
                "You can not modify the start date of the current phase (\(current)).", param: "phases[0][start_date]")
        }
        guard let last = phases.last, last.integer("end_date") > now else {
            throw .invalid("The subscription schedule must end in the future.", param: "phases")
        }
    }

    /// The parameters with which a phase begins a subscription.
    static func form(_ phase: JSONObject, of schedule: JSONObject, now: Int64) -> FormMap {
        var form: FormMap = [
            "customer": .text(schedule.text("customer") ?? ""), "schedule": .text(schedule.text("id") ?? ""),
            "items": .list(itemForms(phase)),
            "proration_behavior": .text(phase.text("proration_behavior") ?? "create_prorations"),
        ]
        let settings = schedule.object("default_settings") ?? [:]
        for name in ["collection_method", "default_payment_method", "description", "on_behalf_of"] {
            form[name] = (phase.text(name) ?? settings.text(name)).map { .text($0) }
        }
        let days =
            phase["invoice_settings"]?["days_until_due"]?.integerValue
            ?? settings["invoice_settings"]?["days_until_due"]?.integerValue
        form["days_until_due"] = days.map { .text(String($0)) }
        if let end = phase["trial_end"]?.integerValue, end > now { form["trial_end"] = .text(String(end)) }
        form["metadata"] = strings(phase["metadata"])
        form["default_tax_rates"] = ids(phase["default_tax_rates"])
        form["discounts"] = discounts(phase["discounts"])
        form["add_invoice_items"] = added(phase)
        return form
    }

    /// The parameters of the items of a phase.
    static func itemForms(_ phase: JSONObject) -> [FormValue] {
        (phase["items"]?.arrayValue ?? []).map { item in
            var form: FormMap = ["price": .text(item["price"]?.stringValue ?? "")]
            form["quantity"] = item["quantity"]?.integerValue.map { .text(String($0)) }
            form["metadata"] = strings(item["metadata"])
            form["tax_rates"] = ids(item["tax_rates"])
            form["discounts"] = discounts(item["discounts"])
            return .map(form)
        }
    }

    static func added(_ phase: JSONObject) -> FormValue? {
        let items = (phase["add_invoice_items"]?.arrayValue ?? []).map { item -> FormValue in
            var form: FormMap = ["price": .text(item["price"]?.stringValue ?? "")]
            form["quantity"] = item["quantity"]?.integerValue.map { .text(String($0)) }
            return .map(form)
        }
        return items.isEmpty ? nil : .list(items)
    }
}

// MARK: One phase

extension SchedulePhases {
    /// What is read by hand stays away from the shape.
    private static func plain(_ phase: FormMap) -> FormMap {
        var plain = phase
        for name in ["items", "start_date", "end_date", "duration", "trial", "trial_end", "default_tax_rates"] {
            plain[name] = nil
        }
        return plain
    }

    private static func startDate(
        _ phase: FormMap, _ param: String, after last: JSONObject?, default start: Int64, now: Int64
    ) throws(StripeError) -> Int64 {
        let given = phase.given("start_date") == "now" ? now : phase.integer("start_date")
        let bounds = (now - yearsMax * secondsPerYear)...(now + yearsMax * secondsPerYear)
        try AmountLimits.check(given, bounds, param: "\(param)[start_date]")
        guard let last else { return given ?? start }
        let end = last.integer("end_date")
        guard given == nil || given == end else {
            throw .invalid(
                "The start_date of a phase must be the end_date of the phase before it (\(end)).",
                param: "\(param)[start_date]")
        }
        return end
    }

    private static func write(
        _ form: FormMap, _ param: String, start: Int64, to phase: inout JSONObject, _ call: Call,
        _ account: inout Account
    ) throws(StripeError) {
        var items: [JSONObject] = []
        var prices: [JSONObject] = []
        for (index, value) in (form["items"]?.list ?? []).enumerated() {
            guard let given = value.map else { continue }
            let path = "\(param)[items][\(index)]"
            let price = try SubscriptionItems.price(given, param: path, call, &account)
            try AmountLimits.check(
                given.integer("quantity"), SubscriptionItems.quantityRange, param: "\(path)[quantity]")
            prices.append(price)
            let rates = try TaxRates.resolve(given["tax_rates"], param: "\(path)[tax_rates]", account)
            var item: JSONObject = ["metadata": .object(try Metadata.merge(given["metadata"]))]
            item["quantity"] = .integer(given.integer("quantity") ?? 1)
            if price["recurring"]?["usage_type"] == "metered" { item["quantity"] = nil }
            item["tax_rates"] = .array(rates.map { .object($0) })
            items.append(Self.item(item, price: price["id"] ?? .null))
        }
        guard let first = prices.first else { throw .parameterMissing("\(param)[items]") }
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "\(param)[default_tax_rates]", account)
        let end = try endDate(form, param, start: start, first, now: call.now)
        phase["currency"] = first["currency"] ?? .null
        phase["default_tax_rates"] = .array(rates.map { .object($0) })
        phase.set("end_date", end)
        phase["items"] = .array(items.map { .object($0) })
        phase.set("proration_behavior", form.given("proration_behavior") ?? "create_prorations")
        phase.set("start_date", start)
        let trialEnd = form.given("trial_end") == "now" ? nil : form.integer("trial_end")
        try AmountLimits.check(trialEnd, start...max(start, end), param: "\(param)[trial_end]")
        try AmountLimits.check(
            form.map("invoice_settings")?.integer("days_until_due"), 0...3_650,
            param: "\(param)[invoice_settings][days_until_due]")
        phase["trial_end"] = JSONValue(form.flag("trial") == true ? end : trialEnd)
        if phase.object("metadata") == nil { phase.set("metadata", JSONObject()) }
    }

    private static func endDate(
        _ form: FormMap, _ param: String, start: Int64, _ price: JSONObject, now: Int64
    ) throws(StripeError) -> Int64 {
        if form.given("end_date") == "now" { return now }
        if let end = form.integer("end_date") {
            guard end > start else {
                throw .invalid(
                    "The phase end_date (\(end)) must be after its start_date (\(start)).", param: "\(param)[end_date]")
            }
            try AmountLimits.check(end, start...(start + yearsMax * secondsPerYear), param: "\(param)[end_date]")
            return end
        }
        guard let duration = form.map("duration") else {
            let interval = BillingInterval(price: .object(price))
            return BillingPeriod.after(start, interval: interval.unit, count: interval.count)
        }
        let count = duration.integer("interval_count") ?? 1
        try AmountLimits.check(count, 1...BillingPeriod.countMax, param: "\(param)[duration][interval_count]")
        return BillingPeriod.after(start, interval: duration.given("interval") ?? "month", count: count)
    }

    private static func item(_ item: JSONObject, price: JSONValue) -> JSONObject {
        var shown: JSONObject = ["billing_thresholds": nil, "discounts": [], "metadata": item["metadata"] ?? [:]]
        shown["price"] = price
        if let quantity = item["quantity"], !quantity.isNull { shown["quantity"] = quantity }
        shown["tax_rates"] = item["tax_rates"] ?? []
        return shown
    }

    private static func strings(_ value: JSONValue?) -> FormValue? {
        guard let members = value?.objectValue?.members, !members.isEmpty else { return nil }
        return .map(
            FormMap(members.map { FormMap.Field(name: $0.name, value: .text($0.value.stringValue ?? "")) }))
    }

    private static func ids(_ value: JSONValue?) -> FormValue? {
        let ids = (value?.arrayValue ?? []).compactMap { $0.stringValue ?? $0["id"]?.stringValue }
        return ids.isEmpty ? nil : .list(ids.map { .text($0) })
    }

    private static func discounts(_ value: JSONValue?) -> FormValue? {
        let discounts = (value?.arrayValue ?? []).compactMap { discount -> FormValue? in
            for name in ["coupon", "promotion_code", "discount"] {
                guard let id = discount[name]?.stringValue ?? discount[name]?["id"]?.stringValue else { continue }
                return .map(FormMap([FormMap.Field(name: name, value: .text(id))]))
            }
            return nil
        }
        return discounts.isEmpty ? nil : .list(discounts)
    }
}
