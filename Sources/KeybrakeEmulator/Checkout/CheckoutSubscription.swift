internal import KeybrakeStripe

/// Subscribing on a Checkout page: the customer gets the method and the subscription, whose first invoice is paid.
enum CheckoutSubscription {
    /// Makes the subscription, or nothing at all when its first payment is declined.
    static func begin(
        _ session: JSONObject, _ record: SaleRecord, _ entry: CheckoutPayment.Entry, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) -> CheckoutPayment.Next {
        let before = account
        do throws(StripeError) {
            try subscribe(session, record, entry, &account, cause)
            return .complete
        } catch {
            account = before
            throw error
        }
    }

    private static func subscribe(
        _ session: JSONObject, _ record: SaleRecord, _ entry: CheckoutPayment.Entry, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) {
        let method = try PaymentMethods.make(entry.method, param: "payment_method_data", &account, cause)
        guard let customer = try CheckoutPayment.customer(session, record, entry, &account, cause) else { return }
        try PaymentMethods.attach(method.id, to: customer, &account, cause)
        account.setUp(.paymentMethod, id: method.id)
        var form = record.form.map("subscription_data") ?? FormMap()
        form["invoice_settings"] = nil
        form["customer"] = .text(customer)
        form["default_payment_method"] = .text(method.id)
        form["payment_behavior"] = "error_if_incomplete"
        form["items"] = .list(record.items.filter(LineItems.isRecurring).map { item($0, record) })
        form["discounts"] = CheckoutTerms.discounts(session)
        let extras = record.items.filter { !LineItems.isRecurring($0) }
        if !extras.isEmpty { form["add_invoice_items"] = .list(extras.map { item($0, record) }) }
        let call = try Call.inner("POST /v1/subscriptions", form: form, cause)
        guard case .stored(_, let id) = try Subscriptions.create(call, &account) else { return }
        let invoice = account.store.object(.subscription, id: id)?.text("latest_invoice")
        let status = session.integer("amount_total") == 0 ? "no_payment_required" : "paid"
        CheckoutCompletion.complete(
            session, entry, customer: customer,
            [
                "customer": .string(customer), "invoice": JSONValue(invoice), "payment_status": .string(status),
                "subscription": .string(id),
            ], &account, cause)
    }

    private static func item(_ item: JSONObject, _ record: SaleRecord) -> FormValue {
        var form: FormMap = [
            "price": .text(item["price"]?["id"]?.stringValue ?? ""),
            "quantity": .text(String(item.integer("quantity"))),
        ]
        if let rates = record.rates[item.text("id") ?? ""] { form["tax_rates"] = .list(rates.map { .text($0) }) }
        return .map(form)
    }
}
