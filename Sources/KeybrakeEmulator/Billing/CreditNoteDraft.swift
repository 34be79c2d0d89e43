internal import KeybrakeStripe

/// A credit note that has been looked at and can be issued: what it credits, and where the money goes.
struct CreditNoteDraft {
    /// Where the part goes that has been paid already.
    struct Repayment {
        var refund: Int64 = 0
        var credit: Int64 = 0
        var outOfBand: Int64 = 0
        /// Refunds that exist, and how much of each this credit note explains.
        var linked: [(refund: String, amount: Int64)] = []
        /// The charge that a new refund goes to.
        var charge: String?

        var sum: Int64 { linked.reduce(refund + credit + outOfBand) { $0 + $1.amount } }
    }

    let invoice: JSONObject
    let lines: [CreditNoteLine]
    let shipping: Int64
    let prePayment: Int64
    let postPayment: Int64
    let repayment: Repayment

    var total: Int64 { prePayment + postPayment }

    init(_ form: FormMap, _ account: Account) throws(StripeError) {
        invoice = try account.find(.invoice, try form.required("invoice"), param: "invoice").tree
        guard ["open", "paid", "uncollectible"].contains(invoice.text("status") ?? "") else {
            throw .invalid(
                "Credit notes can only be created for invoices that are open, paid or uncollectible.", param: "invoice")
        }
        let notes = CreditNotes.issued(invoice.text("id") ?? "", account)
        lines = try Self.lines(form, invoice, notes, account)
        shipping = form["shipping_cost"] == nil ? 0 : invoice.integer("amount_shipping")
        let total = lines.reduce(shipping) { AmountLimits.clamped($0 + $1.total) }
        guard total >= 1 else { throw .invalid("The amount of a credit note must be at least 1.", param: "amount") }
        if let given = form.integer("amount"), given != total {
            throw .invalid("The amount must be equal to the sum of the lines (\(total)).", param: "amount")
        }
        let left = invoice.integer("total") - notes.reduce(0) { $0 + $1.integer("total") }
        let currency = invoice.text("currency") ?? ""
        guard total <= left else {
            throw .invalid(
                "The credit note amount (\(ChargeLimits.symbol(total, currency))) is greater than what is left to be "
                    + "credited on the invoice (\(ChargeLimits.symbol(max(0, left), currency))).",
                param: form["amount"] == nil ? "lines" : "amount")
        }
        prePayment = min(total, max(0, invoice.integer("amount_remaining")))
        postPayment = total - prePayment
        repayment = try Self.repayment(form, of: postPayment, invoice, account)
    }

    // MARK: Lines

    private static func lines(_ form: FormMap, _ invoice: JSONObject, _ notes: [JSONObject], _ account: Account)
        throws(StripeError) -> [CreditNoteLine]
    {
        guard let given = form["lines"]?.list, !given.isEmpty else {
            if let amount = form.integer("amount") {
                try AmountLimits.check(amount, param: "amount")
                return [CreditNoteLine(custom: amount, rates: [], exemption: nil)]
            }
            guard form["shipping_cost"] != nil else {
                throw .coded(
                    "parameter_missing",
                    "You must specify one of `amount`, `lines`, or `shipping_cost`.", param: "amount")
            }
            return []
        }
        var lines: [CreditNoteLine] = []
        var earlier = notes.flatMap { $0["lines"]?["data"]?.arrayValue?.compactMap(\.objectValue) ?? [] }
        for (index, value) in given.enumerated() {
            do throws(StripeError) {
                let line = try line(value.map ?? FormMap(), invoice, earlier, account)
                earlier.append(line.written(id: ""))
                lines.append(line)
            } catch {
                throw error.inside("lines[\(index)]")
            }
        }
        return lines
    }

    private static func line(_ form: FormMap, _ invoice: JSONObject, _ earlier: [JSONObject], _ account: Account)
        throws(StripeError) -> CreditNoteLine
    {
        try AmountLimits.check(form.integer("quantity"), 1...999_999_999, param: "quantity")
        guard try form.required("type") == "invoice_line_item" else { return try custom(form, invoice, account) }
        let id = try form.required("invoice_line_item")
        guard let line = InvoiceLines.of(invoice).first(where: { $0.text("id") == id }) else {
            throw .missing("invoice line item", id: id, param: "invoice_line_item", status: 400)
        }
        let before = earlier.filter { $0.text("invoice_line_item") == id }
        let left = line.integer("amount") - before.reduce(0) { $0 + $1.integer("amount") }
        let amount = try amount(form, line, left: left)
        guard (1...max(1, left)).contains(amount), left > 0 else {
            throw .invalid(
                "The amount to credit (\(amount)) is more than what is left of the line (\(max(0, left))).",
                param: form["quantity"] == nil ? "amount" : "quantity")
        }
        var credited = CreditNoteLine(crediting: amount, of: line, earlier: before)
        credited.quantity = form.integer("quantity")
        credited.metadata = .object(try Metadata.merge(form["metadata"]))
        return credited
    }

    private static func amount(_ form: FormMap, _ line: JSONObject, left: Int64) throws(StripeError) -> Int64 {
        if let amount = form.integer("amount") { return amount }
        guard let quantity = form.integer("quantity") else { return left }
        let whole = max(1, line.integer("quantity"))
        guard quantity <= whole else {
            throw .invalid("The quantity is more than the line's (\(whole)).", param: "quantity")
        }
        return Share.of(line.integer("amount"), quantity, per: whole)
    }

    private static func custom(_ form: FormMap, _ invoice: JSONObject, _ account: Account) throws(StripeError)
        -> CreditNoteLine
    {
        let rates = try TaxRates.resolve(form["tax_rates"], param: "tax_rates", account)
        let quantity = form.integer("quantity") ?? 1
        guard let unit = form.given("unit_amount") ?? form.given("unit_amount_decimal") else {
            throw .parameterMissing("unit_amount")
        }
        guard let amount = DecimalProduct.of(unit, String(quantity)), (1...AmountLimits.callMax).contains(amount) else {
            throw .coded("amount_too_large", "Amounts can have at most 12 digits.", param: "unit_amount")
        }
        var line = CreditNoteLine(custom: amount, rates: rates, exemption: invoice.text("customer_tax_exempt"))
        line.description = form.given("description")
        line.quantity = quantity
        line.unit = unit
        line.metadata = .object(try Metadata.merge(form["metadata"]))
        return line
    }

    // MARK: Money

    private static func repayment(_ form: FormMap, of amount: Int64, _ invoice: JSONObject, _ account: Account)
        throws(StripeError) -> Repayment
    {
        var repayment = Repayment()
        for name in ["refund_amount", "credit_amount", "out_of_band_amount"] {
            try AmountLimits.check(form.integer(name), 0...AmountLimits.callMax, param: name)
        }
        repayment.refund = form.integer("refund_amount") ?? 0
        repayment.credit = form.integer("credit_amount") ?? 0
        repayment.outOfBand = form.integer("out_of_band_amount") ?? 0
        for (index, value) in (form["refunds"]?.list ?? []).enumerated() {
            let param = "refunds[\(index)]"
            let link = value.map ?? FormMap()
            let refund = try account.find(.refund, link.given("refund") ?? "", param: "\(param)[refund]").tree
            let whole = refund.integer("amount")
            let part = link.integer("amount_refunded") ?? whole
            try AmountLimits.check(part, 1...max(1, whole), param: "\(param)[amount_refunded]")
            repayment.linked.append((refund.text("id") ?? "", part))
        }
        guard repayment.sum == amount else {
            let currency = invoice.text("currency") ?? ""
            throw .invalid(
                "The sum of refunds, customer balance credits and outside of Stripe credits "
                    + "(\(ChargeLimits.symbol(repayment.sum, currency))) must equal the credit note's post-payment "
                    + "amount (\(ChargeLimits.symbol(amount, currency))).")
        }
        if repayment.refund > 0 {
            repayment.charge = charge(toRefund: repayment.refund, of: invoice, account)
            guard repayment.charge != nil else {
                throw .invalid(
                    "The refund amount is greater than what can be refunded of the invoice's payments.",
                    param: "refund_amount")
            }
        }
        return repayment
    }

    /// A charge that paid the invoice and has that much left.
    private static func charge(toRefund amount: Int64, of invoice: JSONObject, _ account: Account) -> String? {
        InvoicePayments.payments(of: invoice.text("id") ?? "", account).lazy
            .filter { $0.text("status") == "paid" }
            .compactMap { InvoicePayments.intent(of: $0) }
            .compactMap { account.store.object(.paymentIntent, id: $0)?.text("latest_charge") }
            .first { id in
                guard let charge = account.store.object(.charge, id: id)?.tree else { return false }
                return charge.integer("amount_captured") - charge.integer("amount_refunded") >= amount
            }
    }
}
