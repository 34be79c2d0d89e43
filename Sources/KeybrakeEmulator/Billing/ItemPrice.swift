internal import KeybrakeStripe

/// What an invoice item costs: an amount of its own, or a quantity of a price.
struct ItemPrice {
    /// The parameters that change it.
    static let members = [
        "amount", "pricing", "price_data", "quantity", "quantity_decimal", "unit_amount_decimal",
    ]

    let price: JSONObject?
    let currency: String
    private(set) var amount: Int64 = 0
    private var quantity: Int64 = 1
    private var quantityDecimal = "1"
    private var unit: String?

    init(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError) {
        let decimal = form.given("quantity_decimal")
        guard decimal == nil || form.given("quantity") == nil else {
            throw .invalid(
                "You may only specify one of these parameters: quantity, quantity_decimal.", param: "quantity_decimal")
        }
        quantity = form.integer("quantity") ?? 1
        try AmountLimits.check(quantity, 0...999_999_999, param: "quantity")
        quantityDecimal = decimal ?? String(quantity)
        try AmountLimits.check(form.integer("amount") ?? 0, param: "amount")
        unit = form.given("unit_amount_decimal")
        guard
            form.given("amount") != nil || unit != nil || form["pricing"] != nil || form["price_data"] != nil
        else {
            throw .coded(
                "parameter_missing",
                "One of the following params should be provided for this request: amount, pricing, price_data.",
                param: "amount")
        }
        price = try Self.price(form, &account, cause)
        let named = form.given("currency")?.lowercased()
        if let named, let own = price?.text("currency"), own != named {
            throw .invalid(
                "The price specified only supports `\(own)`. This doesn't match the expected currency: `\(named)`.",
                param: "currency")
        }
        currency = named ?? price?.text("currency") ?? "usd"
        try compute(form)
    }

    /// Finds the amount.
    ///
    /// - Throws: a 400 when it is out of bounds.
    private mutating func compute(_ form: FormMap) throws(StripeError) {
        if let given = form.integer("amount") {
            amount = given
            unit = unit ?? (quantity == 1 ? String(given) : nil)
            return
        }
        let product: Int64?
        if let unit {
            product = DecimalProduct.of(unit, quantityDecimal)
        } else if let price, quantityDecimal == String(quantity) {
            product = PricedAmount.of(price, quantity: quantity)
        } else {
            product = price?.text("unit_amount_decimal").flatMap { DecimalProduct.of($0, quantityDecimal) }
        }
        guard let product, product.magnitude <= AmountLimits.callMax else {
            throw .coded("amount_too_large", "Amounts can have at most 12 digits.", param: "quantity")
        }
        amount = product
        if let whole = DecimalProduct.of(quantityDecimal, "1") { quantity = whole }
    }

    func write(to item: inout JSONObject) {
        item.set("amount", amount)
        item.set("currency", currency)
        item.set("quantity", quantity)
        item.set("quantity_decimal", quantityDecimal)
        if let price {
            item.set("pricing", InvoiceLines.pricing(price))
        } else {
            item["pricing"] = unit.map { ["type": "price_details", "unit_amount_decimal": .string($0)] } ?? .null
        }
    }

    private static func price(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> JSONObject?
    {
        if let id = form.map("pricing")?.given("price") {
            let price = try account.find(.price, id, param: "pricing[price]").tree
            guard price.object("recurring") == nil else {
                throw .invalid(
                    "The price specified is set to `type=recurring` but this field only accepts prices with "
                        + "`type=one_time`.", param: "pricing[price]")
            }
            return price
        }
        guard var data = form.map("price_data") else { return nil }
        let product: String
        if let made = data.map("product_data") {
            product = try Prices.makeProduct(made, &account, cause)
        } else {
            product = try account.find(.product, try data.required("product"), param: "price_data[product]").id
        }
        data["product_data"] = nil
        let id = try Prices.make(data, product: product, &account, cause)
        return account.store.object(.price, id: id)?.tree
    }
}
