internal import KeybrakeStripe

/// Invoices.
///
///     create ─→ draft ─ finalize ─→ open ─┬─ pay ─→ paid
///                 └─ delete ─→ gone       ├─ void ─→ void
///                                         └─ mark_uncollectible ─→ uncollectible ─ pay, void ─→ as above
///
/// A declined payment leaves the invoice open, with one attempt more. What is below the least amount that can be
/// charged goes onto the customer's balance, and a credit there is used first.
enum Invoices {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/invoices", create),
        ("GET /v1/invoices", list),
        ("POST /v1/invoices/{invoice}", update),
        ("DELETE /v1/invoices/{invoice}", delete),
        ("POST /v1/invoices/{invoice}/finalize", finalize),
        ("POST /v1/invoices/{invoice}/pay", pay),
        ("POST /v1/invoices/{invoice}/send", send),
        ("POST /v1/invoices/{invoice}/attach_payment", attachPayment),
        ("GET /v1/invoice_payments", listPayments),
        ("POST /v1/invoices/{invoice}/void", void),
        ("POST /v1/invoices/{invoice}/mark_uncollectible", markUncollectible),
    ]

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let subscription = form.given("subscription")
        return try account.page(
            .invoice, call, url: "/v1/invoices",
            filters: [
                ("customer", form.given("customer")), ("status", form.given("status")),
                ("collection_method", form.given("collection_method")),
            ]
        ) { subscription == nil || Self.subscription(of: $0.tree) == subscription }
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let invoice = try account.target(.invoice, call)
        guard invoice.text("status") == "draft" else {
            throw .invalid("You can only delete draft invoices.")
        }
        InvoiceItems.release(invoice: invoice.id, &account, call.cause)
        return .object(account.delete(.invoice, id: invoice.id, event: "invoice.deleted", call.cause))
    }

    static func finalize(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var invoice = try account.target(.invoice, call).tree
        guard invoice.text("status") == "draft" else {
            throw .coded("invoice_not_editable", "This invoice is already finalized.")
        }
        if let advances = call.form.flag("auto_advance") { invoice.set("auto_advance", advances) }
        finalize(invoice, &account, call.cause)
        if invoice.flag("auto_advance") { advance(call.pathValue(), &account, call.cause) }
        return .stored(.invoice, id: call.pathValue())
    }

    static func pay(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var invoice = try account.target(.invoice, call).tree
        let wasDraft = invoice.text("status") == "draft"
        if wasDraft { invoice = finalize(invoice, &account, call.cause) }
        guard invoice.text("status") != "paid" else {
            if wasDraft { return .stored(.invoice, id: call.pathValue()) }
            throw .invalid("Invoice is already paid")
        }
        guard ["open", "uncollectible"].contains(invoice.text("status") ?? "") else {
            throw .invalid("This invoice can no longer be paid.")
        }
        if call.form.flag("paid_out_of_band") == true {
            markPaid(invoice, outOfBand: true, &account, call.cause)
        } else {
            let method = call.form.given("payment_method") ?? call.form.given("source")
            try InvoicePayments.charge(
                invoice, method: method, isOffSession: call.form.flag("off_session") ?? true, &account, call.cause)
        }
        return .stored(.invoice, id: call.pathValue())
    }

    static func attachPayment(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let invoice = try account.target(.invoice, call).tree
        guard invoice.text("status") == "open" else {
            throw .invalid("Payments can only be attached to open invoices.")
        }
        if let record = call.form.given("payment_record") {
            let stored = try account.find("payment_record", record, param: "payment_record")
            let amount = stored.tree["amount"]?["value"]?.integerValue ?? 0
            InvoicePayments.addRecord(record, amount: amount, to: invoice, &account, call.cause)
            return .stored(.invoice, id: call.pathValue())
        }
        let id = try call.form.required("payment_intent")
        let intent = try account.find(.paymentIntent, id, param: "payment_intent")
        guard intent.owner == nil, PaymentIntents.status(intent.tree) != .canceled else {
            throw .invalid(
                "This PaymentIntent is canceled or belongs to an invoice already.", param: "payment_intent")
        }
        guard intent.text("currency") == invoice.text("currency") else {
            throw .invalid("The PaymentIntent and the invoice have different currencies.", param: "payment_intent")
        }
        InvoicePayments.add(id, to: invoice, isDefault: false, &account, call.cause)
        if PaymentIntents.status(intent.tree) == .succeeded {
            InvoicePayments.succeeded(id, &account, call.cause)
        }
        return .stored(.invoice, id: call.pathValue())
    }

    static func listPayments(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let intent = form.map("payment")?.given("payment_intent")
        let record = form.map("payment")?.given("payment_record")
        return try account.page(
            .invoicePayment, call, url: "/v1/invoice_payments",
            filters: [("invoice", form.given("invoice")), ("status", form.given("status"))]
        ) { object in
            guard intent != nil || record != nil else { return true }
            let payment = object.tree["payment"]
            return (intent == nil || payment?["payment_intent"]?.stringValue == intent)
                && (record == nil || payment?["payment_record"]?.stringValue == record)
        }
    }

    static func send(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let invoice = try account.target(.invoice, call).tree
        guard invoice.text("collection_method") == "send_invoice" else {
            throw .invalid("You can only manually send an invoice if its collection method is 'send_invoice'.")
        }
        if invoice.text("status") == "draft" { finalize(invoice, &account, call.cause) }
        account.emit("invoice.sent", .invoice, id: call.pathValue(), call.cause)
        return .stored(.invoice, id: call.pathValue())
    }

    static func void(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try close(call, as: "void", mark: "voided_at", event: "invoice.voided", &account)
    }

    static func markUncollectible(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try close(
            call, as: "uncollectible", mark: "marked_uncollectible_at", event: "invoice.marked_uncollectible", &account)
    }

    private static func close(
        _ call: Call, as status: String, mark: String, event: String, _ account: inout Account
    ) throws(StripeError) -> Reply {
        let invoice = try account.target(.invoice, call).tree
        let current = invoice.text("status") ?? ""
        guard current == "open" || (current == "uncollectible" && status == "void") else {
            throw .invalid("An invoice with the status \(current) cannot become \(status).")
        }
        close(invoice, as: status, mark: mark, event: event, &account, call.cause)
        return .stored(.invoice, id: call.pathValue())
    }

    /// Gives an open invoice up.
    static func close(
        _ open: JSONObject, as status: String, mark: String, event: String, _ account: inout Account, _ cause: Cause
    ) {
        var invoice = open
        invoice.set("status", status)
        transition(&invoice, mark, cause.now)
        account.update(.invoice, invoice, cause)
        if status == "void" { unwind(invoice, &account, cause) }
        account.emit(event, .invoice, id: invoice.text("id") ?? "", cause)
    }
}

// MARK: What subscriptions do with invoices, too

extension Invoices {
    /// Takes the money of an open invoice.
    ///
    /// - Throws: the 402 of a decline, after the attempt was written down.
    static func charge(_ invoice: JSONObject, method: String?, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        try InvoicePayments.charge(invoice, method: method, &account, cause)
    }

    /// - Parameter outOfBand: whether what was left to pay has come another way.
    static func markPaid(_ open: JSONObject, outOfBand: Bool, _ account: inout Account, _ cause: Cause) {
        var invoice = open
        let id = invoice.text("id") ?? ""
        let left = invoice.integer("amount_remaining")
        invoice.set("amount_paid", invoice.integer("amount_paid") + left)
        if outOfBand { invoice.set("amount_paid_off_stripe", invoice.integer("amount_paid_off_stripe") + left) }
        invoice.set("amount_remaining", 0)
        invoice.set("attempted", true)
        invoice.set("next_payment_attempt", nil as String?)
        invoice.set("status", "paid")
        transition(&invoice, "paid_at", cause.now)
        account.update(.invoice, invoice, cause)
        InvoicePayments.cancelOpen(of: invoice, reason: "abandoned", &account, cause)
        account.emit("invoice.paid", .invoice, id: id, cause)
        account.emit("invoice.payment_succeeded", .invoice, id: id, cause)
        if let subscription = subscription(of: invoice) { Subscriptions.paid(subscription, &account, cause) }
    }

    /// The subscription that an invoice is for.
    static func subscription(of invoice: JSONObject) -> String? {
        invoice["parent"]?["subscription_details"]?["subscription"]?.stringValue
    }

    /// What an invoice is paid with when nobody says.
    static func paymentMethod(of invoice: JSONObject, _ account: Account) -> String? {
        if let own = invoice.text("default_payment_method") { return own }
        let subscription = subscription(of: invoice).flatMap { account.store.object(.subscription, id: $0) }
        if let method = subscription?.text("default_payment_method") { return method }
        guard let customer = account.store.object(.customer, id: invoice.text("customer") ?? "")?.tree else {
            return nil
        }
        return customer["invoice_settings"]?["default_payment_method"]?.stringValue ?? customer.text("default_source")
    }

    /// What a void invoice had used of the customer's balance comes back, and nobody can pay it any more.
    private static func unwind(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        InvoicePayments.cancelOpen(of: invoice, reason: "void_invoice", &account, cause)
        let used = invoice.integer("ending_balance") - invoice.integer("starting_balance")
        guard used != 0 else { return }
        let entry = CustomerBalance.Entry(
            amount: -used, currency: invoice.text("currency") ?? "", type: "unapplied_from_invoice",
            invoice: invoice.text("id"))
        CustomerBalance.book(entry, on: invoice.text("customer") ?? "", &account, cause)
    }
}
