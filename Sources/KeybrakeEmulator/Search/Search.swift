internal import KeybrakeStripe

/// The search operations. Here what was written can be found at once.
enum Search {
    static let routes: [(String, Behaviour)] = searchable.map { resource in
        let path = "/v1/\(resource.collection)/search"
        return (
            "GET \(path)",
            { call, account throws(StripeError) in
                try search(ObjectKind(resource.kind), resource.collection, resource.fields, call, account)
            }
        )
    }

    private static func search(
        _ kind: ObjectKind, _ collectionName: String, _ fields: [String: SearchQuery.FieldKind], _ call: Call,
        _ account: Account
    ) throws(StripeError) -> Reply {
        let query = try SearchQuery(
            try call.form.required("query"), fields: fields, collection: collectionName)
        // A page is named by the object before it, as cursors are.
        let request = try PageRequest(call.form)
        let page = try found(query, kind, request, account)
        var result: JSONObject = [
            "object": "search_result",
            "data": .array(page.trees.map { .object($0) }), "has_more": .bool(page.hasMore),
            "next_page": page.hasMore ? JSONValue(page.trees.last?.text("id").map { "page_\($0)" }) : .null,
            "url": .string("/v1/\(collectionName)/search"),
        ]
        let expand = call.form["expand"]?.list?.compactMap(\.text) ?? []
        // Lenient worlds always tell it, as examples do.
        if expand.contains("total_count") || account.configuration.isLenient {
            let all = account.store.collection(kind)?.objects ?? []
            result.set("total_count", Int64(all.count { !$0.isDeleted && query.fits($0.tree) }))
        }
        return .object(result)
    }

    private static func found(_ query: SearchQuery, _ kind: ObjectKind, _ request: PageRequest, _ account: Account)
        throws(StripeError) -> (trees: [JSONObject], hasMore: Bool)
    {
        guard let collection = account.store.collection(kind) else { return ([], false) }
        var end = collection.count
        if let id = request.startingAfter {
            guard let cursor = collection.position(of: id) else {
                throw PageAddresses.unknown
            }
            end = cursor
        }
        var trees: [JSONObject] = []
        for position in (0..<end).reversed() where !collection.objects[position].isDeleted {
            let tree = collection.objects[position].tree
            guard query.fits(tree) else { continue }
            if trees.count == request.limit { return (trees, true) }
            trees.append(tree)
        }
        return (trees, false)
    }

    private static let searchable: [(collection: String, kind: String, fields: [String: SearchQuery.FieldKind])] = [
        (
            "charges", "charge",
            [
                "amount": .number, "billing_details.address.postal_code": .token, "created": .number,
                "currency": .token, "customer": .token, "disputed": .token, "metadata": .token,
                "payment_method_details.card.brand": .token, "payment_method_details.card.exp_month": .token,
                "payment_method_details.card.exp_year": .token, "payment_method_details.card.fingerprint": .token,
                "payment_method_details.card.last4": .token, "refunded": .token, "status": .token,
            ]
        ),
        (
            "customers", "customer",
            ["created": .number, "email": .string, "metadata": .token, "name": .string, "phone": .string]
        ),
        (
            "invoices", "invoice",
            [
                "created": .number, "currency": .token, "customer": .token, "metadata": .token, "number": .string,
                "receipt_number": .string, "status": .token, "subscription": .token, "total": .number,
            ]
        ),
        (
            "payment_intents", "payment_intent",
            [
                "amount": .number, "created": .number, "currency": .token, "customer": .token, "metadata": .token,
                "status": .token,
            ]
        ),
        (
            "prices", "price",
            [
                "active": .token, "currency": .token, "lookup_key": .string, "metadata": .token, "product": .string,
                "type": .token,
            ]
        ),
        (
            "products", "product",
            [
                "active": .token, "description": .string, "metadata": .token, "name": .string, "shippable": .token,
                "url": .string,
            ]
        ),
        (
            "subscriptions", "subscription",
            ["canceled_at": .number, "created": .number, "metadata": .token, "status": .token]
        ),
    ]
}
