internal import KeybrakeStripe

/// One line of a credit note: a part of an invoice's line with its share of discounts and taxes, or something else.
struct CreditNoteLine {
    /// Before discounts and exclusive taxes, in smallest units.
    let amount: Int64
    var description: String?
    var quantity: Int64?
    var unit: String?
    var invoiceLine: String?
    var metadata: JSONValue = [:]
    var discounts: [InvoiceTotals.DiscountAmount] = []
    /// Of the discounts, those that belong to the invoice's line itself.
    var ownDiscount: Int64 = 0
    var taxes: [InvoiceTotals.TaxAmount] = []
    var rates: [JSONObject] = []

    var discount: Int64 { discounts.reduce(0) { $0 + $1.amount } }
    var exclusiveTax: Int64 { taxes.reduce(0) { $0 + ($1.tax.isInclusive ? 0 : $1.amount) } }
    var tax: Int64 { taxes.reduce(0) { $0 + $1.amount } }
    var total: Int64 { amount - discount + exclusiveTax }

    /// A part of an invoice's line. The last part takes what the earlier ones left, so that rounding leaves nothing.
    ///
    /// - Parameter earlier: the lines of earlier credit notes about it.
    init(crediting amount: Int64, of line: JSONObject, earlier: [JSONObject]) {
        self.amount = amount
        let whole = line.integer("amount")
        let isLast = earlier.reduce(amount) { $0 + $1.integer("amount") } == whole
        func part(_ value: Int64, _ spent: Int64) -> Int64 {
            isLast ? value - spent : min(value - spent, Share.of(value, amount, per: whole))
        }
        let own = Set(Discounts.ids(line))
        for entry in line["discount_amounts"]?.arrayValue ?? [] {
            guard let id = entry["discount"]?.stringValue else { continue }
            let spent = Self.sum(earlier, "discount_amounts") { $0["discount"]?.stringValue == id }
            let taken = part(entry["amount"]?.integerValue ?? 0, spent.amount)
            discounts.append(.init(discount: id, amount: taken))
            if own.contains(id) { ownDiscount += taken }
        }
        for entry in line["taxes"]?.arrayValue ?? [] {
            let rate = entry["tax_rate_details"]?["tax_rate"]?.stringValue ?? ""
            let spent = Self.sum(earlier, "taxes") { $0["tax_rate_details"]?["tax_rate"]?.stringValue == rate }
            let amount = part(entry["amount"]?.integerValue ?? 0, spent.amount)
            let taxable = part(entry["taxable_amount"]?.integerValue ?? 0, spent.taxable)
            let tax = AppliedTax(
                rate: rate, rule: .fixed(amount: amount, taxable: taxable),
                isInclusive: entry["tax_behavior"]?.stringValue == "inclusive")
            taxes.append(.init(tax: tax, amount: amount, taxable: taxable))
        }
        invoiceLine = line.text("id")
        description = line.text("description")
        unit = line["pricing"]?["unit_amount_decimal"]?.stringValue
    }

    /// Something that no line of the invoice says.
    init(custom amount: Int64, rates: [JSONObject], exemption: String?) {
        self.amount = amount
        self.rates = rates
        var line = InvoiceTotals.Line(amount: amount)
        line.taxes = AppliedTax.of(rates, exemption: exemption)
        taxes = InvoiceTotals([line]).taxes
    }

    /// The line as its credit note shows it.
    func written(id: String) -> JSONObject {
        var line: JSONObject = [
            "id": .string(id), "object": "credit_note_line_item", "amount": .integer(amount),
            "description": JSONValue(description), "discount_amount": .integer(discount),
            "discount_amounts": discounts.json, "livemode": false, "metadata": metadata,
            "pretax_credit_amounts": discounts.pretaxCredits, "quantity": JSONValue(quantity),
            "tax_rates": .array(rates.map { .object($0) }), "taxes": taxes.json,
            "type": invoiceLine == nil ? "custom_line_item" : "invoice_line_item",
            "unit_amount": JSONValue(unit.flatMap { Int64($0) }), "unit_amount_decimal": JSONValue(unit),
        ]
        if let invoiceLine { line.set("invoice_line_item", invoiceLine) }
        return line
    }

    private static func sum(_ lines: [JSONObject], _ member: String, where matches: (JSONValue) -> Bool)
        -> (amount: Int64, taxable: Int64)
    {
        let entries = lines.flatMap { $0[member]?.arrayValue ?? [] }.filter(matches)
        return (
            entries.reduce(0) { $0 + ($1["amount"]?.integerValue ?? 0) },
            entries.reduce(0) { $0 + ($1["taxable_amount"]?.integerValue ?? 0) }
        )
    }
}
