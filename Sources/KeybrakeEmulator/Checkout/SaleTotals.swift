internal import KeybrakeStripe

/// What the items of a session or quote come to.
enum SaleTotals {
    /// Writes the totals into a session.
    static func apply(_ record: SaleRecord, to session: inout JSONObject, _ account: Account) throws(StripeError) {
        guard session.text("mode") != "setup" else {
            session.set("payment_status", "no_payment_required")
            return
        }
        let total = sum(record.items, "amount_total")
        if total != 0, session.text("mode") == "payment" {
            try ChargeLimits.check(amount: total, currency: session.text("currency") ?? "usd")
        }
        session.set("amount_subtotal", sum(record.items, "amount_subtotal"))
        session.set("amount_total", total)
        session["total_details"] = [
            "amount_discount": .integer(sum(record.items, "amount_discount")), "amount_shipping": 0,
            "amount_tax": .integer(sum(record.items, "amount_tax")),
        ]
        session.set("payment_status", total == 0 ? "no_payment_required" : "unpaid")
    }

    /// The items as they are billed on the day: what recurs costs nothing while a trial runs.
    static func today(_ items: [JSONObject], _ form: FormMap) -> [JSONObject] {
        guard hasTrial(form) else { return items }
        return items.map { item in
            guard LineItems.isRecurring(item) else { return item }
            var free = item
            for name in ["amount_subtotal", "amount_total"] { free.set(name, 0) }
            return free
        }
    }

    static func sum(_ items: [JSONObject], _ member: String) -> Int64 {
        items.reduce(Int64(0)) { AmountLimits.clamped($0 + AmountLimits.clamped($1.integer(member))) }
    }

    private static func hasTrial(_ form: FormMap) -> Bool {
        guard let data = form.map("subscription_data") else { return false }
        return (data.integer("trial_period_days") ?? 0) > 0 || data.integer("trial_end") != nil
    }
}
