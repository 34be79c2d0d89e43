internal import KeybrakeStripe

/// The `add_invoice_items` of subscriptions and schedules: one-time prices on the next invoice.
enum AddedInvoiceItems {
    static let countMax = 20

    /// Refuses what cannot be added; nothing changes.
    static func check(_ form: FormMap, _ account: Account) throws(StripeError) {
        let given = form["add_invoice_items"]?.list ?? []
        guard given.count <= countMax else {
            throw .invalid("You can add at most \(countMax) invoice items.", param: "add_invoice_items")
        }
        for (index, value) in given.enumerated() {
            let param = "add_invoice_items[\(index)]"
            try AmountLimits.check(
                value.map?.integer("quantity"), SubscriptionItems.quantityRange, param: "\(param)[quantity]")
            guard let price = value.map?.given("price") else { continue }
            let tree = try account.find(.price, price, param: "\(param)[price]").tree
            guard tree.object("recurring") == nil else {
                throw .invalid(
                    "The price specified is set to `type=recurring` but this field only accepts prices with "
                        + "`type=one_time`.", param: "\(param)[price]")
            }
        }
    }

    /// Lets them wait for the subscription's next invoice.
    static func add(_ form: FormMap, to subscription: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        for value in form["add_invoice_items"]?.list ?? [] {
            guard var item = value.map else { continue }
            if let price = item.given("price") {
                item["price"] = nil
                item["pricing"] = .map(["price": .text(price)])
            }
            item["period"] = nil
            item["subscription"] = subscription.text("id").map { .text($0) }
            let made = try InvoiceItems.make(
                item, customer: subscription.text("customer") ?? "", &account, cause)
            account.create(.invoiceItem, made, event: "invoiceitem.created", cause)
        }
    }
}
