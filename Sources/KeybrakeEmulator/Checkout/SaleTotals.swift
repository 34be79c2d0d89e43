internal import KeybrakeStripe

/// What the items of a Checkout session or quote come to, with discounts, taxes and shipping.
enum SaleTotals {
    /// Writes the totals into a session and its items.
    ///
    /// - Throws: a 400 when the total is nothing that can be charged.
    static func apply(_ record: inout SaleRecord, to session: inout JSONObject, _ account: Account)
        throws(StripeError)
    {
        guard session.text("mode") != "setup" else {
            session.set("payment_status", "no_payment_required")
            return
        }
        let currency = session.text("currency") ?? "usd"
        let totals = compute(&record, discounts: discounts(session, currency, account), account)
        let shipping = session["shipping_cost"]?["amount_total"]?.integerValue ?? 0
        let total = AmountLimits.clamped(totals.total + shipping)
        if total != 0, session.text("mode") == "payment" {
            try ChargeLimits.check(amount: total, currency: currency)
        }
        session.set("amount_subtotal", totals.lines.reduce(Int64(0)) { AmountLimits.clamped($0 + $1.amount) })
        session.set("amount_total", total)
        session.set("total_details", details(totals, shipping: shipping))
        session.set("payment_status", total == 0 ? "no_payment_required" : "unpaid")
    }

    /// `total_details` of sessions and quotes.
    static func details(_ totals: InvoiceTotals, shipping: Int64 = 0) -> JSONObject {
        [
            "amount_discount": .integer(totals.discountTotal), "amount_shipping": .integer(shipping),
            "amount_tax": .integer(totals.taxes.reduce(0) { $0 + $1.amount }),
        ]
    }

    /// Computes the totals and writes each item's own into it.
    static func compute(_ record: inout SaleRecord, discounts: [AppliedDiscount], _ account: Account) -> InvoiceTotals {
        let totals = InvoiceTotals(lines(record, account), discounts: discounts)
        for (index, line) in totals.lines.enumerated() {
            record.items[index].set("amount_subtotal", line.amount)
            record.items[index].set("amount_discount", line.discounts.reduce(0) { $0 + $1.amount })
            record.items[index].set("amount_tax", line.taxes.reduce(0) { $0 + $1.amount })
            record.items[index].set("amount_total", line.total)
        }
        return totals
    }

    /// What totals are computed from; what recurs costs nothing while a trial runs.
    private static func lines(_ record: SaleRecord, _ account: Account) -> [InvoiceTotals.Line] {
        record.items.map { item in
            let price = item.object("price") ?? [:]
            let isFree = record.hasTrial && LineItems.isRecurring(item)
            let rates = (record.rates[item.text("id") ?? ""] ?? []).compactMap {
                account.store.object("tax_rate", id: $0)?.tree
            }
            return InvoiceTotals.Line(
                amount: isFree ? 0 : PricedAmount.of(price, quantity: item.integer("quantity")),
                product: price.text("product"), taxes: AppliedTax.of(rates, exemption: nil))
        }
    }

    private static func discounts(_ session: JSONObject, _ currency: String, _ account: Account) -> [AppliedDiscount] {
        (session["discounts"]?.arrayValue ?? []).compactMap { discount in
            guard let coupon = coupon(of: discount, account), let terms = Coupons.terms(coupon, account) else {
                return nil
            }
            return AppliedDiscount(id: coupon, coupon: terms, currency: currency)
        }
    }

    /// The coupon of a session's discount, by itself or behind a promotion code.
    private static func coupon(of discount: JSONValue, _ account: Account) -> String? {
        if let coupon = discount["coupon"]?.stringValue { return coupon }
        guard let code = discount["promotion_code"]?.stringValue else { return nil }
        return account.store.object("promotion_code", id: code)?.tree["promotion"]?["coupon"]?.stringValue
    }
}
