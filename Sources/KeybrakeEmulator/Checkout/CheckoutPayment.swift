internal import KeybrakeStripe

/// What a payer does on a Checkout page.
///
///     submit ─┬─ payment:      PaymentIntent ─┬─ succeeded, processing ─→ the session is complete
///             ├─ setup:        SetupIntent    ├─ requires_action ─→ the challenge's page, and back
///             │                               └─ declined ─→ shown on the page
///             └─ subscription: Subscription, its first invoice paid
enum CheckoutPayment {
    /// What was typed.
    struct Entry {
        var email: String?
        var name: String?
        var phone: String?
        var address: FormMap?
        /// The parameters of the payment method.
        var method: FormMap
    }

    /// What comes next.
    enum Next: Equatable {
        case complete
        /// The payer has to confirm on the page of that intent.
        case challenge(intent: String)
    }

    /// Pays, sets up or subscribes.
    ///
    /// - Throws: a 402 or 400 whose message the page shows; the session stays open.
    static func submit(_ session: JSONObject, _ entry: Entry, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> Next
    {
        let record = SaleRecord(of: session.text("id") ?? "", in: account)
        if session.text("payment_status") == "no_payment_required", session.text("mode") == "payment" {
            let customer = try customer(session, record, entry, &account, cause)
            CheckoutCompletion.complete(session, entry, customer: customer, [:], &account, cause)
            return .complete
        }
        switch session.text("mode") {
        case "setup": return try setUp(session, record, entry, &account, cause)
        case "subscription":
            return try CheckoutSubscription.begin(session, record, entry, &account, cause)
        default: return try pay(session, record, entry, &account, cause)
        }
    }

    private static func pay(
        _ original: JSONObject, _ record: SaleRecord, _ entry: Entry, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> Next {
        let method = try PaymentMethods.make(entry.method, param: "payment_method_data", &account, cause)
        var session = original
        var id = session.text("payment_intent")
        if id == nil {
            let customer = try customer(session, record, entry, &account, cause)
            let form = intentForm(session, record, customer: customer)
            let call = try Call.inner("POST /v1/payment_intents", form: form, cause)
            guard case .stored(_, let made) = try PaymentIntents.create(call, &account) else { return .complete }
            id = made
            session.set("payment_intent", made)
            account.update(.checkoutSession, session, cause)
        }
        CheckoutCompletion.remember(entry, session, &account, cause)
        let call = try Call.inner(
            "POST /v1/payment_intents/{intent}/confirm", path: id ?? "",
            form: [
                "payment_method": .text(method.id),
                "return_url": .text(account.pages.checkoutReturn(session.text("id") ?? "")),
            ], cause)
        _ = try PaymentIntents.confirm(call, &account)
        return next(.paymentIntent, id ?? "", account)
    }

    private static func setUp(
        _ original: JSONObject, _ record: SaleRecord, _ entry: Entry, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> Next {
        let method = try PaymentMethods.make(entry.method, param: "payment_method_data", &account, cause)
        var session = original
        var id = session.text("setup_intent")
        if id == nil {
            var form = record.form.map("setup_intent_data") ?? FormMap()
            form["customer"] = try customer(session, record, entry, &account, cause).map { .text($0) }
            form["payment_method_types"] = types(session)
            let call = try Call.inner("POST /v1/setup_intents", form: form, cause)
            guard case .stored(_, let made) = try SetupIntents.create(call, &account) else { return .complete }
            id = made
            session.set("setup_intent", made)
            account.update(.checkoutSession, session, cause)
        }
        CheckoutCompletion.remember(entry, session, &account, cause)
        let call = try Call.inner(
            "POST /v1/setup_intents/{intent}/confirm", path: id ?? "",
            form: [
                "payment_method": .text(method.id),
                "return_url": .text(account.pages.checkoutReturn(session.text("id") ?? "")),
            ], cause)
        _ = try SetupIntents.confirm(call, &account)
        return next(.setupIntent, id ?? "", account)
    }

    /// Whether the intent waits for its payer.
    static func next(_ kind: ObjectKind, _ id: String, _ account: Account) -> Next {
        account.store.object(kind, id: id)?.text("status") == "requires_action" ? .challenge(intent: id) : .complete
    }

    /// The session's customer; a new one where one is wanted and none is there.
    static func customer(
        _ session: JSONObject, _ record: SaleRecord, _ entry: Entry, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String? {
        if let customer = session.text("customer") { return customer }
        // An earlier attempt on the same page has made one already.
        if let intent = session.text("setup_intent"),
            let customer = account.store.object(.setupIntent, id: intent)?.text("customer")
        {
            return customer
        }
        let isWanted =
            session.text("mode") == "subscription" || session.text("customer_creation") == "always"
            || record.form.map("payment_intent_data")?.given("setup_future_usage") != nil
        guard isWanted else { return nil }
        var form = FormMap()
        form["email"] = (session.text("customer_email") ?? entry.email).map { .text($0) }
        form["name"] = entry.name.map { .text($0) }
        form["phone"] = entry.phone.map { .text($0) }
        form["address"] = entry.address.map { .map($0) }
        let call = try Call.inner("POST /v1/customers", form: form, cause)
        guard case .stored(_, let id) = try Customers.create(call, &account) else { return nil }
        return id
    }

    private static func intentForm(_ session: JSONObject, _ record: SaleRecord, customer: String?) -> FormMap {
        var form = record.form.map("payment_intent_data") ?? FormMap()
        if let shipping = session["collected_information"]?["shipping_details"]?.objectValue, form["shipping"] == nil {
            form["shipping"] = .map(shippingForm(shipping))
        }
        form["amount"] = .text(String(session.integer("amount_total")))
        form["currency"] = .text(session.text("currency") ?? "usd")
        form["customer"] = customer.map { .text($0) }
        form["payment_method_types"] = types(session)
        return form
    }

    private static func shippingForm(_ shipping: JSONObject) -> FormMap {
        let address = (shipping.object("address") ?? [:]).members.compactMap { member in
            member.value.stringValue.map { FormMap.Field(name: member.name, value: .text($0)) }
        }
        return ["address": .map(FormMap(address)), "name": .text(shipping.text("name") ?? "")]
    }

    private static func types(_ session: JSONObject) -> FormValue {
        .list((session["payment_method_types"]?.arrayValue ?? []).compactMap { $0.stringValue.map { .text($0) } })
    }
}

extension Call {
    /// A call that the emulator makes itself, as a page or another behaviour needs it.
    ///
    /// - Parameters:
    ///   - name: the operation's, such as `POST /v1/customers`.
    ///   - path: the value of the path's parameter.
    static func inner(_ name: String, path: String? = nil, form: FormMap, _ cause: Cause) throws(StripeError) -> Call {
        guard let operation = Catalogue.shared.operation(named: name) else {
            throw .invalid("The emulator does not know \(name).")
        }
        return Call(operation: operation, path: path.map { [("id", $0)] } ?? [], form: form, cause: cause)
    }
}
