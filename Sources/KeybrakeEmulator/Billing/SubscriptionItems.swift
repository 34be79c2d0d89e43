internal import KeybrakeStripe

/// The items of subscriptions: prices, how many of each, and the period that each is billed for.
enum SubscriptionItems {
    static let kind = ObjectKind.subscriptionItem
    static let countMax = 20
    static let quantityRange: ClosedRange<Int64> = 0...999_999_999

    static func of(_ subscription: JSONObject) -> [JSONObject] {
        subscription["items"]?["data"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// When the first of the items' periods ends.
    static func periodEnd(_ subscription: JSONObject) -> Int64 {
        of(subscription).map { $0.integer("current_period_end") }.min() ?? 0
    }

    /// What one period of an item costs.
    static func amount(_ item: JSONObject) -> Int64 {
        guard let price = item.object("price"), !isMetered(item) else { return 0 }
        return PricedAmount.of(price, quantity: item["quantity"]?.integerValue ?? 1)
    }

    static func isMetered(_ item: JSONObject) -> Bool {
        item["price"]?["recurring"]?["usage_type"] == "metered"
    }

    static func productName(_ item: JSONObject, _ account: Account) -> String {
        let product = item["price"]?["product"]?.stringValue ?? ""
        return account.store.object("product", id: product)?.text("name") ?? "subscription"
    }

    /// The items, all with that period.
    static func dated(_ items: [JSONObject], start: Int64, end: Int64) -> [JSONObject] {
        items.map { item in
            var item = item
            item.set("current_period_start", start)
            item.set("current_period_end", end)
            return item
        }
    }

    /// The items, each with the period of its own interval that begins then.
    static func dated(_ items: [JSONObject], start: Int64, _ cycle: BillingCycle) -> [JSONObject] {
        items.map { item in
            dated([item], start: start, end: cycle.next(after: start, BillingInterval(price: item["price"])))[0]
        }
    }

    /// Puts the items into their subscription, and remembers each by itself.
    static func set(
        _ items: [JSONObject], in subscription: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        let id = subscription.text("id") ?? ""
        let kept = Set(items.compactMap { $0.text("id") })
        for old in of(subscription).compactMap({ $0.text("id") }) where !kept.contains(old) {
            _ = account.delete(kind, id: old, cause)
        }
        subscription["items"] = [
            "object": "list", "data": .array(items.map { .object($0) }), "has_more": false,
            "url": .string("/v1/subscription_items?subscription=\(id)"),
        ]
        for item in items {
            account.store.insert(
                kind, StoredObject(id: item.text("id") ?? "", created: item.integer("created"), bytes: item.bytes))
        }
    }
}

// MARK: From parameters to items

extension SubscriptionItems {
    /// Items from the `items` of a create call; their periods are set later.
    static func make(_ given: [FormValue], subscription: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> [JSONObject]
    {
        var items: [JSONObject] = []
        for (index, value) in given.enumerated() {
            guard let form = value.map else { throw .invalid("Invalid object", param: "items[\(index)]") }
            items.append(try item(form, "items[\(index)]", subscription: subscription, call, &account))
        }
        try check(items)
        return items
    }

    /// The items after a call that changes, adds and removes some; their periods stay, and new ones have none yet.
    static func changed(
        _ old: [JSONObject], by given: [FormValue], subscription: String, _ call: Call,
        _ account: inout Account
    ) throws(StripeError) -> [JSONObject] {
        var items = old
        for (index, value) in given.enumerated() {
            let param = "items[\(index)]"
            guard let form = value.map else { throw .invalid("Invalid object", param: param) }
            guard let id = form.given("id") else {
                items.append(try item(form, param, subscription: subscription, call, &account))
                continue
            }
            guard let place = items.firstIndex(where: { $0.text("id") == id }) else {
                throw .missing("subscription_item", id: id, param: "\(param)[id]", status: 400)
            }
            guard form.flag("deleted") != true else {
                items.remove(at: place)
                continue
            }
            try apply(form, param, to: &items[place], call, &account)
        }
        guard !items.isEmpty else {
            throw .invalid("A subscription must have at least one active plan. Cancel it instead.", param: "items")
        }
        try check(items)
        return items
    }

    private static func item(
        _ form: FormMap, _ param: String, subscription: String, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> JSONObject {
        guard form["price"] != nil || form["price_data"] != nil || form["plan"] != nil else {
            throw .parameterMissing("\(param)[price]")
        }
        var item = template
        item.set("id", account.ids.next("si"))
        item.set("created", call.now)
        item.set("subscription", subscription)
        try apply(form, param, to: &item, call, &account)
        if isMetered(item) { item["quantity"] = nil }
        return item
    }

    private static func apply(
        _ form: FormMap, _ param: String, to item: inout JSONObject, _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        try AmountLimits.check(form.integer("quantity"), quantityRange, param: "\(param)[quantity]")
        item.set("metadata", try Metadata.merge(form["metadata"], into: item.object("metadata") ?? [:]))
        if form["price"] != nil || form["price_data"] != nil || form["plan"] != nil {
            item.set("price", try price(form, param: param, call, &account))
        }
        if let quantity = form.integer("quantity") {
            guard !isMetered(item) else {
                throw .invalid(
                    "Quantity should not be specified where usage_type is `metered`. Remove quantity from \(param)",
                    param: "\(param)[quantity]")
            }
            item.set("quantity", quantity)
        }
        if form["tax_rates"] != nil {
            let rates = try TaxRates.resolve(form["tax_rates"], param: "\(param)[tax_rates]", account)
            item["tax_rates"] = .array(rates.map { .object($0) })
        }
        if form["discounts"] != nil {
            let customer = call.form.given("customer")
            let wanted = try Discounts.check(
                form["discounts"], param: "\(param)[discounts]", customer: customer, account)
            let place = Discounts.Place.subscriptionItem(item.text("id") ?? "")
            let ids = Discounts.apply(wanted, to: place, customer: customer, &account, call.cause)
            item["discounts"] = .array(ids.map { .string($0) })
        }
        if let thresholds = form["billing_thresholds"] {
            item.set(
                "billing_thresholds",
                thresholds.map?.integer("usage_gte").map { ["usage_gte": .integer($0)] as JSONObject })
        }
    }

    private static func check(_ items: [JSONObject]) throws(StripeError) {
        guard items.count <= countMax else {
            throw .invalid("Subscriptions can have at most \(countMax) items.", param: "items")
        }
        var prices: Set<String> = []
        for item in items {
            let price = item["price"]?["id"]?.stringValue ?? ""
            guard prices.insert(price).inserted else {
                throw .invalid("Cannot add multiple subscription items with the same plan: \(price)", param: "items")
            }
            guard let currency = items.first?["price"]?["currency"], item["price"]?["currency"] != currency else {
                continue
            }
            throw .invalid(
                "The price specified only supports `\(item["price"]?["currency"]?.stringValue ?? "")`. This doesn't "
                    + "match the expected currency: `\(currency.stringValue ?? "")`.", param: "items")
        }
    }

    static func price(_ form: FormMap, param: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> JSONObject
    {
        let id: String
        if let data = form.map("price_data") {
            let product = try account.find(
                "product", try data.required("product"), param: "\(param)[price_data][product]")
            id = try Prices.make(data, product: product.id, call, &account)
        } else {
            guard let given = form.given("price") ?? form.given("plan") else {
                throw .parameterMissing("\(param)[price]")
            }
            id = given
        }
        let price = try account.find("price", id, param: "\(param)[price]").tree
        guard price["active"] != false else {
            throw .invalid(
                "The price specified is inactive. This field only accepts active prices.", param: "\(param)[price]")
        }
        guard price.object("recurring") != nil else {
            throw .invalid(
                "The price specified is set to `type=one_time` but this field only accepts prices with "
                    + "`type=recurring`.", param: "\(param)[price]")
        }
        return price
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"subscription_item","billing_thresholds":null,"created":0,"current_period_end":0,
        "current_period_start":0,"discounts":[],"metadata":{},"price":{},"quantity":1,"subscription":"","tax_rates":[]}
        """#)
}
