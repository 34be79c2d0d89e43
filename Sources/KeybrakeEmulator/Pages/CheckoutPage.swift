internal import KeybrakeStripe

/// The page of a Checkout session: what is bought, and how it is paid.
enum CheckoutPage {
    static func answer(_ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        guard let session = account.store.object(.checkoutSession, id: visit.id)?.tree else {
            return PageAnswer.notFound
        }
        if visit.part == "return" {
            return session.text("status") == "complete"
                ? finished(session, account) : PageAnswer.redirect(to: "../\(visit.id)")
        }
        guard visit.part == nil else { return PageAnswer.notFound }
        guard session.text("status") == "open" else {
            return session.text("status") == "expired"
                ? PageAnswer.problem(
                    410, "This page has expired", "Ask for a new one where you came from.",
                    back: session.text("cancel_url"))
                : PageAnswer.problem(410, "This is paid already", "There is nothing left to do here.")
        }
        guard visit.isPost else { return show(session, lateFailure(session, account), FormMap(), account) }
        return submit(session, visit, &account)
    }

    private static func submit(_ original: JSONObject, _ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        do throws(StripeError) {
            let ordered = try CheckoutFields.takeOrder(visit.form, original, &account, visit.cause)
            guard !["promotion", "update"].contains(visit.form.text("action")) else {
                return show(ordered, nil, visit.form, account)
            }
            let entry = try CheckoutFields.entry(visit.form, ordered, visit.cause)
            let session = try CheckoutExtras.take(visit.form, ordered)
            account.update(.checkoutSession, session, visit.cause)
            switch try CheckoutPayment.submit(session, entry, &account, visit.cause) {
            case .challenge(let intent): return PageAnswer.redirect(to: "../3ds/\(intent)")
            case .complete:
                let done = account.store.object(.checkoutSession, id: visit.id)?.tree ?? session
                return finished(done, account)
            }
        } catch {
            let current = account.store.object(.checkoutSession, id: visit.id)?.tree ?? original
            return show(current, error.message, visit.form, account)
        }
    }

    /// Sends the payer to where the session was made to lead.
    private static func finished(_ session: JSONObject, _ account: Account) -> EmulatorAnswer {
        let id = session.text("id") ?? ""
        guard let url = session.text("success_url") ?? session.text("return_url") else {
            let words = PaymentLinkPage.confirmation(session, account)
            return PageAnswer.page(title: "Thank you", "<section><h1>Thank you</h1><p>\(words)</p></section>")
        }
        return PageAnswer.redirect(to: filled(url, id))
    }

    /// The URL with the session's id where it asks for it, also when the braces were escaped.
    private static func filled(_ url: String, _ id: String) -> String {
        var text = url
        for template in ["{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D"] {
            text = text.split(separator: template, omittingEmptySubsequences: false).joined(separator: id)
        }
        return text
    }

    /// Why the last attempt failed, when that happened on another page.
    private static func lateFailure(_ session: JSONObject, _ account: Account) -> String? {
        let payment = session.text("payment_intent").flatMap { account.store.object(.paymentIntent, id: $0)?.tree }
        let setUp = session.text("setup_intent").flatMap { account.store.object(.setupIntent, id: $0)?.tree }
        return payment?["last_payment_error"]?["message"]?.stringValue
            ?? setUp?["last_setup_error"]?["message"]?.stringValue
    }

    private static func show(_ session: JSONObject, _ failure: String?, _ typed: FormMap, _ account: Account)
        -> EmulatorAnswer
    {
        let record = SaleRecord(of: session.text("id") ?? "", in: account)
        let title = heading(session)
        let content: HTML = """
            <form method="post" autocomplete="off">
            <section><h1>\(title)</h1>\(order(record, session))</section>
            <section><h2>\(session.text("mode") == "setup" ? "Payment method" : "Pay")</h2>
            \(failure.map(PageAnswer.alert) ?? "")
            \(CheckoutFields.inputs(session, typed))
            <button type="submit" name="action" value="pay" id="submit" \
            data-testid="hosted-payment-submit-button">\(deed(session))</button>
            </section></form>
            \(PageAnswer.link("Cancel and return", to: session.text("cancel_url")))
            """
        return PageAnswer.page(
            title: title,
            formTargets: [session.text("success_url"), session.text("return_url")], content)
    }

    private static func heading(_ session: JSONObject) -> String {
        switch session.text("mode") {
        case "setup": "Save a payment method"
        case "subscription": "Subscribe"
        default: "Checkout"
        }
    }

    private static func deed(_ session: JSONObject) -> String {
        let amount = PageMoney.text(session.integer("amount_total"), session.text("currency") ?? "usd")
        return switch (session.text("mode"), session.text("submit_type")) {
        case ("setup", _): "Save"
        case ("subscription", _): session.integer("amount_total") == 0 ? "Start trial" : "Subscribe"
        case (_, "book"): "Book"
        case (_, "donate"): "Donate \(amount)"
        default: session.integer("amount_total") == 0 ? "Complete order" : "Pay \(amount)"
        }
    }

    /// The items with their prices, and what they come to.
    private static func order(_ record: SaleRecord, _ session: JSONObject) -> HTML {
        guard !record.items.isEmpty else { return "" }
        let currency = session.text("currency") ?? "usd"
        let rows = record.items.map { row($0, currency) }
        let details = session.object("total_details") ?? [:]
        let sums = [
            ("Discount", -details.integer("amount_discount")), ("Shipping", details.integer("amount_shipping")),
            ("Tax", details.integer("amount_tax")),
        ].filter { $0.1 != 0 }.map { name, amount -> HTML in
            "<tr><th scope=\"row\">\(name)</th><td>\(PageMoney.text(amount, currency))</td></tr>"
        }
        let hasChoice = record.items.contains { LineItems.choice($0) != nil }
        let update: HTML =
            hasChoice
            ? "<button type=\"submit\" name=\"action\" value=\"update\" id=\"update\" class=\"quiet\">Update</button>"
            : ""
        return """
            <table><tbody>\(HTML(rows))</tbody><tfoot>\(HTML(sums))\
            <tr><th scope="row">Total</th><td id="total">\(PageMoney.text(session.integer("amount_total"), currency))\
            </td></tr></tfoot></table>\(update)\(CheckoutExtras.promotion(session, [:]))
            """
    }

    private static func row(_ item: JSONObject, _ currency: String) -> HTML {
        let id = item.text("id") ?? ""
        let interval = item["price"]?["recurring"]?["interval"]?.stringValue.map { " per \($0)" } ?? ""
        let amount = PageMoney.text(item.integer("amount_subtotal"), currency)
        var quantity: HTML = "\(item.integer("quantity")) ×"
        if let choice = LineItems.choice(item) {
            quantity = """
                <label for="quantity-\(id)">Quantity<input type="number" inputmode="numeric" id="quantity-\(id)" \
                name="quantity[\(id)]" min="\(choice.lowerBound)" max="\(choice.upperBound)" \
                value="\(item.integer("quantity"))"></label>
                """
        }
        return """
            <tr><td>\(quantity) \(item.text("description") ?? "")</td><td>\(amount)\(interval)</td></tr>
            """
    }
}
