internal import KeybrakeStripe

/// The page of a finalised invoice, on which its customer pays it.
enum InvoicePage {
    static func answer(_ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        guard let invoice = account.store.object(.invoice, id: visit.id)?.tree, invoice.text("status") != "draft" else {
            return PageAnswer.notFound
        }
        switch visit.part {
        case "pdf": return PageAnswer.pdf(PlainDocument.pdf)
        case "return": return comeBack(invoice, visit, &account)
        case nil: break
        default: return PageAnswer.notFound
        }
        guard visit.isPost, isPayable(invoice) else { return show(invoice, nil, FormMap(), account) }
        do throws(StripeError) {
            let form = try MethodFields.method(
                visit.form, ["card"], email: invoice.text("customer_email"), name: visit.form.given("billingName"),
                address: FormMap())
            let method = try PaymentMethods.make(form, param: "payment_method_data", &account, visit.cause).id
            let challenge = try OnSession.challenge(
                method, customer: invoice.text("customer"), returnURL: account.pages.invoice(visit.id) + "/return",
                &account, visit.cause)
            if let challenge { return PageAnswer.redirect(to: "../3ds/\(challenge)") }
            try pay(visit.id, method, &account, visit.cause)
            return PageAnswer.redirect(to: "./\(visit.id)")
        } catch {
            let current = account.store.object(.invoice, id: visit.id)?.tree ?? invoice
            return show(current, error.message, visit.form, account)
        }
    }

    /// The payer has answered a challenge; what it was about is paid now.
    private static func comeBack(_ invoice: JSONObject, _ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer
    {
        let intent = account.store.object(.setupIntent, id: visit.query.given("setup_intent") ?? "")?.tree
        guard isPayable(invoice), let intent, intent.text("customer") == invoice.text("customer"),
            intent.text("status") == "succeeded", let method = intent.text("payment_method")
        else {
            let failure = intent?["last_setup_error"]?["message"]?.stringValue
            return show(invoice, failure, FormMap(), account)
        }
        do throws(StripeError) {
            var cause = visit.cause
            cause.authenticatedMethod = method
            try pay(visit.id, method, &account, cause)
            return PageAnswer.redirect(to: "../\(visit.id)")
        } catch {
            return show(invoice, error.message, FormMap(), account)
        }
    }

    private static func pay(_ id: String, _ method: String, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let call = try Call.inner(
            "POST /v1/invoices/{invoice}/pay", path: id, form: ["payment_method": .text(method)], cause)
        _ = try Invoices.pay(call, &account)
    }

    private static func isPayable(_ invoice: JSONObject) -> Bool {
        ["open", "uncollectible"].contains(invoice.text("status") ?? "")
    }

    private static func show(_ invoice: JSONObject, _ failure: String?, _ typed: FormMap, _ account: Account)
        -> EmulatorAnswer
    {
        let currency = invoice.text("currency") ?? "usd"
        let title = "Invoice \(invoice.text("number") ?? "")"
        let rows = (invoice["lines"]?["data"]?.arrayValue ?? []).map { line -> HTML in
            let amount = PageMoney.text(line["amount"]?.integerValue ?? 0, currency)
            return "<tr><td>\(line["description"]?.stringValue ?? "Item")</td><td>\(amount)</td></tr>"
        }
        let total = PageMoney.text(invoice.integer("total"), currency)
        let due = PageMoney.text(invoice.integer("amount_remaining"), currency)
        var action: HTML = "<p id=\"status\">This invoice is \(invoice.text("status") ?? "").</p>"
        if isPayable(invoice) {
            action = """
                \(failure.map(PageAnswer.alert) ?? "")
                <form method="post" autocomplete="off">\(MethodFields.inputs(["card"], typed))\
                <button type="submit" id="submit">Pay \(due)</button></form>
                """
        }
        let content: HTML = """
            <section><h1>\(title)</h1><p class="soft">\(invoice.text("customer_name") ?? "") \
            \(invoice.text("customer_email") ?? "")</p><table><tbody>\(HTML(rows))</tbody>\
            <tfoot><tr><th scope="row">Total</th><td>\(total)</td></tr>\
            <tr><th scope="row">Amount due</th><td id="total">\(due)</td></tr></tfoot></table>\
            <p><a href="\(account.pages.invoicePDF(invoice.text("id") ?? ""))">Download as PDF</a></p></section>
            <section>\(action)</section>
            """
        return PageAnswer.page(title: title, content)
    }
}
