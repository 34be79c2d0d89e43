internal import KeybrakeStripe

/// The events of the second API: they say what happened to what, and leave the object to be fetched.
///
/// Every event of the first API has one with the same ending: `customer.created` is `v1.customer.created`, and
/// `evt_1` is `evt_test_1`. Others exist here alone: those of the second API's own resources, and of meters.
enum ThinEvents {
    static let routes: [(String, Behaviour)] = [
        ("GET /v2/core/events", list),
        ("GET /v2/core/events/{id}", retrieve),
    ]

    /// Whether an event of that type has no counterpart in the first API.
    static func isOnlyThin(_ type: String) -> Bool {
        type.hasPrefix("v2.") || type.hasPrefix("v1.")
    }

    /// What the second API calls a type of events.
    static func type(_ type: String) -> String {
        isOnlyThin(type) ? type : "v1." + type
    }

    static func id(_ id: String) -> String {
        idPrefix + id.dropFirst("evt_".count)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        guard let position = position(of: id, account),
            account.events.created(at: position) > call.cause.worldNow - Events.lifetimeSeconds
        else { throw .missing("event", id: id, param: "id") }
        return .bytes(bytes(account.events.entries[position]))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let request = try PageRequest(call.form)
        let log = account.events
        let oldest = call.cause.worldNow - Events.lifetimeSeconds
        let types = call.form["types"]?.list?.compactMap(\.text)
        let bounds = call.form.map("created")?.fields.map { (name: $0.name, value: $0.value.text ?? "") } ?? []
        let object = call.form.given("object_id")
        let found = try request.select(
            from: 0..<log.count, position: { position(of: $0, account) }, noun: "event"
        ) { place in
            guard log.created(at: place) > oldest, types?.contains(type(log.type(at: place))) ?? true,
                bounds.allSatisfy({ isInside(log.created(at: place), $0.name, $0.value) })
            else { return false }
            return object == nil || related(log.entries[place]).text("id") == object
        }
        var page = ListPage(
            url: "/v2/core/events", elements: found.positions.map { bytes(log.entries[$0]) }, hasMore: found.hasMore)
        page.neighbours = try PageAddresses(of: page, call.form)
        return .page(page)
    }

    /// The event as it is answered, and as it is sent to destinations that want it thin.
    static func bytes(_ entry: EventLog.Entry) -> [UInt8] {
        var event: JSONObject = [
            "id": .string(id(entry.id)), "object": "v2.core.event",
            "created": .string(CivilTime.rfc3339(entry.created)),
            "livemode": false, "type": .string(type(entry.type)),
        ]
        if let request = entry.requestID {
            event.set(
                "reason",
                [
                    "type": "request",
                    "request": ["id": .string(request), "idempotency_key": .string(entry.idempotencyKey ?? "")],
                ])
        }
        let related = related(entry)
        if !related.isEmpty { event.set("related_object", related) }
        if isOnlyThin(entry.type), let data = tree(entry).object("data") { event.set("data", data) }
        return event.bytes
    }

    /// Tells of something that the first API has no event for.
    static func tell(
        _ type: String, about object: (id: String, kind: String, url: String)?, data: JSONObject? = nil,
        _ account: inout Account, _ cause: Cause
    ) {
        var content = JSONObject()
        if let object {
            content.set(
                "related_object",
                ["id": .string(object.id), "type": .string(object.kind), "url": .string(object.url)])
        }
        if let data { content.set("data", data) }
        account.emit(type, object: content.bytes, cause)
    }

    private static let idPrefix = "evt_test_"

    private static func position(of id: String, _ account: Account) -> Int? {
        guard id.hasPrefix(idPrefix) else { return nil }
        return account.events.position(of: "evt_" + id.dropFirst(idPrefix.count))
    }

    private static func tree(_ entry: EventLog.Entry) -> JSONObject {
        (try? JSONParser.parse(entry.object))?.objectValue ?? JSONObject()
    }

    /// What the event is about: `id`, `type`, `url`.
    private static func related(_ entry: EventLog.Entry) -> JSONObject {
        let object = tree(entry)
        if isOnlyThin(entry.type) { return object.object("related_object") ?? JSONObject() }
        guard let id = object.text("id"), let kind = object.text("object") else { return JSONObject() }
        let url = EmbeddedLists.path(of: kind, id: id)
        return ["id": .string(id), "type": .string(kind), "url": .string(url)]
    }

    private static func isInside(_ created: Int64, _ name: String, _ text: String) -> Bool {
        guard let bound = DateTimeText.unixSeconds(text) else { return false }
        return switch name {
        case "gt": created > bound
        case "gte": created >= bound
        case "lt": created < bound
        case "lte": created <= bound
        default: true
        }
    }
}
