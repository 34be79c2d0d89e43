internal import KeybrakeStripe

/// How a draft becomes an invoice that is to be paid.
///
///     draft ─ finalize, or an hour later by itself ─→ open ─┬─ its due date is over ─→ open, and overdue
///                                                           └─ nothing is due ─→ paid
extension Invoices {
    /// How long a draft that advances by itself stays one.
    static let draftSeconds: Int64 = 3_600

    /// Gives a draft its number, uses the customer's balance, and opens it; one with nothing to pay is paid.
    @discardableResult
    static func finalize(_ draft: JSONObject, _ account: inout Account, _ cause: Cause) -> JSONObject {
        var invoice = draft
        let id = invoice.text("id") ?? ""
        takeNumber(&invoice, &account, cause)
        useBalance(&invoice, &account, cause)
        invoice.set("status", "open")
        invoice["automatically_finalizes_at"] = .null
        if invoice["effective_at"]?.integerValue == nil { invoice.set("effective_at", cause.now) }
        invoice.set("hosted_invoice_url", account.pages.invoice(id))
        invoice.set("invoice_pdf", account.pages.invoicePDF(id))
        transition(&invoice, "finalized_at", cause.now)
        if invoice.integer("amount_due") > 0 { InvoicePayments.open(&invoice, &account, cause) }
        account.update(.invoice, invoice, cause)
        Discounts.spendOnce(invoice, &account, cause)
        account.emit("invoice.finalized", .invoice, id: id, cause)
        guard invoice.integer("amount_due") > 0 else {
            markPaid(invoice, outOfBand: false, &account, cause)
            return account.store.object(.invoice, id: id)?.tree ?? invoice
        }
        if let due = invoice["due_date"]?.integerValue {
            account.agenda.add(.invoiceOverdue(id: id), at: max(due, cause.now))
        }
        return invoice
    }

    /// Lets an invoice go on by itself after it was finalised: it is sent, or its payment tried.
    static func advance(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let invoice = account.store.object(.invoice, id: id)?.tree, invoice.text("status") == "open" else {
            return
        }
        guard invoice.text("collection_method") == "charge_automatically" else {
            account.emit("invoice.sent", .invoice, id: id, cause)
            return
        }
        // A decline is written into the invoice; nobody asked who could be told of it.
        try? charge(invoice, method: nil, &account, cause)
    }

    /// An hour has passed since a draft was made.
    static func finalizeByItself(_ id: String, at time: Int64, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.invoice, id: id), !stored.isDeleted else { return }
        let draft = stored.tree
        guard draft.text("status") == "draft", draft["automatically_finalizes_at"]?.integerValue == time else {
            return
        }
        guard subscription(of: draft) == nil else {
            SubscriptionBilling.finalizes(id, &account, cause)
            return
        }
        finalize(draft, &account, cause)
        advance(id, &account, cause)
    }

    /// Plans when a draft is finalised by itself, or that it is not.
    static func schedule(_ draft: inout JSONObject, at given: Int64?, _ account: inout Account, _ cause: Cause) {
        guard draft.text("status") == "draft", draft.flag("auto_advance") || given != nil else {
            draft["automatically_finalizes_at"] = .null
            return
        }
        let time = given ?? draft["automatically_finalizes_at"]?.integerValue ?? cause.now + draftSeconds
        draft.set("auto_advance", true)
        draft.set("automatically_finalizes_at", time)
        account.agenda.add(.invoiceFinalizes(id: draft.text("id") ?? "", at: time), at: time)
    }

    /// The first number is the customer's prefix with a count; a number of one's own stays.
    private static func takeNumber(_ invoice: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        guard invoice.text("number") == nil,
            var customer = account.store.object(.customer, id: invoice.text("customer") ?? "")?.tree
        else { return }
        let sequence = max(1, customer.integer("next_invoice_sequence"))
        let digits = String(sequence)
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        invoice.set("number", "\(customer.text("invoice_prefix") ?? "INV")-\(zeros)\(digits)")
        customer.set("next_invoice_sequence", sequence + 1)
        account.update(.customer, customer, event: "customer.updated", cause)
    }

    /// The customer's balance is used first, and what is below the least amount that can be charged goes onto it.
    private static func useBalance(_ invoice: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        let currency = invoice.text("currency") ?? ""
        guard let customer = account.store.object(.customer, id: invoice.text("customer") ?? "")?.tree else { return }
        let balance = CustomerBalance.balance(customer, currency: currency)
        let due = AmountLimits.clamped(invoice.integer("total") + balance)
        let isTooSmall = due > 0 && due < ChargeLimits.minimum(currency)
        let charged = isTooSmall ? 0 : max(0, due)
        invoice.set("starting_balance", balance)
        invoice.set("ending_balance", due - charged)
        invoice.set("amount_due", charged)
        invoice.set("amount_remaining", charged)
        guard due - charged != balance else { return }
        let entry = CustomerBalance.Entry(
            amount: due - charged - balance, currency: currency,
            type: isTooSmall ? "invoice_too_small" : "applied_to_invoice", invoice: invoice.text("id"))
        CustomerBalance.book(entry, on: invoice.text("customer") ?? "", &account, cause)
    }

    static func transition(_ invoice: inout JSONObject, _ name: String, _ now: Int64) {
        var transitions = invoice.object("status_transitions") ?? [:]
        transitions.set(name, now)
        invoice.set("status_transitions", transitions)
    }
}
