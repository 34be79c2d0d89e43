internal import KeybrakeStripe

/// Meter events of the second API: taken at once and looked at afterwards, so that what is wrong with them is told by
/// an event, and a session that lets many be streamed with a token of its own.
///
///     event ─→ counted (or told of: `no_meter_found`, `error_report_triggered`) ─ adjustment ─→ cancelled
///     session ─ 15 minutes ─→ expired
enum MeteredEvents {
    static let routes: [(String, Behaviour)] = [
        ("POST /v2/billing/meter_events", create),
        ("POST /v2/billing/meter_event_session", openSession),
        (streamName, stream),
        ("POST /v2/billing/meter_event_adjustments", adjust),
    ]

    static let kind = ObjectKind("v2.billing.meter_event")
    static let sessionKind = ObjectKind("v2.billing.meter_event_session")
    static let adjustmentKind = ObjectKind("v2.billing.meter_event_adjustment")
    /// The operation whose key is a session's token.
    static let streamName = "POST /v2/billing/meter_event_stream"
    static let sessionSeconds: Int64 = 15 * 60
    static let streamedMax = 100
    static let identifierCharactersMax = 100
    /// How far back an event may lie, and how far ahead.
    static let oldestSeconds: Int64 = 35 * 86_400
    static let newestSeconds: Int64 = 5 * 60
    /// How long an identifier must not come again.
    static let uniqueSeconds: Int64 = 24 * 3_600

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let event = try read(call.form, path: "", call, &account)
        store(event, call, &account)
        return .object(event)
    }

    static func stream(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let sessions = account.store.collection(sessionKind)?.objects ?? []
        let session = sessions.first { $0.text("authentication_token") == call.apiKey }
        guard let session else { throw APIKeys.noSession(call.apiKey) }
        guard session.created + sessionSeconds > call.now else {
            throw VersionTwoErrors.typed(
                "temporary_session_expired", code: "billing_meter_event_session_expired", status: 401,
                "The meter event session has expired; create a new one.")
        }
        let sent = call.form["events"]?.list?.compactMap(\.map) ?? []
        guard (1...streamedMax).contains(sent.count) else {
            throw .invalid("A stream takes 1 to \(streamedMax) events at a time.", param: "events")
        }
        var events: [JSONObject] = []
        for (index, form) in sent.enumerated() {
            events.append(try read(form, path: "events[\(index)].", call, &account))
        }
        for event in events { store(event, call, &account) }
        return .object(JSONObject())
    }

    static func openSession(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let session: JSONObject = [
            "id": .string(account.ids.next("mes_test")), "object": .string(sessionKind.name),
            "authentication_token": .string(account.ids.next("token", length: 48)),
            "created": .string(CivilTime.rfc3339(call.now)),
            "expires_at": .string(CivilTime.rfc3339(call.now + sessionSeconds)), "livemode": false,
        ]
        account.create(sessionKind, session, call.cause)
        return .object(session)
    }

    static func adjust(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let identifier = try call.form.map("cancel")?.required("identifier") ?? ""
        guard let event = account.store.object(kind, id: identifier), !event.isDeleted,
            event.text("event_name") == call.form.given("event_name")
        else { throw .missing("meter event", id: identifier, param: "cancel.identifier") }
        guard call.now - event.created < uniqueSeconds else {
            throw .invalid("Only events of the last 24 hours can be cancelled.", param: "cancel.identifier")
        }
        let adjustment: JSONObject = [
            "id": .string(account.ids.next("mtradj_test")), "object": .string(adjustmentKind.name),
            "cancel": ["identifier": .string(identifier)], "created": .string(CivilTime.rfc3339(call.now)),
            "event_name": .string(event.text("event_name") ?? ""), "livemode": false, "status": "complete",
            "type": "cancel",
        ]
        _ = account.delete(kind, id: identifier, call.cause)
        account.create(adjustmentKind, adjustment, call.cause)
        return .object(adjustment)
    }

    /// The event that a form describes.
    private static func read(_ form: FormMap, path: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> JSONObject
    {
        let name = try form.required("event_name")
        let time = form.given("timestamp").flatMap(DateTimeText.unixSeconds) ?? call.now
        guard time > call.now - oldestSeconds else {
            throw .invalid(
                "The timestamp is more than 35 days ago.", param: path + "timestamp", code: "timestamp_too_far_in_past")
        }
        guard time <= call.now + newestSeconds else {
            throw .invalid(
                "The timestamp is more than 5 minutes ahead.", param: path + "timestamp", code: "timestamp_in_future")
        }
        let identifier = form.given("identifier") ?? account.ids.letters(32)
        guard identifier.count <= identifierCharactersMax else {
            throw .invalid(
                "An identifier has at most \(identifierCharactersMax) characters.", param: path + "identifier")
        }
        if let old = account.store.object(kind, id: identifier), call.now - old.created < uniqueSeconds {
            throw .invalid(
                "There is an event with the identifier '\(identifier)' already.", param: path + "identifier",
                code: "duplicate_meter_event")
        }
        let payload = form.map("payload")?.fields.map { field in
            JSONObject.Member(name: field.name, value: .string(field.value.text ?? ""))
        }
        return [
            "object": .string(kind.name), "created": .string(CivilTime.rfc3339(call.now)), "event_name": .string(name),
            "identifier": .string(identifier), "livemode": false, "payload": .object(JSONObject(payload ?? [])),
            "timestamp": .string(CivilTime.rfc3339(time)),
        ]
    }

    private static func store(_ event: JSONObject, _ call: Call, _ account: inout Account) {
        let identifier = event.text("identifier") ?? ""
        if let position = account.store.position(kind, id: identifier) {
            // An old event of the same name makes room.
            account.store.update(kind, at: position, bytes: event.bytes)
        } else {
            account.store.insert(kind, StoredObject(id: identifier, created: call.now, bytes: event.bytes))
        }
        report(event, call, &account)
    }

    /// Tells of an event that cannot be counted.
    private static func report(_ event: JSONObject, _ call: Call, _ account: inout Account) {
        let name = event.text("event_name") ?? ""
        let meters = account.store.collection("billing.meter")?.objects ?? []
        let meter = meters.first { !$0.isDeleted && $0.text("event_name") == name }?.tree
        guard let meter, let id = meter.text("id") else {
            let data = errors("meter_event_no_meter_found", "no meter has the event name '\(name)'", event, call)
            return ThinEvents.tell("v1.billing.meter.no_meter_found", about: nil, data: data, &account, call.cause)
        }
        guard let (code, message) = fault(of: event, meter, account) else { return }
        ThinEvents.tell(
            "v1.billing.meter.error_report_triggered", about: (id, "billing.meter", "/v1/billing/meters/\(id)"),
            data: errors(code, message, event, call), &account, call.cause)
    }

    private static func fault(of event: JSONObject, _ meter: JSONObject, _ account: Account) -> (String, String)? {
        let payload = event.object("payload") ?? [:]
        let customerKey = key(meter.object("customer_mapping")) ?? "stripe_customer_id"
        let valueKey = key(meter.object("value_settings")) ?? "value"
        if meter.text("status") == "inactive" { return ("archived_meter", "the meter is inactive") }
        guard let customer = payload.text(customerKey) else {
            return ("meter_event_customer_not_found", "the payload has no '\(customerKey)'")
        }
        guard account.store.object(.customer, id: customer)?.isDeleted == false else {
            return ("meter_event_customer_not_found", "there is no customer '\(customer)'")
        }
        guard meter.object("default_aggregation")?.text("formula") != "count" else { return nil }
        guard let value = payload.text(valueKey) else {
            return ("meter_event_value_not_found", "the payload has no '\(valueKey)'")
        }
        return ScalarCheck.isDecimal(value) ? nil : ("meter_event_invalid_value", "'\(value)' is no number")
    }

    /// The name in the payload that a meter looks for.
    private static func key(_ settings: JSONObject?) -> String? {
        settings?.text("event_payload_key").flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func errors(_ code: String, _ message: String, _ event: JSONObject, _ call: Call) -> JSONObject {
        let time = JSONValue.string(CivilTime.rfc3339(call.now))
        let identifier = event["identifier"] ?? ""
        let sample: JSONValue = ["error_message": .string(message), "request": ["identifier": identifier]]
        return [
            "developer_message_summary": .string("There is 1 invalid event: \(message)."),
            "reason": [
                "error_count": 1,
                "error_types": [["code": .string(code), "error_count": 1, "sample_errors": [sample]]],
            ], "validation_start": time, "validation_end": time,
        ]
    }
}
