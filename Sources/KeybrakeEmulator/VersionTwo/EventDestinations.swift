internal import KeybrakeStripe

/// Event destinations: where events go, thin or whole. Those of type `webhook_endpoint` are sent to like webhook
/// endpoints; what goes into the clouds of others is remembered only.
///
///     create ─→ enabled ⇄ disabled ─ delete ─→ gone
enum EventDestinations {
    static let routes: [(String, Behaviour)] = [
        ("GET /v2/core/event_destinations", list),
        ("POST /v2/core/event_destinations", create),
        ("GET /v2/core/event_destinations/{id}", retrieve),
        ("POST /v2/core/event_destinations/{id}", update),
        ("DELETE /v2/core/event_destinations/{id}", delete),
        ("POST /v2/core/event_destinations/{id}/disable", disable),
        ("POST /v2/core/event_destinations/{id}/enable", enable),
        ("POST /v2/core/event_destinations/{id}/ping", ping),
    ]

    static let kind = ObjectKind("v2.core.event_destination")
    private static let inclusion = Inclusion(
        includable: ["webhook_endpoint.signing_secret", "webhook_endpoint.url"], kind: kind)

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let type = try call.form.required("type")
        for known in ["webhook_endpoint", "amazon_eventbridge", "azure_event_grid"] {
            guard (call.form[known] != nil) != (type == known) else { continue }
            throw type == known
                ? .parameterMissing(known) : .invalid("\(known) does not go with the type \(type).", param: known)
        }
        if let url = call.form.map("webhook_endpoint")?.given("url") { try check(url) }
        let isSnapshot = call.form.given("event_payload") == "snapshot"
        if !isSnapshot, call.form.given("snapshot_api_version") != nil {
            throw .invalid("Only snapshots have a version.", param: "snapshot_api_version")
        }
        try check(call.form["enabled_events"]?.list?.compactMap(\.text) ?? [], isSnapshot: isSnapshot)
        var destination = template
        let id = account.ids.next("ed_test")
        destination.set("id", id)
        destination.set("created", CivilTime.rfc3339(call.now))
        destination.set("updated", CivilTime.rfc3339(call.now))
        destination.set("type", type)
        destination.set("event_payload", isSnapshot ? "snapshot" : "thin")
        if isSnapshot {
            destination.set(
                "snapshot_api_version", call.form.given("snapshot_api_version") ?? Catalogue.shared.apiVersion)
        }
        destination["events_from"] = .array(
            (call.form["events_from"]?.list?.compactMap(\.text) ?? ["self"]).map { .string($0) })
        if let cloud = cloud(type, call.form) { destination.set(type, cloud) }
        try apply(call.form, to: &destination)
        account.create(kind, destination, call.cause)
        account.webhooks.refresh(account.store)
        return shown(id, call, account)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard case .page(var page) = try account.page(kind, call, url: "/v2/core/event_destinations") else {
            return .page(.empty(url: "/v2/core/event_destinations"))
        }
        page.neighbours = try PageAddresses(of: page, call.form)
        return inclusion.shown(.page(page), call, account)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        shown(try target(call, account).id, call, account)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var destination = try target(call, account).tree
        if let url = call.form.map("webhook_endpoint")?.given("url") {
            guard destination.text("type") == "webhook_endpoint" else {
                throw .invalid("This destination is no webhook endpoint.", param: "webhook_endpoint")
            }
            try check(url)
        }
        if let types = call.form["enabled_events"]?.list?.compactMap(\.text) {
            try check(types, isSnapshot: destination.text("event_payload") == "snapshot")
        }
        try apply(call.form, to: &destination)
        return save(&destination, call, &account)
    }

    static func disable(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var destination = try target(call, account).tree
        destination.set("status", "disabled")
        destination.set("status_details", ["disabled": ["reason": "user"]])
        return save(&destination, call, &account)
    }

    static func enable(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var destination = try target(call, account).tree
        destination.set("status", "enabled")
        destination["status_details"] = nil
        return save(&destination, call, &account)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try target(call, account).id
        _ = account.delete(kind, id: id, call.cause)
        account.webhooks.refresh(account.store)
        return .object(["id": .string(id), "object": .string(kind.name)])
    }

    /// Sends an event that says nothing, to see whether it arrives.
    static func ping(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let destination = try target(call, account)
        guard destination.text("status") == "enabled" else {
            throw .invalid("A disabled event destination cannot be pinged.", code: "event_destination_disabled")
        }
        let url = "/v2/core/event_destinations/\(destination.id)"
        ThinEvents.tell(pingType, about: (destination.id, kind.name, url), &account, call.cause)
        guard let event = account.events.entries.last else { return .object(JSONObject()) }
        if let listener = account.webhooks.listeners.first(where: { $0.endpoint == destination.id }) {
            let place = account.events.count - 1
            _ = account.webhooks.resend(
                .init(account: account.id, position: place, id: event.id, type: event.type), to: listener,
                now: call.cause.worldNow)
        }
        return .bytes(ThinEvents.bytes(event))
    }

    /// Only the pinged destination is sent a ping.
    static let pingType = "v2.core.event_destination.ping"

    private static func save(_ destination: inout JSONObject, _ call: Call, _ account: inout Account) -> Reply {
        destination.set("updated", CivilTime.rfc3339(call.now))
        account.update(kind, destination, call.cause)
        account.webhooks.refresh(account.store)
        return shown(call.pathValue(), call, account)
    }

    /// The destination; its secret is nowhere kept.
    private static func shown(_ id: String, _ call: Call, _ account: Account) -> Reply {
        var destination = account.store.object(kind, id: id)?.tree ?? JSONObject()
        if var endpoint = destination.object("webhook_endpoint") {
            endpoint.set("signing_secret", account.webhookSecrets.valid(id, now: call.now).first)
            destination.set("webhook_endpoint", endpoint)
        }
        return .object(inclusion.shown(destination, call, account))
    }

    private static func apply(_ form: FormMap, to destination: inout JSONObject) throws(StripeError) {
        for name in ["name", "description"] {
            if let text = form.text(name) { destination.set(name, text) }
        }
        if let types = form["enabled_events"]?.list?.compactMap(\.text) {
            destination["enabled_events"] = .array(types.map { .string($0) })
        }
        if let url = form.map("webhook_endpoint")?.given("url") {
            destination.set("webhook_endpoint", ["url": .string(url)])
        }
        if form["metadata"] != nil {
            destination.set(
                "metadata", try Metadata.merge(form["metadata"], into: destination.object("metadata") ?? [:]))
        }
    }

    private static func check(_ url: String) throws(StripeError) {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw .coded(
                "url_invalid", "Invalid URL: An explicit scheme (such as https) must be provided.",
                param: "webhook_endpoint.url")
        }
    }

    /// Thin events have types with a version in front; snapshots have the first API's.
    private static func check(_ types: [String], isSnapshot: Bool) throws(StripeError) {
        guard !types.isEmpty else { throw .invalid("There must be at least one event type.", param: "enabled_events") }
        for type in types where type != "*" {
            let hasVersion = type.hasPrefix("v1.") || type.hasPrefix("v2.")
            let isKnown = isSnapshot ? SynthesizedEvents.types.contains(type) : hasVersion
            guard isKnown else {
                throw .invalid(
                    "'\(type.prefix(100))' is no event type for \(isSnapshot ? "snapshot" : "thin") events.",
                    param: "enabled_events")
            }
        }
    }

    /// What a destination in a cloud shows of itself.
    private static func cloud(_ type: String, _ form: FormMap) -> JSONObject? {
        guard let given = form.map(type) else { return nil }
        switch type {
        case "amazon_eventbridge":
            let account = given.given("aws_account_id") ?? ""
            let source = "arn:aws:events:\(given.given("aws_region") ?? "")::event-source/aws.partner/stripe.com"
            return [
                "aws_account_id": .string(account), "aws_event_source_arn": .string(source),
                "aws_event_source_status": "pending",
            ]
        case "azure_event_grid":
            var cloud: JSONObject = ["azure_partner_topic_name": "stripe", "azure_partner_topic_status": "pending"]
            for field in given.fields { cloud[field.name] = field.value.text.map { .string($0) } }
            return cloud
        default: return nil
        }
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(kind, call.pathValue(), param: "id", status: 404)
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"v2.core.event_destination","created":"","description":"","enabled_events":[],
        "event_payload":"thin","events_from":["self"],"livemode":false,"metadata":{},"name":"","status":"enabled",
        "type":"","updated":""}
        """#)
}
