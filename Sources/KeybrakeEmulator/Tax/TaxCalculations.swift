internal import KeybrakeStripe

/// Calculations: what tax a sale would bear. They can be turned into transactions for ninety days.
enum TaxCalculations {
    private static let path = "/v1/tax/calculations"

    static let routes: [(String, Behaviour)] =
        [("POST " + path, create)] + Shaped.plain("GET \(path)/{calculation}", "GET \(path)/{calculation}/line_items")

    static let lifetimeSeconds: Int64 = 90 * CivilTime.secondsPerDay

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let details = try customerDetails(call.form, account)
        let treatment = TaxTreatment(details, account)
        var calculation = try account.shaped(call, skipping: ["line_items", "shipping_cost"])
        let id = calculation.text("id") ?? account.ids.next("taxcalc")
        var sum = TaxSum()
        var lines: [JSONValue] = []
        for (index, item) in (call.form["line_items"]?.list ?? []).enumerated() {
            let form = item.map ?? FormMap()
            let line = try line(form, index, treatment, &account, call)
            sum.add(line, treatment)
            lines.append(.object(line))
        }
        guard !lines.isEmpty else { throw .parameterMissing("line_items") }
        calculation["shipping_cost"] = .null
        if let form = call.form.map("shipping_cost") {
            let shipping = try shipping(form, treatment, account)
            sum.add(shipping, treatment)
            calculation.set("shipping_cost", shipping)
        }
        calculation.set("id", id)
        calculation.set("amount_total", sum.total)
        calculation.set("currency", try call.form.required("currency").lowercased())
        calculation.set("customer", call.form.given("customer"))
        calculation.set("customer_details", details)
        calculation.set("expires_at", call.now + lifetimeSeconds)
        calculation["line_items"] = [
            "object": "list", "data": .array(lines), "has_more": false, "url": .string("\(path)/\(id)/line_items"),
        ]
        calculation.set("tax_amount_exclusive", sum.exclusive)
        calculation.set("tax_amount_inclusive", sum.inclusive)
        calculation["tax_breakdown"] = .array(sum.breakdown(treatment))
        calculation.set("tax_date", call.form.integer("tax_date") ?? call.now)
        return .stored(.taxCalculation, id: account.create(.taxCalculation, calculation, call.cause).id)
    }

    /// Who buys, and from where.
    private static func customerDetails(_ form: FormMap, _ account: Account) throws(StripeError) -> JSONObject {
        var details: JSONObject = [
            "address": nil, "address_source": nil, "ip_address": nil, "tax_ids": [], "taxability_override": "none",
        ]
        if let id = form.given("customer") {
            let customer = try account.find(.customer, id, param: "customer").tree
            let shipping = customer["shipping"]?["address"]
            details["address"] = shipping?.isNull == false ? shipping : customer["address"]
            details["address_source"] = shipping?.isNull == false ? "shipping" : "billing"
        }
        if let given = form.map("customer_details") {
            for name in ["address_source", "ip_address", "taxability_override"] {
                if let text = given.given(name) { details.set(name, text) }
            }
            if let address = given.map("address") {
                var blank = BillingDetails.blank.object("address") ?? JSONObject()
                blank.fill(from: address)
                details.set("address", blank)
            }
            details["tax_ids"] = .array(
                (given["tax_ids"]?.list ?? []).compactMap(\.map).map { id in
                    ["type": .string(id.text("type") ?? ""), "value": .string(id.text("value") ?? "")]
                })
        }
        guard details["address"]?["country"]?.stringValue != nil else {
            throw .coded(
                "customer_tax_location_invalid", "The customer's location isn't recognized. Give an address.",
                param: "customer_details[address]")
        }
        return details
    }

    private static func line(
        _ form: FormMap, _ index: Int, _ treatment: TaxTreatment, _ account: inout Account, _ call: Call
    ) throws(StripeError) -> JSONObject {
        let param = "line_items[\(index)]"
        guard let amount = form.integer("amount") else { throw .parameterMissing("\(param)[amount]") }
        try AmountLimits.check(amount, param: "\(param)[amount]")
        let product = form.given("product")
        var code = form.given("tax_code")
        if let product {
            let stored = try account.find("product", product, param: "\(param)[product]")
            code = code ?? stored.text("tax_code")
        }
        let quantity = form.integer("quantity") ?? 1
        try AmountLimits.check(quantity, 1...AmountLimits.callMax, param: "\(param)[quantity]")
        let behaviour = form.given("tax_behavior") ?? treatment.behaviour
        let tax = treatment.tax(on: amount, behaviour: behaviour, code: code)
        return [
            "id": .string(account.ids.next("tax_li")), "object": "tax.calculation_line_item",
            "amount": .integer(amount), "amount_tax": .integer(tax), "livemode": false,
            "metadata": .object(try Metadata.merge(form["metadata"])), "product": JSONValue(product),
            "quantity": .integer(quantity), "reference": .string(form.given("reference") ?? "L\(index + 1)"),
            "tax_behavior": .string(behaviour),
            "tax_breakdown": [treatment.lineBreakdown(amount, tax, behaviour: behaviour, code: code)],
            "tax_code": .string(code ?? treatment.code),
        ]
    }

    private static func shipping(_ form: FormMap, _ treatment: TaxTreatment, _ account: Account) throws(StripeError)
        -> JSONObject
    {
        var amount = form.integer("amount")
        if let id = form.given("shipping_rate") {
            let rate = try account.find("shipping_rate", id, param: "shipping_cost[shipping_rate]").tree
            amount = rate["fixed_amount"]?["amount"]?.integerValue
        }
        guard let amount else { throw .parameterMissing("shipping_cost[amount]") }
        try AmountLimits.check(amount, param: "shipping_cost[amount]")
        let behaviour = form.given("tax_behavior") ?? treatment.behaviour
        let code = form.given("tax_code") ?? "txcd_92010001"
        let tax = treatment.tax(on: amount, behaviour: behaviour, code: code)
        var cost: JSONObject = ["amount": .integer(amount), "amount_tax": .integer(tax)]
        if let id = form.given("shipping_rate") { cost.set("shipping_rate", id) }
        cost.set("tax_behavior", behaviour)
        cost["tax_breakdown"] = [treatment.lineBreakdown(amount, tax, behaviour: behaviour, code: code)]
        cost.set("tax_code", code)
        return cost
    }
}
