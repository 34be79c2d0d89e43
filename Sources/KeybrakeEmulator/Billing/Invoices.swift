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
        ("DELETE /v1/invoices/{invoice}", delete),
        ("POST /v1/invoices/{invoice}/finalize", finalize),
        ("POST /v1/invoices/{invoice}/pay", pay),
        ("POST /v1/invoices/{invoice}/send", send),
        ("POST /v1/invoices/{invoice}/void", void),
        ("POST /v1/invoices/{invoice}/mark_uncollectible", markUncollectible),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/invoices")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let customer = try account.find(.customer, try form.required("customer"), param: "customer")
        let currency = form.given("currency")?.lowercased() ?? customer.text("currency") ?? "usd"
        let wanted = try Discounts.check(form["discounts"], customer: customer.id, account)
        var draft = try self.draft(form, customer: customer.tree, currency: currency, &account, call.cause)
        let id = draft.text("id") ?? ""
        draft.set("billing_reason", "manual")
        let discounts =
            form["discounts"] == nil
            ? Discounts.inherited([:], customer: customer.tree)
            : Discounts.apply(wanted, to: .invoice(id), customer: customer.id, &account, call.cause)
        draft["discounts"] = .array(discounts.map { .string($0) })
        let includes = form.given("pending_invoice_items_behavior") == "include"
        let lines =
            includes
            ? InvoiceItems.take(
                customer: customer.id, currency: currency, invoice: id, subscription: form.given("subscription"),
                &account, call.cause) : []
        InvoiceLines.add(lines, to: &draft, account)
        return .stored(.invoice, id: account.create(.invoice, draft, event: "invoice.created", call.cause).id)
    }

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
        let invoice = try account.target(.invoice, call).tree
        guard invoice.text("status") == "draft" else {
            throw .coded("invoice_not_editable", "This invoice is already finalized.")
        }
        finalize(invoice, &account, call.cause)
        return .stored(.invoice, id: call.pathValue())
    }

    static func pay(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var invoice = try account.target(.invoice, call).tree
        if invoice.text("status") == "draft" { invoice = finalize(invoice, &account, call.cause) }
        guard invoice.text("status") != "paid" else {
            if account.store.object(.invoice, id: call.pathValue())?.text("status") == "paid",
                invoice.integer("amount_due") == 0, invoice.integer("attempt_count") == 0
            {
                return .stored(.invoice, id: call.pathValue())
            }
            throw .invalid("Invoice is already paid")
        }
        guard ["open", "uncollectible"].contains(invoice.text("status") ?? "") else {
            throw .invalid("This invoice can no longer be paid.")
        }
        if call.form.flag("paid_out_of_band") == true {
            markPaid(invoice, outOfBand: true, &account, call.cause)
        } else {
            let method = call.form.given("payment_method") ?? call.form.given("source")
            try charge(invoice, method: method, &account, call.cause)
        }
        return .stored(.invoice, id: call.pathValue())
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
        account.emit(event, .invoice, id: invoice.text("id") ?? "", cause)
    }
}

// MARK: What subscriptions do with invoices, too

extension Invoices {
    /// A draft without lines, not remembered yet.
    static func draft(
        _ form: FormMap, customer: JSONObject, currency: String, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        guard let plan else { throw .invalid("The emulator does not know invoices.") }
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        var invoice = try FormMerge.merged(
            form, into: nil, plan, skipping: ["discounts", "shipping_cost", "currency", "default_tax_rates"], &account,
            now: cause.now)
        invoice["default_tax_rates"] = .array(rates.map { .object($0) })
        invoice.set("starting_balance", customer.integer("balance"))
        invoice.set("account_country", "US")
        invoice.set("collection_method", form.given("collection_method") ?? "charge_automatically")
        invoice.set("currency", currency)
        invoice.set("customer", customer.text("id"))
        for (member, source) in [("customer_email", "email"), ("customer_name", "name"), ("customer_phone", "phone")] {
            invoice[member] = customer[source] ?? .null
        }
        invoice.set("customer_tax_exempt", customer.text("tax_exempt") ?? "none")
        try AmountLimits.check(form.integer("days_until_due"), 0...3_650, param: "days_until_due")
        if let days = form.integer("days_until_due") {
            invoice.set("due_date", cause.now + days * CivilTime.secondsPerDay)
        }
        invoice.set("status", "draft")
        if invoice.object("metadata") == nil { invoice.set("metadata", JSONObject()) }
        InvoiceLines.add([], to: &invoice, account)
        return invoice
    }

    /// Gives a draft its number, uses the customer's balance, and opens it; one with nothing to pay is paid.
    @discardableResult
    static func finalize(_ draft: JSONObject, _ account: inout Account, _ cause: Cause) -> JSONObject {
        var invoice = draft
        let id = invoice.text("id") ?? ""
        useBalance(&invoice, &account, cause)
        invoice.set("status", "open")
        invoice.set("effective_at", cause.now)
        invoice.set("hosted_invoice_url", "https://invoice.stripe.com/i/\(account.id)/\(id)")
        invoice.set("invoice_pdf", "https://pay.stripe.com/invoice/\(account.id)/\(id)/pdf")
        transition(&invoice, "finalized_at", cause.now)
        account.update(.invoice, invoice, cause)
        Discounts.spendOnce(invoice, &account, cause)
        account.emit("invoice.finalized", .invoice, id: id, cause)
        if invoice.integer("amount_due") == 0 {
            markPaid(invoice, outOfBand: false, &account, cause)
            return account.store.object(.invoice, id: id)?.tree ?? invoice
        }
        return invoice
    }

    /// Takes the money of an open invoice.
    ///
    /// - Throws: the 402 of a decline, after the attempt was written down.
    static func charge(_ invoice: JSONObject, method: String?, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let customer = invoice.text("customer") ?? ""
        guard let method = method ?? paymentMethod(of: invoice, account) else {
            throw .coded(
                "resource_missing",
                "This customer has no attached payment source or default payment method. Please consider adding a "
                    + "default payment method.")
        }
        guard let operation = Catalogue.shared.operation(named: "POST /v1/payment_intents") else { return }
        let form: FormMap = [
            "amount": .text(String(invoice.integer("amount_due"))), "currency": .text(invoice.text("currency") ?? ""),
            "customer": .text(customer), "payment_method": .text(method), "confirm": "true", "off_session": "true",
            "description": .text("Payment for Invoice"),
        ]
        var attempted = invoice
        attempted.set("attempted", true)
        attempted.set("attempt_count", invoice.integer("attempt_count") + 1)
        do throws(StripeError) {
            _ = try PaymentIntents.create(
                Call(operation: operation, path: [], form: form, cause: cause), &account)
            markPaid(attempted, outOfBand: false, &account, cause)
        } catch {
            account.update(.invoice, attempted, cause)
            account.emit("invoice.payment_failed", .invoice, id: invoice.text("id") ?? "", cause)
            throw error
        }
    }

    static func markPaid(_ open: JSONObject, outOfBand: Bool, _ account: inout Account, _ cause: Cause) {
        var invoice = open
        let id = invoice.text("id") ?? ""
        invoice.set("amount_paid", outOfBand ? 0 : invoice.integer("amount_due"))
        if outOfBand { invoice.set("amount_paid_off_stripe", invoice.integer("amount_due")) }
        invoice.set("amount_remaining", 0)
        invoice.set("attempted", true)
        invoice.set("next_payment_attempt", nil as String?)
        invoice.set("status", "paid")
        transition(&invoice, "paid_at", cause.now)
        account.update(.invoice, invoice, cause)
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

    private static func useBalance(_ invoice: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        guard var customer = account.store.object(.customer, id: invoice.text("customer") ?? "")?.tree else { return }
        let balance = customer.integer("balance")
        let due = AmountLimits.clamped(invoice.integer("total") + balance)
        let currency = invoice.text("currency") ?? ""
        let isCharged = due >= ChargeLimits.minimum(currency) || due <= 0
        let charged = isCharged ? max(0, due) : 0
        let left = due - charged
        invoice.set("starting_balance", balance)
        invoice.set("ending_balance", left)
        invoice.set("amount_due", charged)
        invoice.set("amount_remaining", charged)
        let sequence = customer.integer("next_invoice_sequence")
        let digits = String(sequence)
        let number =
            "\(customer.text("invoice_prefix") ?? "INV")-" + String(repeating: "0", count: max(0, 4 - digits.count))
        if invoice.text("number") == nil { invoice.set("number", number + digits) }
        customer.set("next_invoice_sequence", sequence + 1)
        customer.set("balance", left)
        account.update(.customer, customer, event: "customer.updated", cause)
    }

    private static func transition(_ invoice: inout JSONObject, _ name: String, _ now: Int64) {
        var transitions = invoice.object("status_transitions") ?? [:]
        transitions.set(name, now)
        invoice.set("status_transitions", transitions)
    }
}
