internal import KeybrakeStripe

/// Changing the items of a subscription one by one; each is a change of the subscription.
enum SubscriptionItemCalls {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/subscription_items", create),
        ("GET /v1/subscription_items", list),
        ("GET /v1/subscription_items/{item}", retrieve),
        ("POST /v1/subscription_items/{item}", update),
        ("DELETE /v1/subscription_items/{item}", delete),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("subscription")
        let subscription = try account.find(.subscription, id, param: "subscription").tree
        let known = Set(SubscriptionItems.of(subscription).compactMap { $0.text("id") })
        try change(subscription, with: call.form, call, &account)
        let items = account.store.object(.subscription, id: id).map { SubscriptionItems.of($0.tree) } ?? []
        let added = items.compactMap { $0.text("id") }.first { !known.contains($0) }
        return .stored(SubscriptionItems.kind, id: added ?? items.last?.text("id") ?? "")
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("subscription")
        _ = try account.find(.subscription, id, param: "subscription", status: 404)
        return try account.page(
            SubscriptionItems.kind, call, url: "/v1/subscription_items", filters: [("subscription", id)])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(SubscriptionItems.kind, id: try item(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let item = try item(call, account)
        var form = call.form
        form["id"] = .text(item.id)
        try change(try owner(item, account), with: form, call, &account)
        return .stored(SubscriptionItems.kind, id: item.id)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let item = try item(call, account)
        var form = call.form
        form["id"] = .text(item.id)
        form["deleted"] = "true"
        try change(try owner(item, account), with: form, call, &account)
        return .object(["id": .string(item.id), "object": "subscription_item", "deleted": true])
    }

    private static func item(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(SubscriptionItems.kind, call.pathValue(), param: "item", status: 404)
    }

    private static func owner(_ item: StoredObject, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(.subscription, item.text("subscription") ?? "", param: "item", status: 404).tree
    }

    /// The items afterwards; errors name the parameters of this call rather than those of a subscription's.
    private static func changed(
        _ subscription: JSONObject, with form: FormMap, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> [JSONObject] {
        do throws(StripeError) {
            return try SubscriptionItems.changed(
                SubscriptionItems.of(subscription), by: [.map(form)], subscription: subscription.text("id") ?? "", call,
                &account)
        } catch {
            let prefix = "items[0]["
            guard let param = error.param, param.hasPrefix(prefix) else { throw error }
            let rest = param.dropFirst(prefix.count)
            var own = error
            own.param = rest.firstIndex(of: "]").map { String(rest[..<$0] + rest[$0...].dropFirst()) } ?? String(rest)
            throw own
        }
    }

    private static func change(
        _ subscription: JSONObject, with form: FormMap, _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        guard SubscriptionCycle.isAlive(subscription) else {
            throw .invalid("The items of a canceled subscription cannot be changed.", param: "subscription")
        }
        let items = try changed(subscription, with: form, call, &account)
        var request = SubscriptionChange.Request(
            items: items, prorationDate: form.integer("proration_date") ?? call.now)
        request.prorates = form.given("proration_behavior") != "none"
        let change = SubscriptionChange(request, of: subscription, now: call.now)
        try SubscriptionUpdates.apply(change, to: subscription, Subscriptions.payment(form), &account, call.cause)
    }
}
