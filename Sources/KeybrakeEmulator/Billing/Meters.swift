internal import KeybrakeStripe

/// Billing meters: what counts the usage that metered prices bill.
///
///     create ─→ active ⇄ inactive
enum Meters {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/billing/meters", create),
        ("POST /v1/billing/meters/{id}/deactivate", deactivate),
        ("POST /v1/billing/meters/{id}/reactivate", reactivate),
        ("GET /v1/billing/meters/{id}/event_summaries", summaries),
    ]

    static let kind = ObjectKind("billing.meter")
    private static let plan = SynthesisPlan(named: "POST /v1/billing/meters")
    private static let minuteSeconds: Int64 = 60

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know meters.") }
        let event = try call.form.required("event_name")
        guard active(named: event, account) == nil else {
            throw .coded(
                "resource_already_exists", "An active meter with the event name \(event) already exists.",
                param: "event_name")
        }
        var meter = try FormMerge.merged(call.form, into: nil, plan, &account, now: call.now)
        let mapping = call.form.map("customer_mapping")?.given("event_payload_key") ?? "stripe_customer_id"
        let value = call.form.map("value_settings")?.given("event_payload_key") ?? "value"
        meter["customer_mapping"] = ["event_payload_key": .string(mapping), "type": "by_id"]
        meter["value_settings"] = ["event_payload_key": .string(value)]
        meter.set("status", "active")
        meter["status_transitions"] = ["deactivated_at": nil]
        meter.set("updated", call.now)
        return .stored(kind, id: account.create(kind, meter, call.cause).id)
    }

    static func deactivate(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try turn(call, "inactive", &account)
    }

    static func reactivate(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let meter = try account.target(kind, call)
        guard active(named: meter.text("event_name") ?? "", account) == nil else {
            throw .invalid("An active meter has this event name already.")
        }
        return try turn(call, "active", &account)
    }

    private static func turn(_ call: Call, _ status: String, _ account: inout Account) throws(StripeError) -> Reply {
        var meter = try account.target(kind, call).tree
        guard meter.text("status") != status else { throw .invalid("This meter is already \(status).") }
        meter.set("status", status)
        meter["status_transitions"] = ["deactivated_at": status == "inactive" ? .integer(call.now) : .null]
        meter.set("updated", call.now)
        account.update(kind, meter, call.cause)
        return .stored(kind, id: call.pathValue())
    }

    /// What a customer has used, in one sum or by hours or days, newest first.
    static func summaries(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let meter = try account.target(kind, call).tree
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer").id
        let (start, end) = (try form.requiredInteger("start_time"), try form.requiredInteger("end_time"))
        let window = form.given("value_grouping_window")
        let steps: [String: Int64] = ["hour": 3_600, "day": CivilTime.secondsPerDay]
        let step = window.flatMap { steps[$0] }
        for (name, time) in [("start_time", start), ("end_time", end)] {
            guard time % (step ?? minuteSeconds) == 0, time >= 0, time <= AmountLimits.objectMax else {
                throw .invalid(
                    "Must align with \(window ?? "minute") boundaries (UTC).", param: name)
            }
        }
        guard start < end else { throw .invalid("start_time must be before end_time.", param: "start_time") }
        guard step.map({ (end - start) / $0 <= 10_000 }) ?? true else {
            throw .invalid("The time between start_time and end_time is too long.", param: "end_time")
        }
        let size = step ?? (end - start)
        var windows = (0..<(end - start) / size).map { (start + $0 * size, start + ($0 + 1) * size) }
        windows.reverse()
        let usage = MeterUsage(meter, customer: customer, account)
        let lines = windows.compactMap { from, to -> JSONObject? in
            guard let value = usage.value(from: from, to: to) else { return nil }
            return [
                "id": .string("mtrusg_test_\(meter.text("id") ?? "")_\(from)"), "object": "billing.meter_event_summary",
                "aggregated_value": value.json, "end_time": .integer(to), "livemode": false,
                "meter": meter["id"] ?? .null, "start_time": .integer(from),
            ]
        }
        return try page(lines, call)
    }

    private static func page(_ lines: [JSONObject], _ call: Call) throws(StripeError) -> Reply {
        let ids = lines.map { $0.text("id") ?? "" }
        let last = lines.count - 1
        let found = try PageRequest(call.form).select(
            from: 0..<lines.count, position: { id in ids.firstIndex(of: id).map { last - $0 } },
            noun: "meter event summary"
        ) { _ in true }
        return .page(
            ListPage(
                url: call.path(of: call.operation), elements: found.positions.map { lines[last - $0].bytes },
                hasMore: found.hasMore))
    }

    /// The meter that counts events of that name.
    static func active(named event: String, _ account: Account) -> JSONObject? {
        account.store.collection(kind)?.objects.lazy.map(\.tree).first {
            $0.text("event_name") == event && $0.text("status") == "active"
        }
    }
}

extension DecimalNumber {
    /// The number as an object shows it.
    var json: JSONValue { Int64(text).map { .integer($0) } ?? .numeral(text) }
}
