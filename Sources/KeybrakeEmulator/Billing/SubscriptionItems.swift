internal import KeybrakeStripe

/// The items of subscriptions: prices and how many of each.
enum SubscriptionItems {
    static func of(_ subscription: JSONObject) -> [JSONObject] {
        subscription["items"]?["data"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    static func periodEnd(_ subscription: JSONObject) -> Int64 {
        of(subscription).first?.integer("current_period_end") ?? 0
    }

    /// What one period of an item costs.
    static func amount(_ item: JSONObject) -> Int64 {
        guard let price = item.object("price"), price["recurring"]?["usage_type"] != "metered" else { return 0 }
        return PricedAmount.of(price, quantity: item["quantity"]?.integerValue ?? 1)
    }

    /// When a period of these items that begins then ends.
    static func end(of items: [JSONObject], from start: Int64) -> Int64 {
        let recurring = items.first?["price"]?["recurring"]
        return BillingPeriod.after(
            start, interval: recurring?["interval"]?.stringValue ?? "month",
            count: recurring?["interval_count"]?.integerValue ?? 1)
    }

    /// Items from the `items` of a create call; their periods are set later.
    static func make(_ given: [FormValue], subscription: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> [JSONObject]
    {
        var items: [JSONObject] = []
        for (index, value) in given.enumerated() {
            guard let form = value.map else { throw .invalid("Invalid object", param: "items[\(index)]") }
            let price = try price(form, param: "items[\(index)]", call, &account)
            let rates = try TaxRates.resolve(form["tax_rates"], param: "items[\(index)][tax_rates]", account)
            let wanted = try Discounts.check(
                form["discounts"], param: "items[\(index)][discounts]", customer: call.form.given("customer"), account)
            var item = template
            let id = account.ids.next("si")
            let discounts = Discounts.apply(
                wanted, to: .subscriptionItem(id), customer: call.form.given("customer"), &account, call.cause)
            item.set("id", id)
            item["discounts"] = .array(discounts.map { .string($0) })
            item["tax_rates"] = .array(rates.map { .object($0) })
            item.set("created", call.now)
            item.set("metadata", try Metadata.merge(form["metadata"]))
            item.set("price", price)
            try AmountLimits.check(form.integer("quantity"), 0...999_999_999, param: "items[\(index)][quantity]")
            item.set("quantity", form.integer("quantity") ?? 1)
            item.set("subscription", subscription)
            items.append(item)
        }
        return items
    }

    /// Puts the items into their subscription, all with that period, and remembers each by itself.
    static func set(
        _ items: [JSONObject], start: Int64, end: Int64, in subscription: inout JSONObject, _ account: inout Account,
        _ cause: Cause
    ) {
        let id = subscription.text("id") ?? ""
        let dated = items.map { item in
            var item = item
            item.set("current_period_start", start)
            item.set("current_period_end", end)
            return item
        }
        subscription["items"] = [
            "object": "list", "data": .array(dated.map { .object($0) }), "has_more": false,
            "url": .string("/v1/subscription_items?subscription=\(id)"),
        ]
        for item in dated {
            account.store.insert(
                "subscription_item", StoredObject(id: item.text("id") ?? "", created: cause.now, bytes: item.bytes))
        }
    }

    /// Changes, adds and deletes items within the period; what they cost more or less is prorated by the second.
    static func change(
        _ given: [FormValue], in subscription: inout JSONObject, _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        let old = of(subscription)
        var items = old
        var removed: [String] = []
        for (index, value) in given.enumerated() {
            guard let form = value.map else { throw .invalid("Invalid object", param: "items[\(index)]") }
            guard let id = form.given("id") else {
                items += try make([value], subscription: subscription.text("id") ?? "", call, &account)
                continue
            }
            guard let place = items.firstIndex(where: { $0.text("id") == id }) else {
                throw .missing("subscription_item", id: id, param: "items[\(index)][id]", status: 400)
            }
            guard form.flag("deleted") != true else {
                items.remove(at: place)
                removed.append(id)
                continue
            }
            let metadata = items[place].object("metadata") ?? [:]
            items[place].set("metadata", try Metadata.merge(form["metadata"], into: metadata))
            if form["price"] != nil || form["price_data"] != nil {
                items[place].set("price", try price(form, param: "items[\(index)]", call, &account))
            }
            try AmountLimits.check(form.integer("quantity"), 0...999_999_999, param: "items[\(index)][quantity]")
            if let quantity = form.integer("quantity") { items[place].set("quantity", quantity) }
        }
        guard !items.isEmpty else { throw .invalid("A subscription must have at least one item.", param: "items") }
        for id in removed { _ = account.delete("subscription_item", id: id, call.cause) }
        let start = old.first?.integer("current_period_start") ?? call.now
        let end = old.first?.integer("current_period_end") ?? call.now
        if call.form.given("proration_behavior") != "none", subscription.text("status") != "trialing" {
            prorate(from: old, to: items, start: start, end: end, subscription, &account, call.cause)
        }
        set(items, start: start, end: end, in: &subscription, &account, call.cause)
    }

    private static func prorate(
        from old: [JSONObject], to new: [JSONObject], start: Int64, end: Int64, _ subscription: JSONObject,
        _ account: inout Account, _ cause: Cause
    ) {
        guard end > start, cause.now < end else { return }
        let sums = (old.reduce(0) { $0 + amount($1) }, new.reduce(0) { $0 + amount($1) })
        for (sum, sign, words) in [(sums.0, Int64(-1), "Unused time"), (sums.1, Int64(1), "Remaining time")]
        where sum != 0 && sums.0 != sums.1 {
            let (product, overflow) = sum.multipliedReportingOverflow(by: end - cause.now)
            guard !overflow, product.magnitude < UInt64(Int64.max / 2) else { continue }
            let share = (product + (end - start) / 2) / (end - start)
            let item: JSONObject = [
                "id": .string(account.ids.next("ii")), "object": "invoiceitem", "amount": .integer(sign * share),
                "currency": subscription["currency"] ?? .null, "customer": subscription["customer"] ?? .null,
                "customer_account": nil, "date": .integer(cause.now), "description": .string(words),
                "discountable": false, "discounts": [], "invoice": nil, "livemode": false, "metadata": [:],
                "parent": nil, "period": ["end": .integer(end), "start": .integer(cause.now)], "pricing": nil,
                "proration": true, "quantity": 1, "quantity_decimal": "1", "tax_rates": [], "test_clock": nil,
            ]
            account.create("invoiceitem", item, event: "invoiceitem.created", cause)
        }
    }

    private static func price(_ form: FormMap, param: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> JSONObject
    {
        let id: String
        if let data = form.map("price_data") {
            id = try Prices.make(data, product: try data.required("product"), call, &account)
        } else {
            guard let given = form.given("price") ?? form.given("plan") else {
                throw .parameterMissing("\(param)[price]")
            }
            id = given
        }
        let price = try account.find("price", id, param: "\(param)[price]").tree
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
