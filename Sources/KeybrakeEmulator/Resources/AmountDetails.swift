internal import KeybrakeStripe

/// What the amount of a PaymentIntent is made of: shipping, taxes, discounts and line items, as it was told.
enum AmountDetails {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/payment_intents/{intent}/amount_details_line_items", list)
    ]

    private static let itemsMax = 200

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try SaleRecord(of: try account.target(.paymentIntent, call).id, in: account).page(call)
    }

    /// Takes over `amount_details`; its items are kept beside the intent, which shows them only on demand.
    static func take(_ form: FormMap, into intent: inout JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        guard let given = form.map("amount_details") else { return }
        var details = intent.object("amount_details") ?? ["tip": [:]]
        if let amount = given.integer("discount_amount") {
            try AmountLimits.check(amount, 0...AmountLimits.callMax, param: "amount_details[discount_amount]")
            details.set("discount_amount", amount)
        }
        if let shipping = given.map("shipping") {
            details["shipping"] = [
                "amount": JSONValue(shipping.integer("amount")),
                "from_postal_code": JSONValue(shipping.given("from_postal_code")),
                "to_postal_code": JSONValue(shipping.given("to_postal_code")),
            ]
        }
        if let tax = given.map("tax") {
            details["tax"] = ["total_tax_amount": JSONValue(tax.integer("total_tax_amount"))]
        }
        if let items = given["line_items"] {
            let list = items.list ?? []
            guard list.count <= itemsMax else {
                throw .invalid("There can be at most \(itemsMax) line items.", param: "amount_details[line_items]")
            }
            let made = list.compactMap(\.map).map { item($0, &account) }
            SaleRecord(owner: intent.text("id") ?? "", items: made, form: FormMap()).save(&account, cause)
        }
        intent.set("amount_details", details)
    }

    private static func item(_ form: FormMap, _ account: inout Account) -> JSONObject {
        let tax = form.map("tax")?.integer("total_tax_amount")
        return [
            "id": .string(account.ids.next("uli")), "object": "payment_intent_amount_details_line_item",
            "discount_amount": JSONValue(form.integer("discount_amount")), "payment_method_options": nil,
            "product_code": JSONValue(form.given("product_code")),
            "product_name": .string(form.given("product_name") ?? ""),
            "quantity": .integer(form.integer("quantity") ?? 1),
            "tax": tax.map { ["total_tax_amount": .integer($0)] } ?? .null,
            "unit_cost": .integer(form.integer("unit_cost") ?? 0),
            "unit_of_measure": JSONValue(form.given("unit_of_measure")),
        ]
    }
}
