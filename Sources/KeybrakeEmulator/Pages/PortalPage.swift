internal import KeybrakeStripe

/// The customer portal: what a customer has, and what they may do about it themself.
enum PortalPage {
    static func answer(_ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        guard visit.part == nil, let session = account.store.object(PortalSessions.kind, id: visit.id)?.tree,
            let customer = account.store.object(.customer, id: session.text("customer") ?? "")?.tree,
            !customer.flag("deleted")
        else { return PageAnswer.notFound }
        let features =
            account.store.object(PortalSessions.configuration, id: session.text("configuration") ?? "")?
            .tree.object("features") ?? [:]
        guard visit.isPost else { return show(session, customer, features, nil, account) }
        do throws(StripeError) {
            try act(visit, customer: customer.text("id") ?? "", features, &account)
            // A flow is about one thing; when it is done, the customer goes back.
            if let url = session["flow"]?["after_completion"]?["redirect"]?["return_url"]?.stringValue {
                return PageAnswer.redirect(to: url)
            }
            return PageAnswer.redirect(to: "./\(visit.id)")
        } catch {
            return show(session, customer, features, error.message, account)
        }
    }

    /// Cancels, keeps, or takes a new card.
    private static func act(_ visit: PageVisit, customer: String, _ features: JSONObject, _ account: inout Account)
        throws(StripeError)
    {
        switch visit.form.text("action") {
        case "cancel" where features["subscription_cancel"]?["enabled"] == true:
            let id = try own(visit, customer, account)
            let isAtOnce = features["subscription_cancel"]?["mode"] == "immediately"
            try isAtOnce ? end(id, &account, visit.cause) : change(id, "true", &account, visit.cause)
        case "renew" where features["subscription_cancel"]?["enabled"] == true:
            try change(try own(visit, customer, account), "false", &account, visit.cause)
        case "card" where features["payment_method_update"]?["enabled"] == true:
            let form = try MethodFields.method(visit.form, ["card"], email: nil, name: nil, address: FormMap())
            let method = try PaymentMethods.make(form, param: "payment_method_data", &account, visit.cause).id
            try PaymentMethods.attach(method, to: customer, &account, visit.cause)
            let call = try Call.inner(
                "POST /v1/customers/{customer}", path: customer,
                form: ["invoice_settings": .map(["default_payment_method": .text(method)])], visit.cause)
            _ = try Customers.update(call, &account)
        default: throw .invalid("This is not offered here.")
        }
    }

    /// The subscription that the form names, if it is the customer's.
    private static func own(_ visit: PageVisit, _ customer: String, _ account: Account) throws(StripeError) -> String {
        let id = visit.form.text("subscription") ?? ""
        let subscription = try account.find(.subscription, id, param: "subscription")
        guard subscription.text("customer") == customer else {
            throw .missing("subscription", id: id, param: "subscription", status: 400)
        }
        return id
    }

    private static func end(_ id: String, _ account: inout Account, _ cause: Cause) throws(StripeError) {
        let call = try Call.inner(
            "DELETE /v1/subscriptions/{subscription_exposed_id}", path: id, form: FormMap(), cause)
        _ = try Subscriptions.cancel(call, &account)
    }

    private static func change(_ id: String, _ ends: String, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let call = try Call.inner(
            "POST /v1/subscriptions/{subscription_exposed_id}", path: id,
            form: ["cancel_at_period_end": .text(ends)], cause)
        _ = try Subscriptions.update(call, &account)
    }

    private static func show(
        _ session: JSONObject, _ customer: JSONObject, _ features: JSONObject, _ failure: String?, _ account: Account
    ) -> EmulatorAnswer {
        let id = customer.text("id") ?? ""
        let mayCancel = features["subscription_cancel"]?["enabled"] == true
        let subscriptions = objects(.subscription, of: id, account).map { subscription($0, mayCancel: mayCancel) }
        let invoices =
            features["invoice_history"]?["enabled"] == true
            ? objects(.invoice, of: id, account).filter { $0.text("status") != "draft" }.map { invoice($0, account) }
            : []
        var card: HTML = ""
        if features["payment_method_update"]?["enabled"] == true {
            card = """
                <section><h2>Payment method</h2><form method="post" autocomplete="off">\
                \(MethodFields.inputs(["card"], FormMap()))\
                <button type="submit" name="action" value="card" id="save-card">Save card</button></form></section>
                """
        }
        let nothing: HTML = subscriptions.isEmpty ? "<p class=\"soft\">There are none.</p>" : ""
        let history: HTML =
            invoices.isEmpty
            ? "" : "<section><h2>Invoices</h2><table><tbody>\(HTML(invoices))</tbody></table></section>"
        let content: HTML = """
            \(failure.map(PageAnswer.alert) ?? "")
            <section><h1>Your account</h1><p class="soft">\(customer.text("email") ?? id)</p>\
            <h2>Subscriptions</h2>\(HTML(subscriptions))\(nothing)</section>
            \(card)\(history)\(PageAnswer.link("Return", to: session.text("return_url")))
            """
        return PageAnswer.page(
            title: "Your account",
            formTargets: [session["flow"]?["after_completion"]?["redirect"]?["return_url"]?.stringValue], content)
    }

    /// The customer's objects of a kind, newest first.
    private static func objects(_ kind: ObjectKind, of customer: String, _ account: Account) -> [JSONObject] {
        guard let collection = account.store.collection(kind) else { return [] }
        let positions = collection.positions(where: "customer", is: customer) ?? []
        return positions.reversed().prefix(100).map { collection.objects[Int($0)].tree }
    }

    private static func subscription(_ subscription: JSONObject, mayCancel: Bool) -> HTML {
        let id = subscription.text("id") ?? ""
        let items = SubscriptionItems.of(subscription)
        let amount = items.reduce(Int64(0)) { AmountLimits.clamped($0 + SubscriptionItems.amount($1)) }
        let interval = items.first?["price"]?["recurring"]?["interval"]?.stringValue ?? "period"
        let price = PageMoney.text(amount, subscription.text("currency") ?? "usd")
        let ends = subscription.flag("cancel_at_period_end")
        let status = ends ? "ends with its period" : subscription.text("status") ?? ""
        var action: HTML = ""
        if mayCancel, ["active", "past_due", "trialing"].contains(subscription.text("status")) {
            action = """
                <form method="post"><input type="hidden" name="subscription" value="\(id)">\
                <button type="submit" name="action" value="\(ends ? "renew" : "cancel")" class="quiet" \
                id="\(ends ? "renew" : "cancel")-\(id)">\(ends ? "Keep" : "Cancel") subscription</button></form>
                """
        }
        return """
            <p id="\(id)">\(price) per \(interval) <span class="soft">(\(status))</span></p>\(action)
            """
    }

    private static func invoice(_ invoice: JSONObject, _ account: Account) -> HTML {
        let url = account.pages.invoice(invoice.text("id") ?? "")
        let amount = PageMoney.text(invoice.integer("total"), invoice.text("currency") ?? "usd")
        return """
            <tr><td><a href="\(url)">\(invoice.text("number") ?? "Invoice")</a> \
            <span class="soft">\(invoice.text("status") ?? "")</span></td><td>\(amount)</td></tr>
            """
    }
}
