internal import KeybrakeStripe

/// The payments of invoices: which PaymentIntents pay what.
///
///     finalised ─→ open (the default payment) ─┬─ its intent succeeds ─→ paid
///     attach_payment ─→ open ──────────────────┴─ the invoice is void, or paid otherwise ─→ canceled
///
/// However an intent comes to succeed, by `pay`, by its client or days later by a bank, its invoice learns of it here.
enum InvoicePayments {
    /// Makes the payment that a finalised invoice waits for, and the intent behind it.
    ///
    /// An amount that no intent can have leaves the invoice without one; paying it then tells why.
    static func open(_ invoice: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let intent = try? makeIntent(invoice, &account, cause) else { return }
        add(intent, to: invoice, isDefault: true, &account, cause)
        if let secret = account.store.object(.paymentIntent, id: intent)?.text("client_secret") {
            invoice["confirmation_secret"] = ["client_secret": .string(secret), "type": "payment_intent"]
        }
    }

    /// Takes the money of an open invoice.
    ///
    /// - Throws: the 402 of a decline, after the attempt was written down.
    static func charge(
        _ invoice: JSONObject, method: String?, isOffSession: Bool = true, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let method = method ?? Invoices.paymentMethod(of: invoice, account) else {
            throw .coded(
                "resource_missing",
                "This customer has no attached payment source or default payment method. Please consider adding a "
                    + "default payment method.")
        }
        guard let operation = Catalogue.shared.operation(named: "POST /v1/payment_intents/{intent}/confirm") else {
            return
        }
        let intent: String
        if let waiting = waitingIntent(of: invoice, account) {
            intent = waiting
        } else {
            intent = try makeIntent(invoice, &account, cause)
            add(intent, to: invoice, isDefault: true, &account, cause)
        }
        let call = Call(
            operation: operation, path: [("intent", intent)],
            form: ["payment_method": .text(method), "off_session": isOffSession ? "true" : "false"], cause: cause)
        _ = try PaymentIntents.confirm(call, &account)
        guard account.store.object(.paymentIntent, id: intent)?.text("status") == "requires_action" else { return }
        throw StripeError(
            status: 402, kind: .card, code: "invoice_payment_intent_requires_action",
            message: "This payment requires additional user action before it can be completed successfully. Payment "
                + "can be completed using the PaymentIntent associated with the invoice.")
    }

    /// Adds a payment to an invoice.
    ///
    /// - Returns: its id.
    @discardableResult
    static func add(
        _ intent: String, to invoice: JSONObject, isDefault: Bool, _ account: inout Account, _ cause: Cause
    ) -> String {
        let amount = account.store.object(.paymentIntent, id: intent)?.tree.integer("amount") ?? 0
        if var object = account.store.object(.paymentIntent, id: intent) {
            object.owner = invoice.text("id")
            account.store.insert(.paymentIntent, object)
        }
        let payment: JSONObject = ["payment_intent": .string(intent), "type": "payment_intent"]
        return write(payment, amount: amount, to: invoice, isDefault: isDefault, &account, cause)
    }

    /// A payment that was made elsewhere and is on record.
    static func addRecord(
        _ record: String, amount: Int64, to invoice: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        let payment: JSONObject = ["payment_record": .string(record), "type": "payment_record"]
        let id = write(payment, amount: amount, to: invoice, isDefault: false, &account, cause)
        settle(id, amount: amount, &account, cause)
        credit(invoice, amount: amount, isOffStripe: true, &account, cause)
    }

    private static func write(
        _ payment: JSONObject, amount: Int64, to invoice: JSONObject, isDefault: Bool, _ account: inout Account,
        _ cause: Cause
    ) -> String {
        let object: JSONObject = [
            "id": .string(account.ids.next("inpay")), "object": "invoice_payment", "amount_paid": nil,
            "amount_requested": .integer(amount), "created": .integer(cause.now),
            "currency": invoice["currency"] ?? .null, "invoice": invoice["id"] ?? .null,
            "is_default": .bool(isDefault), "livemode": false, "payment": .object(payment), "status": "open",
            "status_transitions": ["canceled_at": nil, "paid_at": nil],
        ]
        return account.create(.invoicePayment, object, cause).id
    }

    // MARK: What intents tell

    /// A PaymentIntent has succeeded.
    static func succeeded(_ intent: String, _ account: inout Account, _ cause: Cause) {
        guard let (invoice, payment) = paid(by: intent, account) else { return }
        let amount = account.store.object(.paymentIntent, id: intent)?.tree.integer("amount_received") ?? 0
        settle(payment, amount: amount, &account, cause)
        credit(invoice, amount: amount, isOffStripe: false, &account, cause)
    }

    /// A PaymentIntent was declined.
    static func failed(_ intent: String, _ account: inout Account, _ cause: Cause) {
        guard var (invoice, _) = paid(by: intent, account), invoice.text("status") == "open" else { return }
        noteAttempt(&invoice)
        account.update(.invoice, invoice, cause)
        account.emit("invoice.payment_failed", .invoice, id: invoice.text("id") ?? "", cause)
    }

    /// A PaymentIntent waits for its customer.
    static func wantsAction(_ intent: String, _ account: inout Account, _ cause: Cause) {
        guard var (invoice, _) = paid(by: intent, account), invoice.text("status") == "open" else { return }
        noteAttempt(&invoice)
        account.update(.invoice, invoice, cause)
        account.emit("invoice.payment_action_required", .invoice, id: invoice.text("id") ?? "", cause)
    }

    /// The invoice that an intent pays, and the payment that says so.
    private static func paid(by intent: String, _ account: Account) -> (invoice: JSONObject, payment: String)? {
        guard let owner = account.store.object(.paymentIntent, id: intent)?.owner,
            let invoice = account.store.object(.invoice, id: owner), !invoice.isDeleted,
            let payment = payments(of: owner, account).first(where: { Self.intent(of: $0) == intent })
        else { return nil }
        return (invoice.tree, payment.text("id") ?? "")
    }

    private static func settle(_ id: String, amount: Int64, _ account: inout Account, _ cause: Cause) {
        guard var payment = account.store.object(.invoicePayment, id: id)?.tree else { return }
        payment.set("amount_paid", amount)
        payment.set("status", "paid")
        payment["status_transitions"] = ["canceled_at": nil, "paid_at": .integer(cause.now)]
        account.update(.invoicePayment, payment, cause)
        account.emit("invoice_payment.paid", .invoicePayment, id: id, cause)
    }

    /// Money has come for an invoice; what is too much goes onto the customer's balance.
    private static func credit(
        _ open: JSONObject, amount: Int64, isOffStripe: Bool, _ account: inout Account, _ cause: Cause
    ) {
        var invoice = open
        let id = invoice.text("id") ?? ""
        let wasOpen = ["open", "uncollectible"].contains(invoice.text("status") ?? "")
        let wanted = wasOpen ? invoice.integer("amount_remaining") : 0
        let over = max(0, amount - wanted)
        noteAttempt(&invoice)
        invoice.set("amount_paid", invoice.integer("amount_paid") + amount - over)
        invoice.set("amount_overpaid", invoice.integer("amount_overpaid") + over)
        invoice.set("amount_remaining", wanted - (amount - over))
        if isOffStripe {
            invoice.set("amount_paid_off_stripe", invoice.integer("amount_paid_off_stripe") + amount)
        }
        if wasOpen, invoice.integer("amount_remaining") == 0 {
            Invoices.markPaid(invoice, outOfBand: false, &account, cause)
        } else {
            account.update(.invoice, invoice, event: "invoice.updated", cause)
        }
        guard over > 0 else { return }
        let entry = CustomerBalance.Entry(
            amount: -over, currency: invoice.text("currency") ?? "", type: "invoice_overpaid", invoice: id)
        CustomerBalance.book(entry, on: invoice.text("customer") ?? "", &account, cause)
        account.emit("invoice.overpaid", .invoice, id: id, cause)
    }

    private static func noteAttempt(_ invoice: inout JSONObject) {
        invoice.set("attempted", true)
        invoice.set("attempt_count", invoice.integer("attempt_count") + 1)
    }

    // MARK: What becomes of those that still wait

    /// The invoice is void or paid otherwise: nobody shall pay it any more.
    static func cancelOpen(of invoice: JSONObject, reason: String, _ account: inout Account, _ cause: Cause) {
        for var payment in payments(of: invoice.text("id") ?? "", account) where payment.text("status") == "open" {
            payment.set("status", "canceled")
            payment["status_transitions"] = ["canceled_at": .integer(cause.now), "paid_at": nil]
            account.update(.invoicePayment, payment, cause)
            guard let intent = intent(of: payment),
                let operation = Catalogue.shared.operation(named: "POST /v1/payment_intents/{intent}/cancel")
            else { continue }
            // One that succeeds in this moment or is gone needs no cancelling.
            _ = try? PaymentIntents.cancel(
                Call(
                    operation: operation, path: [("intent", intent)], form: ["cancellation_reason": .text(reason)],
                    cause: cause), &account)
        }
    }

    /// What is still to be paid has changed.
    static func follow(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        let amount = invoice.integer("amount_remaining")
        guard amount > 0 else {
            cancelOpen(of: invoice, reason: "abandoned", &account, cause)
            return
        }
        for var payment in payments(of: invoice.text("id") ?? "", account)
        where payment.text("status") == "open" && payment.flag("is_default") {
            guard let id = intent(of: payment), var intent = account.store.object(.paymentIntent, id: id)?.tree,
                PaymentIntents.status(intent) != .processing, intent.integer("amount") != amount
            else { continue }
            intent.set("amount", amount)
            account.update(.paymentIntent, intent, cause)
            payment.set("amount_requested", amount)
            account.update(.invoicePayment, payment, cause)
        }
    }

    /// Oldest first.
    static func payments(of invoice: String, _ account: Account) -> [JSONObject] {
        guard let collection = account.store.collection(.invoicePayment) else { return [] }
        return (collection.positions(where: "invoice", is: invoice) ?? []).map { collection.objects[Int($0)].tree }
    }

    static func intent(of payment: JSONObject) -> String? {
        payment["payment"]?["payment_intent"]?.stringValue
    }

    /// The intent that still can be confirmed.
    private static func waitingIntent(of invoice: JSONObject, _ account: Account) -> String? {
        payments(of: invoice.text("id") ?? "", account)
            .filter { $0.text("status") == "open" && $0.flag("is_default") }
            .compactMap { intent(of: $0) }
            .last { id in
                guard let intent = account.store.object(.paymentIntent, id: id)?.tree else { return false }
                return [.requiresPaymentMethod, .requiresConfirmation, .requiresAction]
                    .contains(PaymentIntents.status(intent))
            }
    }

    private static func makeIntent(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        guard let operation = Catalogue.shared.operation(named: "POST /v1/payment_intents") else { return "" }
        var form: FormMap = [
            "amount": .text(String(invoice.integer("amount_remaining"))),
            "currency": .text(invoice.text("currency") ?? ""),
            "customer": .text(invoice.text("customer") ?? ""), "description": .text(description(of: invoice)),
        ]
        if Invoices.subscription(of: invoice) != nil { form["setup_future_usage"] = "off_session" }
        BillingTerms.write(to: &form, of: invoice, account)
        let call = Call(operation: operation, path: [], form: form, cause: cause)
        guard case .stored(_, let id) = try PaymentIntents.create(call, &account) else { return "" }
        return id
    }

    private static func description(of invoice: JSONObject) -> String {
        switch invoice.text("billing_reason") {
        case "subscription_create": "Subscription creation"
        case "subscription_cycle", "subscription_update": "Subscription update"
        default: "Payment for Invoice"
        }
    }
}
