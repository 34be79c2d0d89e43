internal import KeybrakeStripe

/// Changing the items of a subscription one by one.
enum SubscriptionItemCalls {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/subscription_items", create),
        ("POST /v1/subscription_items/{item}", update),
        ("DELETE /v1/subscription_items/{item}", delete),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("subscription")
        let subscription = try account.find(.subscription, id, param: "subscription").tree
        try change(subscription, with: call.form, call, &account)
        let items = account.store.object(.subscription, id: id).map { SubscriptionItems.of($0.tree) } ?? []
        return .stored("subscription_item", id: items.last?.text("id") ?? "")
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var form = call.form
        form["id"] = .text(call.pathValue())
        try change(try owner(call, account), with: form, call, &account)
        return .stored("subscription_item", id: call.pathValue())
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var form = call.form
        form["id"] = .text(call.pathValue())
        form["deleted"] = "true"
        try change(try owner(call, account), with: form, call, &account)
        return .object(["id": .string(call.pathValue()), "object": "subscription_item", "deleted": true])
    }

    private static func owner(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let item = try account.find("subscription_item", call.pathValue(), param: "item", status: 404)
        return try account.find(.subscription, item.text("subscription") ?? "", param: "item", status: 404).tree
    }

    private static func change(
        _ original: JSONObject, with form: FormMap, _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        var subscription = original
        try SubscriptionItems.change([.map(form)], in: &subscription, call, &account)
        account.update(.subscription, subscription, event: "customer.subscription.updated", call.cause)
    }
}
