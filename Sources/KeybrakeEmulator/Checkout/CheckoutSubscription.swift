internal import KeybrakeStripe

/// Subscribing on a Checkout page: the customer gets the method and the subscription, whose first invoice is paid. When
/// the card wants its holder, a SetupIntent asks them first.
enum CheckoutSubscription {
    /// Makes the subscription, or nothing at all when its first payment is declined.
    static func begin(
        _ session: JSONObject, _ record: SaleRecord, _ entry: CheckoutPayment.Entry, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) -> CheckoutPayment.Next {
        let before = account
        do throws(StripeError) {
            guard let customer = try CheckoutPayment.customer(session, record, entry, &account, cause) else {
                throw .parameterMissing("customer")
            }
            CheckoutCompletion.remember(entry, session, &account, cause)
            let id = session.text("id") ?? ""
            guard !entry.method.isEmpty else {
                // A trial that asks for no method until it ends.
                let current = account.store.object(.checkoutSession, id: id)?.tree ?? session
                try subscribe(current, record, customer: customer, nil, &account, cause)
                return .complete
            }
            let method = try PaymentMethods.make(entry.method, param: "payment_method_data", &account, cause).id
            let challenge = try OnSession.challenge(
                method, customer: customer, returnURL: account.pages.checkoutReturn(id), &account, cause)
            guard var current = account.store.object(.checkoutSession, id: id)?.tree else { return .complete }
            if let challenge {
                current.set("setup_intent", challenge)
                account.update(.checkoutSession, current, cause)
                return .challenge(intent: challenge)
            }
            try subscribe(current, record, customer: customer, method, &account, cause)
            return .complete
        } catch {
            account = before
            throw error
        }
    }

    /// The card's holder has passed the challenge.
    static func resume(
        _ session: JSONObject, _ intent: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        guard let customer = intent.text("customer"), let method = intent.text("payment_method") else { return }
        var cause = cause
        cause.authenticatedMethod = method
        let record = SaleRecord(of: session.text("id") ?? "", in: account)
        let before = account
        do throws(StripeError) {
            try subscribe(session, record, customer: customer, method, &account, cause)
        } catch {
            account = before
            // The page shows why, and asks for another card.
            var intent = intent
            intent.set("last_setup_error", error.json["error"]?.objectValue)
            account.update(.setupIntent, intent, cause)
        }
    }

    private static func subscribe(
        _ session: JSONObject, _ record: SaleRecord, customer: String, _ method: String?, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) {
        if let method {
            try PaymentMethods.attach(method, to: customer, &account, cause)
            account.setUp(.paymentMethod, id: method)
        }
        var form = record.form.map("subscription_data") ?? FormMap()
        form["invoice_settings"] = nil
        form["customer"] = .text(customer)
        form["default_payment_method"] = method.map { .text($0) }
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
            session, nil, customer: customer,
            [
                "customer": .string(customer), "invoice": JSONValue(invoice), "payment_status": .string(status),
                "setup_intent": nil, "subscription": .string(id),
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
