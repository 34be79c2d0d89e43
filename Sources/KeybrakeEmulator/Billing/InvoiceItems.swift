internal import KeybrakeStripe

/// Invoice items: what waits to be put on an invoice.
///
///     create ─→ pending ─ (the customer's next invoice takes it) ─→ invoiced
enum InvoiceItems {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/invoiceitems", create)
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/invoiceitems")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know invoice items.") }
        let form = call.form
        _ = try account.find(.customer, try form.required("customer"), param: "customer")
        let quantity = form.integer("quantity") ?? 1
        try AmountLimits.check(quantity, 0...999_999_999, param: "quantity")
        try AmountLimits.check(form.integer("amount") ?? 0, param: "amount")
        var price: JSONObject?
        if let id = form.map("pricing")?.given("price") {
            price = try account.find("price", id, param: "pricing[price]").tree
        } else if let data = form.map("price_data") {
            let product = try data.required("product")
            let id = try Prices.make(data, product: product, call, &account)
            price = account.store.object("price", id: id)?.tree
        }
        guard let amount = form.integer("amount") ?? price.map({ PricedAmount.of($0, quantity: quantity) }) else {
            throw .coded(
                "parameter_missing",
                "One of the following params should be provided for this request: amount, "
                    + "pricing, price_data.", param: "amount")
        }
        var item = try FormMerge.merged(
            form, into: nil, plan, skipping: ["pricing", "period", "discounts"], &account, now: call.now)
        item.set("amount", amount)
        item.set("currency", form.given("currency")?.lowercased() ?? price?.text("currency") ?? "usd")
        item.set("date", call.now)
        item.set("discountable", form.flag("discountable") ?? true)
        item["period"] = ["end": .integer(call.now), "start": .integer(call.now)]
        item.set("pricing", price.map { InvoiceLines.pricing($0) })
        item.set("quantity", quantity)
        if item["quantity_decimal"] != nil { item.set("quantity_decimal", String(quantity)) }
        let id = item.text("id") ?? ""
        if let invoice = form.given("invoice") {
            var draft = try account.find(.invoice, invoice, param: "invoice").tree
            guard draft.text("status") == "draft" else {
                throw .coded("invoice_not_editable", "This invoice is no longer editable.", param: "invoice")
            }
            InvoiceLines.add([InvoiceLines.written(line(item), invoice: invoice, &account)], to: &draft)
            account.update(.invoice, draft, event: "invoice.updated", call.cause)
        }
        account.create("invoiceitem", item, event: "invoiceitem.created", call.cause)
        return .stored("invoiceitem", id: id)
    }

    /// Moves the customer's pending items of a currency onto an invoice.
    static func take(customer: String, currency: String, invoice: String, _ account: inout Account, _ cause: Cause)
        -> [JSONObject]
    {
        guard let collection = account.store.collection("invoiceitem") else { return [] }
        var lines: [JSONObject] = []
        for position in collection.positions(where: "customer", is: customer) ?? [] {
            let object = collection.objects[Int(position)]
            guard !object.isDeleted, object.text("invoice") == nil, object.text("currency") == currency else {
                continue
            }
            var item = object.tree
            lines.append(InvoiceLines.written(line(item), invoice: invoice, &account))
            item.set("invoice", invoice)
            account.update("invoiceitem", item, cause)
        }
        return lines
    }

    private static func line(_ item: JSONObject) -> InvoiceLines.Line {
        var line = InvoiceLines.Line(
            amount: item.integer("amount"), currency: item.text("currency") ?? "",
            description: item.text("description"),
            period: (
                item["period"]?["start"]?.integerValue ?? item.integer("date"),
                item["period"]?["end"]?.integerValue ?? item.integer("date")
            ))
        line.quantity = item.integer("quantity")
        line.metadata = item["metadata"] ?? [:]
        return line
    }
}
