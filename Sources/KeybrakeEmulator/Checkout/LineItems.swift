internal import KeybrakeStripe

/// The line items of Checkout sessions, payment links and quotes.
enum LineItems {
    static let countMax = 100

    /// Adds the items that a `line_items` parameter asks for to a record.
    ///
    /// - Parameters:
    ///   - mode: what they are for; a recurring price needs `subscription`. `nil` takes all.
    ///   - defaultRates: the tax rates of items that name none.
    static func add(
        _ given: [FormValue], to record: inout SaleRecord, param: String = "line_items", mode: String?,
        defaultRates: FormValue? = nil, _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        guard given.count <= countMax else {
            throw .invalid("You may specify at most \(countMax) line items.", param: param)
        }
        var items = record.items
        for (index, value) in given.enumerated() {
            let param = "\(param)[\(index)]"
            guard let form = value.map else { throw .invalid("Invalid object", param: param) }
            let price = try price(form, param: param, call, &account)
            if mode == "payment", price.object("recurring") != nil {
                throw .invalid(
                    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode "
                        + "or use only one-time prices.", param: "\(param)[price]")
            }
            let quantity = form.integer("quantity") ?? 1
            try AmountLimits.check(quantity, 0...999_999_999, param: "\(param)[quantity]")
            let item = item(
                price, quantity: quantity, adjustable: try adjustable(form, param: param),
                metadata: try Metadata.merge(form["metadata"]), &account)
            guard item["currency"] == items.first?["currency"] ?? item["currency"] else {
                throw .invalid(
                    "You can only specify one currency for all prices of `line_items`.", param: "\(param)[price]")
            }
            items.append(item)
            let rates = try TaxRates.resolve(form["tax_rates"] ?? defaultRates, param: "\(param)[tax_rates]", account)
            if !rates.isEmpty { record.rates[item.text("id") ?? ""] = rates.compactMap { $0.text("id") } }
        }
        if mode == "subscription", !items.contains(where: isRecurring) {
            throw .invalid(
                "You must provide at least one recurring price in `subscription` mode when using prices.",
                param: param)
        }
        record.items = items
    }

    /// The item with another quantity.
    static func changed(_ item: JSONObject, quantity: Int64) -> JSONObject {
        var item = item
        item.set("quantity", quantity)
        return item
    }

    static func isRecurring(_ item: JSONObject) -> Bool {
        item["price"]?["recurring"]?.objectValue != nil
    }

    /// The range of quantities that the payer may choose from; `nil` when there is no choice.
    static func choice(_ item: JSONObject) -> ClosedRange<Int64>? {
        guard let rule = item.object("adjustable_quantity"), rule.flag("enabled") else { return nil }
        let least = rule["minimum"]?.integerValue ?? 0
        let most = rule["maximum"]?.integerValue ?? 99
        return least <= most ? least...most : nil
    }

    private static func item(
        _ price: JSONObject, quantity: Int64, adjustable: JSONObject?, metadata: JSONObject, _ account: inout Account
    ) -> JSONObject {
        let amount = PricedAmount.of(price, quantity: quantity)
        let product = price.text("product").flatMap { account.store.object("product", id: $0) }
        return [
            "id": .string(account.ids.next("li")), "object": "item",
            "adjustable_quantity": adjustable.map { .object($0) } ?? .null, "amount_discount": 0,
            "amount_subtotal": .integer(amount), "amount_tax": 0, "amount_total": .integer(amount),
            "currency": price["currency"] ?? .null, "description": JSONValue(product?.text("name")),
            "metadata": .object(metadata), "price": .object(price), "quantity": .integer(quantity),
        ]
    }

    private static func adjustable(_ form: FormMap, param: String) throws(StripeError) -> JSONObject? {
        guard let rule = form.map("adjustable_quantity"), rule.flag("enabled") == true else { return nil }
        let param = "\(param)[adjustable_quantity]"
        try AmountLimits.check(rule.integer("minimum"), 0...999_999, param: "\(param)[minimum]")
        try AmountLimits.check(rule.integer("maximum"), 1...999_999, param: "\(param)[maximum]")
        return [
            "enabled": true, "maximum": JSONValue(rule.integer("maximum")),
            "minimum": JSONValue(rule.integer("minimum")),
        ]
    }

    private static func price(_ form: FormMap, param: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> JSONObject
    {
        if let id = form.given("price") {
            let price = try account.find("price", id, param: "\(param)[price]").tree
            guard price.flag("active") else {
                throw .invalid(
                    "The price specified is inactive. This field only accepts active prices.", param: "\(param)[price]")
            }
            return price
        }
        guard var data = form.map("price_data") else { throw .parameterMissing("\(param)[price]") }
        let product: String
        if let made = data.map("product_data") {
            product = try Prices.makeProduct(made, call, &account)
        } else {
            product = try account.find(
                "product", try data.required("product"), param: "\(param)[price_data][product]"
            ).id
        }
        data["product_data"] = nil
        let id = try Prices.make(data, product: product, call, &account)
        // A price that was made for one sale cannot be used for another; the subscription still has to take its own.
        guard var price = account.store.object("price", id: id)?.tree else { return [:] }
        guard price.object("recurring") == nil else { return price }
        price.set("active", false)
        account.update("price", price, call.cause)
        return price
    }
}
