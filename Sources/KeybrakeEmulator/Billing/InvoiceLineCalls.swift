internal import KeybrakeStripe

/// Changing the lines of a draft, which live partly on the invoice and partly on the items that they bill.
///
///     add_lines ─→ a new or waiting invoice item is on the draft
///     update_lines, lines/{line} ─→ the item and its line change together
///     remove_lines ─→ the item is deleted, or waits for another invoice
enum InvoiceLineCalls {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/invoices/{invoice}/add_lines", add),
        ("POST /v1/invoices/{invoice}/update_lines", update),
        ("POST /v1/invoices/{invoice}/remove_lines", remove),
        ("POST /v1/invoices/{invoice}/lines/{line_item_id}", updateOne),
    ]

    static func add(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try change(call, &account) { form, invoice, account throws(StripeError) in
            try addLine(form, to: &invoice, &account, call.cause)
        }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try change(call, &account) { form, invoice, account throws(StripeError) in
            try updateLine(try form.required("id"), form, on: &invoice, &account, call.cause)
        }
    }

    static func remove(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try change(call, &account) { form, invoice, account throws(StripeError) in
            try removeLine(form, from: &invoice, &account, call.cause)
        }
    }

    static func updateOne(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var changed = account
        var invoice = try draft(call, changed)
        let id = call.pathValue(1)
        guard InvoiceLines.of(invoice).contains(where: { $0.text("id") == id }) else {
            throw .missing("invoice line item", id: id, param: "line_item_id")
        }
        try updateLine(id, call.form, on: &invoice, &changed, call.cause)
        changed.update(.invoice, invoice, event: "invoice.updated", call.cause)
        account = changed
        return .object(InvoiceLines.of(invoice).first { $0.text("id") == id } ?? [:])
    }

    /// Does something with each of the `lines`; when one is refused, none has changed.
    private static func change(
        _ call: Call, _ account: inout Account,
        _ body: (FormMap, inout JSONObject, inout Account) throws(StripeError) -> Void
    ) throws(StripeError) -> Reply {
        var changed = account
        var invoice = try draft(call, changed)
        for (index, value) in (call.form["lines"]?.list ?? []).enumerated() {
            do throws(StripeError) {
                try body(value.map ?? FormMap(), &invoice, &changed)
            } catch {
                throw error.inside("lines[\(index)]")
            }
        }
        if call.form["invoice_metadata"] != nil {
            let metadata = invoice.object("metadata") ?? [:]
            invoice.set("metadata", try Metadata.merge(call.form["invoice_metadata"], into: metadata))
        }
        changed.update(.invoice, invoice, event: "invoice.updated", call.cause)
        account = changed
        return .stored(.invoice, id: call.pathValue())
    }

    private static func draft(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let invoice = try account.target(.invoice, call).tree
        guard invoice.text("status") == "draft" else {
            throw .coded("invoice_not_editable", "This invoice is no longer editable.")
        }
        return invoice
    }

    private static func addLine(
        _ given: FormMap, to invoice: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let customer = invoice.text("customer") ?? ""
        var form = given
        form["currency"] = invoice.text("currency").map { .text($0) }
        var item: JSONObject
        if let waiting = given.given("invoice_item") {
            let stored = try account.find(.invoiceItem, waiting, param: "invoice_item")
            guard stored.text("invoice") == nil, stored.text("customer") == customer,
                stored.text("currency") == invoice.text("currency")
            else {
                throw .invalid("This invoice item cannot be added to this invoice.", param: "invoice_item")
            }
            item = try InvoiceItems.change(stored.tree, given, &account, cause)
            item.set("invoice", invoice.text("id"))
            account.update(.invoiceItem, item, cause)
        } else {
            item = try InvoiceItems.make(form, customer: customer, &account, cause)
            item.set("invoice", invoice.text("id"))
            account.create(.invoiceItem, item, event: "invoiceitem.created", cause)
        }
        let written = InvoiceLines.written(InvoiceItems.line(item), invoice: invoice.text("id") ?? "", &account)
        InvoiceLines.add([written], to: &invoice, account)
        try setTaxes(of: written.text("id") ?? "", given, on: &invoice, &account, cause)
    }

    private static func updateLine(
        _ id: String, _ form: FormMap, on invoice: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let line = InvoiceLines.of(invoice).first(where: { $0.text("id") == id }) else {
            throw .missing("invoice line item", id: id, param: "id", status: 400)
        }
        if let name = InvoiceItems.item(of: line), let stored = account.store.object(.invoiceItem, id: name) {
            let item = try InvoiceItems.change(stored.tree, form, &account, cause)
            account.update(.invoiceItem, item, cause)
            InvoiceItems.rewrite(item, on: &invoice, account)
        } else {
            let changed = try changeAlone(line, form, customer: invoice.text("customer"), &account, cause)
            let lines = InvoiceLines.of(invoice).map { $0.text("id") == id ? changed : $0 }
            InvoiceLines.set(lines, in: &invoice, account)
        }
        try setTaxes(of: id, form, on: &invoice, &account, cause)
    }

    /// A line of a subscription has no item of its own; the subscription stays as it is.
    private static func changeAlone(
        _ old: JSONObject, _ form: FormMap, customer: String?, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        for name in ["pricing", "price_data", "tax_rates"] where form[name] != nil {
            throw .invalid("You cannot change `\(name)` of a line that bills a subscription.", param: name)
        }
        let wanted = try Discounts.check(form["discounts"], customer: customer, account)
        try AmountLimits.check(form.integer("amount") ?? 0, param: "amount")
        var line = old
        if let amount = form.integer("amount") {
            line.set("amount", amount)
            line.set("subtotal", amount)
        }
        if let text = form.text("description") { line.set("description", text.isEmpty ? nil : text) }
        if let discountable = form.flag("discountable") { line.set("discountable", discountable) }
        line.set("metadata", try Metadata.merge(form["metadata"], into: line.object("metadata") ?? [:]))
        if form["discounts"] != nil {
            let place = Discounts.Place.invoiceItem(line.text("id") ?? "")
            let ids = Discounts.apply(wanted, to: place, customer: customer, &account, cause)
            line["discounts"] = .array(ids.map { .string($0) })
        }
        return line
    }

    /// Takes `tax_amounts` over as they are; their rates are made for this line alone.
    private static func setTaxes(
        of id: String, _ form: FormMap, on invoice: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let given = form["tax_amounts"] else { return }
        guard form["tax_rates"] == nil else {
            throw .invalid(
                "You may only specify one of these parameters: tax_amounts, tax_rates.", param: "tax_amounts")
        }
        var taxes: [JSONValue] = []
        for (index, value) in (given.text == "" ? [] : given.list ?? []).enumerated() {
            let tax = value.map ?? FormMap()
            let param = "tax_amounts[\(index)]"
            let (amount, taxable) = (try tax.requiredInteger("amount"), try tax.requiredInteger("taxable_amount"))
            try AmountLimits.check(amount, param: "\(param)[amount]")
            try AmountLimits.check(taxable, param: "\(param)[taxable_amount]")
            let data = tax.map("tax_rate_data") ?? FormMap()
            let rate = try TaxRates.make(data, param: "\(param)[tax_rate_data]", &account, cause)
            if var stored = account.store.object(.taxRate, id: rate) {
                stored.owner = id
                account.store.insert(.taxRate, stored)
            }
            let applied = AppliedTax(
                rate: rate, rule: .fixed(amount: amount, taxable: taxable),
                isInclusive: data.flag("inclusive") ?? false)
            taxes.append(applied.json(amount: amount, taxable: taxable))
        }
        let lines = InvoiceLines.of(invoice).map { line in
            guard line.text("id") == id else { return line }
            var line = line
            line["taxes"] = .array(taxes)
            return line
        }
        InvoiceLines.set(lines, in: &invoice, account)
    }

    private static func removeLine(
        _ form: FormMap, from invoice: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let id = try form.required("id")
        let lines = InvoiceLines.of(invoice)
        guard let line = lines.first(where: { $0.text("id") == id }) else {
            throw .missing("invoice line item", id: id, param: "id", status: 400)
        }
        if let name = InvoiceItems.item(of: line), var item = account.store.object(.invoiceItem, id: name)?.tree {
            if form.given("behavior") == "unassign" {
                item.set("invoice", nil as String?)
                account.update(.invoiceItem, item, cause)
            } else {
                _ = account.delete(.invoiceItem, id: name, event: "invoiceitem.deleted", cause)
            }
        }
        InvoiceLines.set(lines.filter { $0.text("id") != id }, in: &invoice, account)
    }
}

extension StripeError {
    /// The same error, about something inside another parameter.
    func inside(_ path: String) -> StripeError {
        var error = self
        error.param = param.map { name in
            let head = name.prefix { $0 != "[" }
            return "\(path)[\(head)]\(name.dropFirst(head.count))"
        }
        return error
    }
}
