internal import KeybrakeStripe

/// What a change in the middle of a period gives back and costs, by the second.
enum Proration {
    /// One thing that is given back (negative) or costs more.
    struct Line: Sendable {
        /// The item as it is credited, or as it is billed.
        let item: JSONObject
        let amount: Int64
        let start: Int64
        let end: Int64
    }

    /// The part of an amount that a part of a time bears, rounded half away from zero.
    static func share(of amount: Int64, seconds: Int64, of whole: Int64) -> Int64 {
        guard whole > 0 else { return 0 }
        let product = Int128(amount) * Int128(seconds)
        let half = Int128(whole) / 2
        let rounded = (product >= 0 ? product + half : product - half) / Int128(whole)
        return AmountLimits.clamped(Int64(clamping: rounded))
    }

    /// What the rest of an item's period costs from a time on.
    static func rest(of item: JSONObject, from time: Int64, _ cycle: BillingCycle) -> Int64 {
        let end = item.integer("current_period_end")
        guard time < end else { return 0 }
        let whole = cycle.length(endingAt: end, BillingInterval(price: item["price"]))
        return share(of: SubscriptionItems.amount(item), seconds: end - time, of: whole)
    }

    /// Gives back the rest of what was billed for items that change or go, and bills the rest of what they become.
    ///
    /// - Parameters:
    ///   - new: the items afterwards; `nil` when their new periods are billed whole, or not at all.
    ///   - cycle: the days on which the old items are billed.
    static func lines(from old: [JSONObject], to new: [JSONObject]?, at time: Int64, _ cycle: BillingCycle) -> [Line] {
        var lines: [Line] = []
        func add(_ item: JSONObject, sign: Int64) {
            let amount = sign * rest(of: item, from: time, cycle)
            guard amount != 0 else { return }
            lines.append(Line(item: item, amount: amount, start: time, end: item.integer("current_period_end")))
        }
        let kept = Set((new ?? []).filter { item in old.contains { isSame($0, item) } }.compactMap { $0.text("id") })
        for item in old where !kept.contains(item.text("id") ?? "") { add(item, sign: -1) }
        for item in new ?? [] where !kept.contains(item.text("id") ?? "") { add(item, sign: 1) }
        return lines
    }

    /// What a proration is called on invoices.
    static func words(_ line: Line, _ account: Account) -> String {
        let date = CivilTime.date(line.start)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(date.day < 10 ? "0" : "")\(date.day) \(months[date.month - 1]) \(date.year)"
        let quantity = line.item["quantity"]?.integerValue ?? 1
        let name = SubscriptionItems.productName(line.item, account)
        let what = quantity == 1 ? name : "\(quantity) × \(name)"
        return "\(line.amount < 0 ? "Unused" : "Remaining") time on \(what) after \(day)"
    }

    /// Makes pending invoice items of prorations.
    static func keep(_ lines: [Line], of subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        for line in lines {
            let quantity = line.item["quantity"]?.integerValue ?? 1
            let item: JSONObject = [
                "id": .string(account.ids.next("ii")), "object": "invoiceitem", "amount": .integer(line.amount),
                "currency": subscription["currency"] ?? .null, "customer": subscription["customer"] ?? .null,
                "customer_account": nil, "date": .integer(cause.now),
                "description": .string(words(line, account)), "discountable": false, "discounts": [],
                "invoice": nil, "livemode": false, "metadata": line.item["metadata"] ?? [:],
                "parent": [
                    "subscription_details": [
                        "subscription": subscription["id"] ?? .null, "subscription_item": line.item["id"] ?? .null,
                    ], "type": "subscription_details",
                ],
                "period": ["end": .integer(line.end), "start": .integer(line.start)],
                "pricing": line.item.object("price").map { .object(InvoiceLines.pricing($0)) } ?? .null,
                "proration": true, "quantity": .integer(quantity), "quantity_decimal": .string(String(quantity)),
                "tax_rates": line.item["tax_rates"] ?? [], "test_clock": nil,
            ]
            account.create("invoiceitem", item, event: "invoiceitem.created", cause)
        }
    }

    private static func isSame(_ old: JSONObject, _ new: JSONObject) -> Bool {
        old.text("id") == new.text("id") && old["price"]?["id"] == new["price"]?["id"]
            && old["quantity"] == new["quantity"]
            && old.integer("current_period_end") == new.integer("current_period_end")
    }
}
