internal import KeybrakeStripe

/// The lines of invoices, and what they add up to.
enum InvoiceLines {
    /// What one line is about.
    struct Line {
        var amount: Int64
        var currency: String
        var description: String?
        var period: (start: Int64, end: Int64)
        var price: JSONObject?
        var quantity: Int64 = 1
        var quantityDecimal: String?
        var subscription: String?
        var metadata: JSONValue = [:]
        /// The item of a subscription that is billed; its tax rates and discounts hold for the line.
        var subscriptionItem: String?
        /// The invoice item that is billed; its tax rates hold for the line.
        var invoiceItem: String?
        var isProration = false
        var isDiscountable = true
        /// The line's own discounts, which come before those of the invoice.
        var discounts: [String] = []
        /// What it was computed with, when that is not the price's.
        var pricing: JSONValue?
    }

    /// A line as an invoice shows it.
    static func written(_ line: Line, invoice: String, _ account: inout Account) -> JSONObject {
        written(line, id: account.ids.next("il"), invoice: invoice)
    }

    /// A line that keeps its id.
    static func written(_ line: Line, id: String, invoice: String) -> JSONObject {
        var object = template
        object.set("id", id)
        object.set("amount", line.amount)
        object.set("currency", line.currency)
        object.set("description", line.description)
        object.set("discountable", line.isDiscountable)
        object["discounts"] = .array(line.discounts.map { .string($0) })
        object.set("invoice", invoice)
        object["metadata"] = line.metadata
        object.set("parent", parent(line))
        object["period"] = ["end": .integer(line.period.end), "start": .integer(line.period.start)]
        object["pricing"] = line.pricing ?? line.price.map { .object(pricing($0)) } ?? .null
        object.set("quantity", line.quantity)
        object.set("quantity_decimal", line.quantityDecimal ?? String(line.quantity))
        object.set("subscription", line.subscription)
        object.set("subtotal", line.amount)
        return object
    }

    private static func parent(_ line: Line) -> JSONObject? {
        let subscription = JSONValue(line.subscription)
        let proration: JSONObject = [
            "proration": .bool(line.isProration), "proration_details": ["credited_items": nil],
        ]
        if let item = line.subscriptionItem {
            var details = proration
            details["invoice_item"] = .null
            details["subscription"] = subscription
            details.set("subscription_item", item)
            return [
                "invoice_item_details": nil, "subscription_item_details": .object(details),
                "type": "subscription_item_details",
            ]
        }
        guard let item = line.invoiceItem else { return nil }
        var details = proration
        details.set("invoice_item", item)
        details["subscription"] = subscription
        return [
            "invoice_item_details": .object(details), "subscription_item_details": nil,
            "type": "invoice_item_details",
        ]
    }

    static func pricing(_ price: JSONObject) -> JSONObject {
        [
            "price_details": ["price": price["id"] ?? .null, "product": price["product"] ?? .null],
            "type": "price_details", "unit_amount_decimal": price["unit_amount_decimal"] ?? .null,
        ]
    }

    static func of(_ invoice: JSONObject) -> [JSONObject] {
        invoice["lines"]?["data"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// Adds lines to a draft and sums it up.
    static func add(_ lines: [JSONObject], to invoice: inout JSONObject, _ account: Account) {
        set(of(invoice) + lines, in: &invoice, account)
    }

    /// Gives a draft its lines and sums it up.
    static func set(_ lines: [JSONObject], in invoice: inout JSONObject, _ account: Account) {
        invoice["lines"] = [
            "object": "list", "data": .array(lines.map { .object($0) }), "has_more": false,
            "url": .string("/v1/invoices/\(invoice.text("id") ?? "")/lines"),
        ]
        sum(&invoice, account)
    }

    // MARK: Sums

    /// Computes discounts, taxes and totals of a draft anew.
    static func sum(_ invoice: inout JSONObject, _ account: Account) {
        var lines = of(invoice)
        let currency = invoice.text("currency") ?? ""
        let totals = InvoiceTotals(
            lines.map { totalled($0, of: invoice, account) },
            discounts: Discounts.applied(Discounts.ids(invoice), currency: currency, account))
        for index in lines.indices {
            lines[index]["discount_amounts"] = totals.lines[index].discounts.json
            lines[index]["pretax_credit_amounts"] = totals.lines[index].discounts.pretaxCredits
            lines[index]["taxes"] = totals.lines[index].taxes.json
        }
        if var list = invoice.object("lines") {
            list["data"] = .array(lines.map { .object($0) })
            invoice.set("lines", list)
        }
        let shipping = invoice.integer("amount_shipping")
        let total = AmountLimits.clamped(totals.total + shipping)
        invoice.set("subtotal", totals.subtotal)
        invoice.set("subtotal_excluding_tax", totals.subtotalExcludingTax)
        invoice["total_discount_amounts"] = totals.discounts.json
        invoice["total_pretax_credit_amounts"] = totals.discounts.pretaxCredits
        invoice["total_taxes"] = totals.taxes.json
        invoice.set("total", total)
        invoice.set("total_excluding_tax", AmountLimits.clamped(totals.totalExcludingTax + shipping))
        let due = max(0, AmountLimits.clamped(total + invoice.integer("starting_balance")))
        invoice.set("amount_due", due)
        invoice.set("amount_remaining", due)
    }

    /// A line as totals are computed with it.
    private static func totalled(_ line: JSONObject, of invoice: JSONObject, _ account: Account) -> InvoiceTotals.Line {
        let own = ownRates(line, account)
        let rates = own.isEmpty ? invoice["default_tax_rates"]?.arrayValue?.compactMap(\.objectValue) ?? [] : own
        let given = givenTaxes(line, account)
        let currency = line.text("currency") ?? ""
        return InvoiceTotals.Line(
            amount: line.integer("amount"), isDiscountable: line.flag("discountable"),
            product: line["pricing"]?["price_details"]?["product"]?.stringValue,
            discounts: Discounts.applied(Discounts.ids(line), currency: currency, account),
            taxes: given.isEmpty ? AppliedTax.of(rates, exemption: invoice.text("customer_tax_exempt")) : given)
    }

    /// The tax rates of what the line bills.
    private static func ownRates(_ line: JSONObject, _ account: Account) -> [JSONObject] {
        let parent = line["parent"]
        let item =
            parent?["invoice_item_details"]?["invoice_item"]?.stringValue
            .flatMap { account.store.object(.invoiceItem, id: $0) }
            ?? parent?["subscription_item_details"]?["subscription_item"]?.stringValue
            .flatMap { account.store.object(.subscriptionItem, id: $0) }
        return item?.tree["tax_rates"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// Taxes that a call gave as amounts: their rates were made for this line alone and belong to it.
    private static func givenTaxes(_ line: JSONObject, _ account: Account) -> [AppliedTax] {
        (line["taxes"]?.arrayValue ?? []).compactMap { tax in
            guard let rate = tax["tax_rate_details"]?["tax_rate"]?.stringValue,
                account.store.object(.taxRate, id: rate)?.owner == line.text("id")
            else { return nil }
            return AppliedTax(
                rate: rate,
                rule: .fixed(
                    amount: tax["amount"]?.integerValue ?? 0, taxable: tax["taxable_amount"]?.integerValue ?? 0),
                isInclusive: tax["tax_behavior"]?.stringValue == "inclusive")
        }
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"line_item","amount":0,"currency":"","description":null,"discount_amounts":[],
        "discountable":true,"discounts":[],"invoice":"","livemode":false,"metadata":{},"parent":null,"period":{},
        "pretax_credit_amounts":[],"pricing":null,"quantity":1,"quantity_decimal":"1","subscription":null,"subtotal":0,
        "taxes":[]}
        """#)
}
