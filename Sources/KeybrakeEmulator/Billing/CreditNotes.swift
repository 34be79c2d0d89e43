internal import KeybrakeStripe

/// Credit notes: what an invoice is reduced by after it was finalised.
///
///     create ─→ issued ─ void, while its invoice is open ─→ void
///
/// First they reduce what is still to be paid. What has been paid already goes back as a refund, onto the customer's
/// balance, or outside of Stripe; nothing is ever credited twice.
enum CreditNotes {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/credit_notes", create),
        ("POST /v1/credit_notes/{id}", update),
        ("POST /v1/credit_notes/{id}/void", void),
        ("GET /v1/credit_notes/preview", preview),
        ("GET /v1/credit_notes/preview/lines", previewLines),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let metadata = try Metadata.merge(call.form["metadata"])
        let draft = try CreditNoteDraft(call.form, account)
        return .stored(.creditNote, id: try issue(draft, call.form, metadata, &account, call.cause))
    }

    static func preview(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try previewed(call, &account))
    }

    static func previewLines(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let note = try previewed(call, &account)
        let lines = note["lines"]?["data"]?.arrayValue ?? []
        let limit = try PageRequest(call.form).limit
        return .page(
            ListPage(
                url: "/v1/credit_notes/preview/lines", elements: lines.prefix(Int(limit)).map { JSONWriter.bytes($0) },
                hasMore: lines.count > Int(limit)))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try account.target(.creditNote, call)
        var note = stored.tree
        if let memo = call.form.text("memo") { note.set("memo", memo.isEmpty ? nil : memo) }
        note.set("metadata", try Metadata.merge(call.form["metadata"], into: note.object("metadata") ?? [:]))
        account.update(.creditNote, note, event: "credit_note.updated", call.cause)
        return .stored(.creditNote, id: stored.id)
    }

    static func void(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var note = try account.target(.creditNote, call).tree
        guard note.text("status") == "issued" else { throw .invalid("This credit note is void already.") }
        guard var invoice = account.store.object(.invoice, id: note.text("invoice") ?? "")?.tree,
            invoice.text("status") == "open", note.integer("post_payment_amount") == 0
        else {
            throw .invalid("You can only void a credit note whose invoice is open and unpaid.")
        }
        note.set("status", "void")
        note.set("voided_at", call.now)
        account.update(.creditNote, note, call.cause)
        account.emit("credit_note.voided", .creditNote, id: call.pathValue(), call.cause)
        reduce(&invoice, by: -note.integer("pre_payment_amount"))
        account.update(.invoice, invoice, event: "invoice.updated", call.cause)
        InvoicePayments.follow(invoice, &account, call.cause)
        return .stored(.creditNote, id: call.pathValue())
    }

    /// The credit notes of an invoice that count, oldest first.
    static func issued(_ invoice: String, _ account: Account) -> [JSONObject] {
        guard let collection = account.store.collection(.creditNote) else { return [] }
        return (collection.positions(where: "invoice", is: invoice) ?? [])
            .map { collection.objects[Int($0)].tree }
            .filter { $0.text("status") == "issued" }
    }

    // MARK: Issuing

    /// A fork of the account issues it, and is forgotten.
    private static func previewed(_ call: Call, _ account: inout Account) throws(StripeError) -> JSONObject {
        let draft = try CreditNoteDraft(call.form, account)
        var fork = account
        let id = try issue(draft, call.form, [:], &fork, call.cause)
        return fork.store.object(.creditNote, id: id)?.tree ?? [:]
    }

    private static func issue(
        _ draft: CreditNoteDraft, _ form: FormMap, _ metadata: JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String {
        let id = account.ids.next("cn")
        var note = written(draft, id: id, form, &account, cause)
        note.set("metadata", metadata)
        note["refunds"] = .array(try refunds(draft, &account, cause))
        note["customer_balance_transaction"] = credit(draft, id, &account, cause)
        account.create(.creditNote, note, event: "credit_note.created", cause)
        var invoice = account.store.object(.invoice, id: draft.invoice.text("id") ?? "")?.tree ?? draft.invoice
        reduce(&invoice, by: draft.prePayment)
        invoice.set(
            "post_payment_credit_notes_amount",
            invoice.integer("post_payment_credit_notes_amount") + draft.postPayment)
        account.update(.invoice, invoice, event: "invoice.updated", cause)
        guard draft.prePayment > 0 else { return id }
        if invoice.integer("amount_remaining") == 0 {
            Invoices.markPaid(invoice, outOfBand: false, &account, cause)
        } else {
            InvoicePayments.follow(invoice, &account, cause)
        }
        return id
    }

    private static func reduce(_ invoice: inout JSONObject, by amount: Int64) {
        for name in ["amount_due", "amount_remaining"] { invoice.set(name, invoice.integer(name) - amount) }
        invoice.set(
            "pre_payment_credit_notes_amount", invoice.integer("pre_payment_credit_notes_amount") + amount)
    }

    private static func refunds(_ draft: CreditNoteDraft, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> [JSONValue]
    {
        var refunds = draft.repayment.linked.map { linked($0.refund, amount: $0.amount) }
        guard let charge = draft.repayment.charge,
            let operation = Catalogue.shared.operation(named: "POST /v1/refunds")
        else { return refunds }
        let form: FormMap = ["charge": .text(charge), "amount": .text(String(draft.repayment.refund))]
        let reply = try Refunds.create(Call(operation: operation, path: [], form: form, cause: cause), &account)
        if case .stored(_, let id) = reply { refunds.append(linked(id, amount: draft.repayment.refund)) }
        return refunds
    }

    private static func linked(_ refund: String, amount: Int64) -> JSONValue {
        ["amount_refunded": .integer(amount), "refund": .string(refund), "type": "refund"]
    }

    /// - Returns: the id of the balance transaction, or `null`.
    private static func credit(_ draft: CreditNoteDraft, _ id: String, _ account: inout Account, _ cause: Cause)
        -> JSONValue
    {
        guard draft.repayment.credit > 0 else { return .null }
        let entry = CustomerBalance.Entry(
            amount: -draft.repayment.credit, currency: draft.invoice.text("currency") ?? "", type: "credit_note",
            invoice: draft.invoice.text("id"), creditNote: id)
        return .string(CustomerBalance.book(entry, on: draft.invoice.text("customer") ?? "", &account, cause))
    }

    private static func written(
        _ draft: CreditNoteDraft, id: String, _ form: FormMap, _ account: inout Account, _ cause: Cause
    ) -> JSONObject {
        let lines = draft.lines.map { JSONValue.object($0.written(id: account.ids.next("cnli"))) }
        let sums = Sums(draft.lines)
        var note = template
        note.set("id", id)
        note.set("amount", draft.total)
        note.set("amount_shipping", draft.shipping)
        note.set("created", cause.now)
        note["currency"] = draft.invoice["currency"] ?? .null
        note["customer"] = draft.invoice["customer"] ?? .null
        note.set("discount_amount", sums.discount)
        note["discount_amounts"] = sums.discounts.json
        note.set("effective_at", form.integer("effective_at") ?? cause.now)
        note["invoice"] = draft.invoice["id"] ?? .null
        note["lines"] = [
            "object": "list", "data": .array(lines), "has_more": false,
            "url": .string("/v1/credit_notes/\(id)/lines"),
        ]
        note.set("memo", form.given("memo"))
        note.set("number", number(draft.invoice, account))
        if draft.repayment.outOfBand > 0 { note.set("out_of_band_amount", draft.repayment.outOfBand) }
        note.set("pdf", "https://pay.stripe.com/credit_notes/\(account.id)/\(id)/pdf")
        note.set("post_payment_amount", draft.postPayment)
        note.set("pre_payment_amount", draft.prePayment)
        note["pretax_credit_amounts"] = sums.discounts.pretaxCredits
        note.set("reason", form.given("reason"))
        if draft.shipping > 0 { note["shipping_cost"] = draft.invoice["shipping_cost"] ?? .null }
        note.set("subtotal", sums.subtotal)
        note.set("subtotal_excluding_tax", sums.subtotal - sums.inclusiveTax)
        note.set("total", draft.total)
        note.set("total_excluding_tax", draft.total - sums.tax)
        note["total_taxes"] = sums.taxes.json
        note.set("type", draft.prePayment == 0 ? "post_payment" : draft.postPayment == 0 ? "pre_payment" : "mixed")
        return note
    }

    /// The invoice's number with a count of its credit notes, void ones too.
    private static func number(_ invoice: JSONObject, _ account: Account) -> String {
        let count =
            account.store.collection(.creditNote)?
            .positions(where: "invoice", is: invoice.text("id") ?? "").map { Array($0).count } ?? 0
        let digits = String(count + 1)
        return "\(invoice.text("number") ?? "")-CN-\(digits.count < 2 ? "0" : "")\(digits)"
    }

    /// What all lines come to.
    private struct Sums {
        var discounts: [InvoiceTotals.DiscountAmount] = []
        var taxes: [InvoiceTotals.TaxAmount] = []
        let subtotal: Int64

        init(_ lines: [CreditNoteLine]) {
            subtotal = lines.reduce(0) { $0 + $1.amount - $1.ownDiscount }
            for discount in lines.flatMap(\.discounts) {
                if let place = discounts.firstIndex(where: { $0.discount == discount.discount }) {
                    discounts[place].amount += discount.amount
                } else {
                    discounts.append(discount)
                }
            }
            for tax in lines.flatMap(\.taxes) {
                if let place = taxes.firstIndex(where: { $0.tax.rate == tax.tax.rate }) {
                    taxes[place].amount += tax.amount
                    taxes[place].taxable += tax.taxable
                } else {
                    taxes.append(tax)
                }
            }
        }

        var discount: Int64 { discounts.reduce(0) { $0 + $1.amount } }
        var tax: Int64 { taxes.reduce(0) { $0 + $1.amount } }
        var inclusiveTax: Int64 { taxes.reduce(0) { $0 + ($1.tax.isInclusive ? $1.amount : 0) } }
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"credit_note","amount":0,"amount_shipping":0,"created":0,"currency":"","customer":"",
        "customer_account":null,"customer_balance_transaction":null,"discount_amount":0,"discount_amounts":[],
        "effective_at":null,"invoice":"","lines":{},"livemode":false,"memo":null,"metadata":{},"number":"",
        "out_of_band_amount":null,"pdf":"","post_payment_amount":0,"pre_payment_amount":0,"pretax_credit_amounts":[],
        "reason":null,"refunds":[],"shipping_cost":null,"status":"issued","subtotal":0,"subtotal_excluding_tax":0,
        "total":0,"total_excluding_tax":0,"total_taxes":[],"type":"","voided_at":null}
        """#)
}
