internal import KeybrakeStripe

/// Webhook endpoints: where events are sent, and which.
///
///     create (shows the secret, once) ─→ enabled ⇄ disabled ─ delete ─→ gone
enum WebhookEndpoints {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/webhook_endpoints", create),
        ("GET /v1/webhook_endpoints", list),
        ("GET /v1/webhook_endpoints/{webhook_endpoint}", retrieve),
        ("POST /v1/webhook_endpoints/{webhook_endpoint}", update),
        ("DELETE /v1/webhook_endpoints/{webhook_endpoint}", delete),
    ]

    /// How many endpoints an account has at most, and how many for its connected accounts.
    static let endpointsMax = 16

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let isConnect = call.form.flag("connect") ?? false
        try refuseTooMany(isConnect: isConnect, account)
        var endpoint = template
        let id = account.ids.next("we")
        endpoint.set("id", id)
        endpoint.set("api_version", call.form.given("api_version"))
        endpoint.set("created", call.now)
        if isConnect {
            var source = IDSource(seed: account.seed, name: "application")
            endpoint.set("application", source.next("ca", length: 32))
        }
        try apply(call.form, to: &endpoint)
        account.create(.webhookEndpoint, endpoint, call.cause)
        account.webhooks.refresh(account.store)
        endpoint.set("secret", account.webhookSecrets.valid(id, now: call.now).first)
        return .object(endpoint)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(.webhookEndpoint, call, url: "/v1/webhook_endpoints")
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.webhookEndpoint, id: try target(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var endpoint = try target(call, account).tree
        try apply(call.form, to: &endpoint)
        if let isDisabled = call.form.flag("disabled") { endpoint.set("status", isDisabled ? "disabled" : "enabled") }
        account.update(.webhookEndpoint, endpoint, call.cause)
        account.webhooks.refresh(account.store)
        return .stored(.webhookEndpoint, id: call.pathValue())
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let endpoint = try target(call, account)
        let answer = account.delete(.webhookEndpoint, id: endpoint.id, call.cause)
        account.webhooks.refresh(account.store)
        return .object(answer)
    }

    private static func refuseTooMany(isConnect: Bool, _ account: Account) throws(StripeError) {
        let alike = account.store.collection(.webhookEndpoint)?.objects.count { endpoint in
            !endpoint.isDeleted && (endpoint.text("application") != nil) == isConnect
        }
        guard alike ?? 0 < endpointsMax else {
            throw .invalid("You have reached the maximum of \(endpointsMax) test webhook endpoints.")
        }
    }

    private static func apply(_ form: FormMap, to endpoint: inout JSONObject) throws(StripeError) {
        if let url = form.given("url") {
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw .coded(
                    "url_invalid", "Invalid URL: An explicit scheme (such as https) must be provided.", param: "url")
            }
            endpoint.set("url", url)
        }
        if let types = form["enabled_events"]?.list?.compactMap(\.text) {
            endpoint["enabled_events"] = .array(types.map { .string($0) })
        }
        if let text = form.text("description") { endpoint.set("description", text.isEmpty ? nil : text) }
        endpoint.set("metadata", try Metadata.merge(form["metadata"], into: endpoint.object("metadata") ?? [:]))
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(.webhookEndpoint, call.pathValue(), param: "webhook_endpoint", status: 404)
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"webhook_endpoint","api_version":null,"application":null,"created":0,"description":null,
        "enabled_events":[],"livemode":false,"metadata":{},"status":"enabled","url":""}
        """#)
}
