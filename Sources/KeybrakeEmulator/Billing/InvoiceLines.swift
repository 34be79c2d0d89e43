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
        var subscription: String?
        var metadata: JSONValue = [:]
    }

    /// A line as an invoice shows it.
    static func written(_ line: Line, invoice: String, _ account: inout Account) -> JSONObject {
        var object = template
        object.set("id", account.ids.next("il"))
        object.set("amount", line.amount)
        object.set("currency", line.currency)
        object.set("description", line.description)
        object.set("invoice", invoice)
        object["metadata"] = line.metadata
        object["period"] = ["end": .integer(line.period.end), "start": .integer(line.period.start)]
        if let price = line.price { object.set("pricing", pricing(price)) }
        object.set("quantity", line.quantity)
        object.set("subscription", line.subscription)
        object.set("subtotal", line.amount)
        return object
    }

    static func pricing(_ price: JSONObject) -> JSONObject {
        [
            "price_details": ["price": price["id"] ?? .null, "product": price["product"] ?? .null],
            "type": "price_details", "unit_amount_decimal": price["unit_amount_decimal"] ?? .null,
        ]
    }

    /// Adds lines to a draft and sums it up.
    static func add(_ lines: [JSONObject], to invoice: inout JSONObject) {
        var list = invoice.object("lines") ?? [:]
        let all = (list["data"]?.arrayValue ?? []) + lines.map { .object($0) }
        list["object"] = "list"
        list["data"] = .array(all)
        list["has_more"] = false
        list["url"] = .string("/v1/invoices/\(invoice.text("id") ?? "")/lines")
        invoice.set("lines", list)
        let total = all.reduce(Int64(0)) { sum, line in
            AmountLimits.clamped(sum + AmountLimits.clamped(line["amount"]?.integerValue ?? 0))
        }
        for name in ["subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"] { invoice.set(name, total) }
        invoice.set("amount_due", max(0, total))
        invoice.set("amount_remaining", max(0, total))
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"line_item","amount":0,"currency":"","description":null,"discount_amounts":[],
        "discountable":true,"discounts":[],"invoice":"","livemode":false,"metadata":{},"parent":null,"period":{},
        "pretax_credit_amounts":[],"pricing":null,"quantity":1,"subscription":null,"subtotal":0,"taxes":[]}
        """#)
}
