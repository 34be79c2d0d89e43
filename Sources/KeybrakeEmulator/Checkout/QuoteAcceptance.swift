internal import KeybrakeStripe

/// What an accepted quote becomes.
enum QuoteAcceptance {
    /// Makes the subscription, the schedule or the invoice.
    ///
    /// - Returns: the members of the quote that name what was made.
    static func carryOut(_ quote: JSONObject, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> JSONObject
    {
        let record = SaleRecord(of: quote.text("id") ?? "", in: account)
        guard record.items.contains(where: LineItems.isRecurring) else {
            return ["invoice": .string(try invoice(quote, record, &account, cause))]
        }
        let start = quote["subscription_data"]?["effective_date"]?.integerValue
        if let start, start > cause.now {
            return ["subscription_schedule": .string(try schedule(quote, record, start, &account, cause))]
        }
        let id = try made(
            "POST /v1/subscriptions", subscriptionForm(quote, record), &account, cause)
        let invoice = account.store.object(.subscription, id: id)?.text("latest_invoice")
        return ["invoice": JSONValue(invoice), "subscription": .string(id)]
    }

    private static func subscriptionForm(_ quote: JSONObject, _ record: SaleRecord) -> FormMap {
        var form = terms(quote, record)
        form["items"] = .list(record.items.filter(LineItems.isRecurring).map { item($0, record) })
        let extras = record.items.filter { !LineItems.isRecurring($0) }
        if !extras.isEmpty { form["add_invoice_items"] = .list(extras.map { item($0, record) }) }
        let data = record.form.map("subscription_data")
        for name in ["description", "metadata", "trial_period_days"] { form[name] = data?[name] }
        form["payment_behavior"] = "allow_incomplete"
        return form
    }

    private static func schedule(
        _ quote: JSONObject, _ record: SaleRecord, _ start: Int64, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String {
        var phase: FormMap = ["items": .list(record.items.filter(LineItems.isRecurring).map { item($0, record) })]
        let extras = record.items.filter { !LineItems.isRecurring($0) }
        if !extras.isEmpty { phase["add_invoice_items"] = .list(extras.map { item($0, record) }) }
        phase["discounts"] = record.form["discounts"]
        phase["duration"] = record.items.first(where: LineItems.isRecurring)?["price"]?["recurring"].flatMap {
            recurring in
            recurring["interval"]?.stringValue.map { .map(["interval": .text($0), "interval_count": "1"]) }
        }
        let form: FormMap = [
            "customer": .text(quote.text("customer") ?? ""), "end_behavior": "release", "phases": .list([.map(phase)]),
            "start_date": .text(String(start)),
        ]
        return try made("POST /v1/subscription_schedules", form, &account, cause)
    }

    /// A draft that finalises itself like any other.
    private static func invoice(
        _ quote: JSONObject, _ record: SaleRecord, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String {
        var form = terms(quote, record)
        form["auto_advance"] = "true"
        form["currency"] = .text(quote.text("currency") ?? "usd")
        form["pending_invoice_items_behavior"] = "exclude"
        let id = try made("POST /v1/invoices", form, &account, cause)
        for one in record.items {
            var line: FormMap = [
                "customer": .text(quote.text("customer") ?? ""), "invoice": .text(id),
                "pricing": .map(["price": .text(one["price"]?["id"]?.stringValue ?? "")]),
                "quantity": .text(String(one.integer("quantity"))),
            ]
            if let rates = record.rates[one.text("id") ?? ""] {
                line["tax_rates"] = .list(rates.map { .text($0) })
            }
            _ = try made("POST /v1/invoiceitems", line, &account, cause)
        }
        if var tree = account.store.object(.invoice, id: id)?.tree {
            tree["parent"] = [
                "quote_details": ["quote": quote["id"] ?? .null], "subscription_details": nil,
                "type": "quote_details",
            ]
            account.update(.invoice, tree, cause)
        }
        return id
    }

    /// What subscriptions and invoices take alike.
    private static func terms(_ quote: JSONObject, _ record: SaleRecord) -> FormMap {
        var form: FormMap = [
            "collection_method": .text(quote.text("collection_method") ?? "charge_automatically"),
            "customer": .text(quote.text("customer") ?? ""),
        ]
        form["discounts"] = record.form["discounts"]
        form["description"] = quote.text("description").map { .text($0) }
        if quote.text("collection_method") == "send_invoice" {
            let days = quote["invoice_settings"]?["days_until_due"]?.integerValue ?? 30
            form["days_until_due"] = .text(String(days))
        }
        return form
    }

    private static func item(_ item: JSONObject, _ record: SaleRecord) -> FormValue {
        var form: FormMap = [
            "price": .text(item["price"]?["id"]?.stringValue ?? ""),
            "quantity": .text(String(item.integer("quantity"))),
        ]
        if let rates = record.rates[item.text("id") ?? ""] { form["tax_rates"] = .list(rates.map { .text($0) }) }
        return .map(form)
    }

    private static func made(_ name: String, _ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        let call = try Call.inner(name, form: form, cause)
        guard let behaviour = Routes.behaviour(of: call.operation),
            case .stored(_, let id) = try behaviour(call, &account)
        else { throw .invalid("The emulator cannot carry out \(name).") }
        return id
    }
}
