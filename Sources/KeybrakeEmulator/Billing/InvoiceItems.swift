internal import KeybrakeStripe

/// Invoice items: what waits to be put on an invoice.
///
///     create ─→ pending ─ (the customer's next invoice takes it) ─→ invoiced ─ (its draft is deleted) ─→ pending
///     pending, or on a draft ─ update …, delete ─→ gone
enum InvoiceItems {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/invoiceitems", create),
        ("GET /v1/invoiceitems", list),
        ("POST /v1/invoiceitems/{invoiceitem}", update),
        ("DELETE /v1/invoiceitems/{invoiceitem}", delete),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/invoiceitems")
    private static let handled: Set<String> = [
        "id", "pricing", "period", "discounts", "tax_rates", "currency", "subscription",
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer").id
        let draft = try draft(form.given("invoice"), account)
        if let subscription = form.given("subscription") {
            _ = try account.find(.subscription, subscription, param: "subscription")
        }
        var item = try make(form, customer: customer, &account, call.cause)
        let id = item.text("id") ?? ""
        if let draft {
            item.set("invoice", draft.text("id"))
            account.create(.invoiceItem, item, event: "invoiceitem.created", call.cause)
            var invoice = draft
            InvoiceLines.add(
                [InvoiceLines.written(line(item), invoice: draft.text("id") ?? "", &account)], to: &invoice, account)
            account.update(.invoice, invoice, event: "invoice.updated", call.cause)
        } else {
            account.create(.invoiceItem, item, event: "invoiceitem.created", call.cause)
        }
        return .stored(.invoiceItem, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let pending = form.flag("pending")
        return try account.page(
            .invoiceItem, call, url: "/v1/invoiceitems",
            filters: [("customer", form.given("customer")), ("invoice", form.given("invoice"))]
        ) { pending == nil || ($0.text("invoice") == nil) == pending }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try account.find(.invoiceItem, call.pathValue(), param: "invoiceitem", status: 404)
        let invoice = try editable(stored, account)
        let old = stored.tree
        let item = try change(old, call.form, &account, call.cause)
        account.update(.invoiceItem, item, event: "invoiceitem.updated", call.cause)
        if var invoice {
            rewrite(item, on: &invoice, account)
            account.update(.invoice, invoice, event: "invoice.updated", call.cause)
        }
        return .stored(.invoiceItem, id: stored.id)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try account.find(.invoiceItem, call.pathValue(), param: "invoiceitem", status: 404)
        if var invoice = try editable(stored, account) {
            InvoiceLines.set(InvoiceLines.of(invoice).filter { item(of: $0) != stored.id }, in: &invoice, account)
            account.update(.invoice, invoice, event: "invoice.updated", call.cause)
        }
        return .object(
            account.delete(.invoiceItem, id: stored.id, event: "invoiceitem.deleted", call.cause))
    }

    // MARK: What invoices do with them

    /// Makes an item from the parameters of a create call, or of a line that is added to a draft; not remembered yet.
    static func make(_ form: FormMap, customer: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> JSONObject
    {
        guard let plan else { throw .invalid("The emulator does not know invoice items.") }
        let wanted = try Discounts.check(form["discounts"], customer: customer, account)
        let rates = try TaxRates.resolve(form["tax_rates"], param: "tax_rates", account)
        let priced = try ItemPrice(form, &account, cause)
        var item = try FormMerge.merged(form, into: nil, plan, skipping: handled, &account, now: cause.now)
        priced.write(to: &item)
        let id = item.text("id") ?? ""
        item.set("customer", customer)
        item.set("date", cause.now)
        item.set("discountable", form.flag("discountable") ?? (priced.amount >= 0))
        item.set("invoice", nil as String?)
        item["period"] = period(form, default: cause.now)
        item["tax_rates"] = .array(rates.map { .object($0) })
        if let subscription = form.given("subscription") {
            item["parent"] = [
                "subscription_details": ["subscription": .string(subscription)], "type": "subscription_details",
            ]
        }
        let ids = Discounts.apply(wanted, to: .invoiceItem(id), customer: customer, &account, cause)
        item["discounts"] = .array(ids.map { .string($0) })
        return item
    }

    /// An item with other values; not remembered yet.
    static func change(_ old: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject
    {
        guard let plan else { throw .invalid("The emulator does not know invoice items.") }
        let customer = old.text("customer") ?? ""
        let wanted = try Discounts.check(form["discounts"], customer: customer, account)
        let rates = try TaxRates.resolve(form["tax_rates"], param: "tax_rates", account)
        let isPriced = ItemPrice.members.contains { form[$0] != nil }
        let priced = isPriced ? try ItemPrice(completed(form, by: old), &account, cause) : nil
        var item = try FormMerge.merged(form, into: old, plan, skipping: handled, &account, now: cause.now)
        priced?.write(to: &item)
        if let discountable = form.flag("discountable") { item.set("discountable", discountable) }
        if form["period"] != nil { item["period"] = period(form, default: cause.now) }
        if form["tax_rates"] != nil { item["tax_rates"] = .array(rates.map { .object($0) }) }
        if form["discounts"] != nil {
            let place = Discounts.Place.invoiceItem(old.text("id") ?? "")
            let ids = Discounts.apply(wanted, to: place, customer: customer, &account, cause)
            item["discounts"] = .array(ids.map { .string($0) })
        }
        return item
    }

    /// Moves the customer's pending items of a currency onto an invoice.
    ///
    /// - Parameter subscription: the one that is billed; items of other subscriptions stay.
    static func take(
        customer: String, currency: String, invoice: String, subscription: String? = nil, _ account: inout Account,
        _ cause: Cause
    ) -> [JSONObject] {
        guard let collection = account.store.collection(.invoiceItem) else { return [] }
        var lines: [JSONObject] = []
        for position in collection.positions(where: "customer", is: customer) ?? [] {
            let object = collection.objects[Int(position)]
            guard !object.isDeleted, object.text("invoice") == nil, object.text("currency") == currency else {
                continue
            }
            var item = object.tree
            let owner = item["parent"]?["subscription_details"]?["subscription"]?.stringValue
            guard owner == nil || owner == subscription else { continue }
            lines.append(InvoiceLines.written(line(item), invoice: invoice, &account))
            item.set("invoice", invoice)
            account.update(.invoiceItem, item, cause)
        }
        return lines
    }

    /// A draft is gone: what it took waits again.
    static func release(invoice: String, _ account: inout Account, _ cause: Cause) {
        guard let collection = account.store.collection(.invoiceItem) else { return }
        for position in collection.positions(where: "invoice", is: invoice).map({ Array($0) }) ?? [] {
            let object = collection.objects[Int(position)]
            guard !object.isDeleted else { continue }
            var item = object.tree
            item.set("invoice", nil as String?)
            account.update(.invoiceItem, item, cause)
        }
    }

    /// The invoice item that a line bills.
    static func item(of line: JSONObject) -> String? {
        line["parent"]?["invoice_item_details"]?["invoice_item"]?.stringValue
    }

    static func line(_ item: JSONObject) -> InvoiceLines.Line {
        var line = InvoiceLines.Line(
            amount: item.integer("amount"), currency: item.text("currency") ?? "",
            description: item.text("description"),
            period: (
                item["period"]?["start"]?.integerValue ?? item.integer("date"),
                item["period"]?["end"]?.integerValue ?? item.integer("date")
            ))
        line.quantity = item.integer("quantity")
        line.quantityDecimal = item.text("quantity_decimal")
        line.metadata = item["metadata"] ?? [:]
        line.invoiceItem = item.text("id")
        line.isProration = item.flag("proration")
        line.isDiscountable = item.flag("discountable")
        line.discounts = Discounts.ids(item)
        line.pricing = item["pricing"]
        line.subscription = item["parent"]?["subscription_details"]?["subscription"]?.stringValue
        return line
    }

    /// Writes an item's line on its draft anew.
    static func rewrite(_ item: JSONObject, on invoice: inout JSONObject, _ account: Account) {
        let id = item.text("id")
        let lines = InvoiceLines.of(invoice).map { line in
            guard Self.item(of: line) == id else { return line }
            var written = InvoiceLines.written(
                Self.line(item), id: line.text("id") ?? "", invoice: invoice.text("id") ?? "")
            written["taxes"] = line["taxes"]
            return written
        }
        InvoiceLines.set(lines, in: &invoice, account)
    }

    // MARK: Checks

    /// The draft that a parameter names.
    private static func draft(_ id: String?, _ account: Account) throws(StripeError) -> JSONObject? {
        guard let id else { return nil }
        let invoice = try account.find(.invoice, id, param: "invoice").tree
        guard invoice.text("status") == "draft" else {
            throw .coded("invoice_not_editable", "This invoice is no longer editable.", param: "invoice")
        }
        return invoice
    }

    /// The draft that an item is on; `nil` while it waits.
    private static func editable(_ item: StoredObject, _ account: Account) throws(StripeError) -> JSONObject? {
        guard let id = item.text("invoice"), let invoice = account.store.object(.invoice, id: id)?.tree else {
            return nil
        }
        guard invoice.text("status") == "draft" else {
            throw .coded(
                "invoice_not_editable",
                "This invoice item is attached to an invoice that is no longer editable.", param: "invoiceitem")
        }
        return invoice
    }

    /// The parameters that price an item, with those that a call leaves out from the item as it is.
    private static func completed(_ form: FormMap, by item: JSONObject) -> FormMap {
        var whole = form
        if form["quantity"] == nil, form["quantity_decimal"] == nil {
            whole["quantity_decimal"] = .text(item.text("quantity_decimal") ?? "1")
        }
        whole["currency"] = item.text("currency").map { .text($0) }
        guard ["amount", "pricing", "price_data", "unit_amount_decimal"].allSatisfy({ form[$0] == nil }) else {
            return whole
        }
        if let price = item["pricing"]?["price_details"]?["price"]?.stringValue {
            whole["pricing"] = .map(["price": .text(price)])
        } else {
            whole["unit_amount_decimal"] = item["pricing"]?["unit_amount_decimal"]?.stringValue.map { .text($0) }
        }
        return whole
    }

    private static func period(_ form: FormMap, default now: Int64) -> JSONValue {
        let period = form.map("period")
        return [
            "end": .integer(period?.integer("end") ?? now), "start": .integer(period?.integer("start") ?? now),
        ]
    }
}
