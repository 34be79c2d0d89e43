internal import KeybrakeStripe

/// Meter events of the first API: what was used, by whom and when. Those of the second count alike.
///
///     record ─→ counted ─ an adjustment cancels it within a day ─→ not counted
enum MeterEvents {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/billing/meter_events", create),
        ("POST /v1/billing/meter_event_adjustments", adjust),
    ]

    static let kind = ObjectKind("billing.meter_event")

    static let pastSecondsMax: Int64 = 35 * CivilTime.secondsPerDay
    static let futureSecondsMax: Int64 = 5 * 60

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let event = try read(call.form, time: call.form.integer("timestamp"), &account, now: call.now)
        account.create(kind, event, call.cause)
        var answer = event
        answer["id"] = nil
        return .object(answer)
    }

    static func adjust(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let identifier = try cancel(call, &account)
        return .object([
            "object": "billing.meter_event_adjustment", "cancel": ["identifier": .string(identifier)],
            "event_name": JSONValue(call.form.given("event_name")), "livemode": false, "status": "complete",
            "type": "cancel",
        ])
    }

    private static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> String {
        guard let identifier = call.form.map("cancel")?.given("identifier") else {
            throw .parameterMissing("cancel[identifier]")
        }
        let event = try account.find(kind, identifier, param: "cancel[identifier]")
        guard event.text("event_name") == call.form.given("event_name") else {
            throw .missing("meter event", id: identifier, param: "cancel[identifier]", status: 400)
        }
        guard call.now - event.created <= CivilTime.secondsPerDay else {
            throw .invalid("Meter events can only be cancelled within 24 hours.", param: "cancel[identifier]")
        }
        _ = account.delete(kind, id: identifier, call.cause)
        return identifier
    }

    /// Looks at an event and refuses one that no meter could count.
    private static func read(_ form: FormMap, time: Int64?, _ account: inout Account, now: Int64) throws(StripeError)
        -> JSONObject
    {
        let name = try form.required("event_name")
        guard let meter = Meters.active(named: name, account) else {
            throw .coded("no_meter", "No active meter found for the event name \(name).", param: "event_name")
        }
        let payload = form.map("payload") ?? FormMap()
        let customerKey = meter["customer_mapping"]?["event_payload_key"]?.stringValue ?? ""
        guard let customer = payload.given(customerKey) else {
            throw .coded(
                "meter_event_no_customer_defined", "The payload must name its customer as `\(customerKey)`.",
                param: "payload[\(customerKey)]")
        }
        _ = try account.find(.customer, customer, param: "payload[\(customerKey)]")
        let valueKey = meter["value_settings"]?["event_payload_key"]?.stringValue ?? ""
        let counts = meter["default_aggregation"]?["formula"] == "count"
        guard payload.given(valueKey).map({ DecimalNumber($0) != nil }) ?? counts else {
            throw .coded(
                "meter_event_invalid_value", "The payload must hold a number as `\(valueKey)`.",
                param: "payload[\(valueKey)]")
        }
        let present = clockTime(of: customer, account) ?? now
        let timestamp = time ?? present
        guard (present - pastSecondsMax...present + futureSecondsMax).contains(timestamp) else {
            throw .invalid(
                "The timestamp must be within the past 35 days or up to 5 minutes in the future.", param: "timestamp")
        }
        let identifier = form.given("identifier") ?? account.ids.next("mtrev")
        guard account.store.object(kind, id: identifier) == nil else {
            throw .coded(
                "duplicate_meter_event", "An event already exists with identifier \(identifier).", param: "identifier")
        }
        let members = payload.fields.map { JSONObject.Member(name: $0.name, value: JSONValue($0.value.text)) }
        return [
            "id": .string(identifier), "object": "billing.meter_event", "created": .integer(now),
            "event_name": .string(name), "identifier": .string(identifier), "livemode": false,
            "payload": .object(JSONObject(members)), "timestamp": .integer(timestamp),
        ]
    }

    /// The time of a customer that has a test clock.
    private static func clockTime(of customer: String, _ account: Account) -> Int64? {
        guard TestClocks.isUsed(account) else { return nil }
        return TestClocks.clock(of: customer, account).flatMap { TestClocks.frozenTime($0, account) }
    }
}
