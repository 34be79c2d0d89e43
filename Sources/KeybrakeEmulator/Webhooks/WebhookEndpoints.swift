internal import KeybrakeCrypto
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

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var endpoint = template
        let id = account.ids.next("we")
        endpoint.set("id", id)
        endpoint.set("api_version", call.form.given("api_version"))
        endpoint.set("created", call.now)
        try apply(call.form, to: &endpoint)
        account.create(.webhookEndpoint, endpoint, call.cause)
        account.webhooks.refresh(account.store)
        endpoint.set("secret", secret(of: id, account))
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

    /// The endpoint's secret follows from the account's seed and the endpoint's id, so it need not be stored.
    static func secret(of id: String, _ account: Account) -> String {
        var source = IDSource(seed: account.seed, name: "secret of \(id)")
        return source.next("whsec", length: 32)
    }

    /// The value of `Stripe-Signature` for a body sent at that time.
    static func signature(of body: [UInt8], secret: String, atUnixSeconds time: Int64) -> String {
        let signed = Array("\(time).".utf8) + body
        return "t=\(time),v1=\(Hexadecimal.text(HMACSHA256.code(signed, key: Array(secret.utf8))))"
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
