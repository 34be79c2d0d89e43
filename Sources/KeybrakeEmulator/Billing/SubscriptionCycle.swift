internal import KeybrakeStripe

/// What time does to subscriptions: the first invoice, renewals, dunning and the end.
enum SubscriptionCycle {
    /// When a declined renewal is tried again; after the last of them the subscription is canceled.
    static let retryDays: [Int64] = [3, 5, 7]

    /// Makes the first invoice and lets it be paid as `payment_behavior` says.
    static func begin(_ subscription: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let behavior = form.given("payment_behavior") ?? "allow_incomplete"
        let id = subscription.text("id") ?? ""
        let isTrial = subscription.text("status") == "trialing"
        let total = isTrial ? 0 : SubscriptionItems.of(subscription).reduce(0) { $0 + SubscriptionItems.amount($1) }
        let isAutomatic = subscription.text("collection_method") == "charge_automatically"
        if total > 0, isAutomatic, behavior != "default_incomplete", method(of: subscription, account) == nil {
            throw .coded(
                "resource_missing",
                "This customer has no attached payment source or default payment method. Please consider adding a "
                    + "default payment method.")
        }
        account.create(.subscription, subscription, event: "customer.subscription.created", cause)
        account.agenda.add(
            .subscriptionPeriodEnds(id: id, at: SubscriptionItems.periodEnd(subscription)),
            at: SubscriptionItems.periodEnd(subscription))
        let invoice = try bill(subscription, reason: "subscription_create", isTrial: isTrial, &account, cause)
        guard invoice.text("status") == "open", isAutomatic else {
            if !isAutomatic { Subscriptions.paid(id, &account, cause) }
            return
        }
        if behavior != "default_incomplete" {
            do throws(StripeError) {
                try Invoices.charge(invoice, method: nil, &account, cause)
                return
            } catch {
                if behavior == "error_if_incomplete" {
                    _ = account.delete(.subscription, id: id, cause)
                    throw error
                }
            }
        }
        account.agenda.add(.subscriptionExpires(id: id), at: cause.now + Subscriptions.incompleteSeconds)
    }

    /// A period is over.
    static func periodEnds(_ id: String, at end: Int64, _ account: inout Account, _ cause: Cause) {
        guard var subscription = account.store.object(.subscription, id: id)?.tree,
            ["active", "trialing", "past_due"].contains(subscription.text("status") ?? ""),
            SubscriptionItems.periodEnd(subscription) == end
        else { return }
        if subscription.flag("cancel_at_period_end") {
            Subscriptions.end(subscription, as: "canceled", reason: "cancellation_requested", &account, cause)
            return
        }
        let items = SubscriptionItems.of(subscription)
        let next = SubscriptionItems.end(of: items, from: end)
        if subscription.text("status") == "trialing" { subscription.set("status", "active") }
        SubscriptionItems.set(items, start: end, end: next, in: &subscription, &account, cause)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
        account.agenda.add(.subscriptionPeriodEnds(id: id, at: next), at: next)
        let invoice = try? bill(subscription, reason: "subscription_cycle", isTrial: false, &account, cause)
        guard let invoice, invoice.text("status") == "open",
            subscription.text("collection_method") == "charge_automatically"
        else { return }
        collect(invoice, &account, cause)
    }

    /// A declined invoice is tried again.
    static func retry(_ invoice: String, _ account: inout Account, _ cause: Cause) {
        guard let tree = account.store.object(.invoice, id: invoice)?.tree, tree.text("status") == "open" else {
            return
        }
        collect(tree, &account, cause)
    }

    /// The first payment never came.
    static func expire(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let subscription = account.store.object(.subscription, id: id)?.tree,
            subscription.text("status") == "incomplete"
        else { return }
        Subscriptions.end(subscription, as: "incomplete_expired", reason: "payment_failed", &account, cause)
    }

    /// Bills at once what waits for the customer's next invoice.
    static func invoicePending(_ subscription: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let invoice = try bill(
            subscription, reason: "subscription_update", isTrial: false, lines: [], &account, cause)
        if invoice.text("status") == "open" { try Invoices.charge(invoice, method: nil, &account, cause) }
    }

    private static func collect(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        do throws(StripeError) {
            try Invoices.charge(invoice, method: nil, &account, cause)
        } catch {
            decline(
                invoice.text("id") ?? "", attempts: max(0, invoice.integer("attempt_count")) + 1, &account, cause)
        }
    }

    private static func decline(_ id: String, attempts: Int64, _ account: inout Account, _ cause: Cause) {
        guard var invoice = account.store.object(.invoice, id: id)?.tree,
            let name = Invoices.subscription(of: invoice),
            var subscription = account.store.object(.subscription, id: name)?.tree
        else { return }
        guard attempts <= retryDays.count else {
            Subscriptions.end(subscription, as: "canceled", reason: "payment_failed", &account, cause)
            return
        }
        let next = cause.now + retryDays[Int(attempts) - 1] * CivilTime.secondsPerDay
        invoice.set("next_payment_attempt", next)
        invoice.set("attempt_count", attempts)
        account.update(.invoice, invoice, event: "invoice.updated", cause)
        account.agenda.add(.invoiceRetries(id: id), at: next)
        subscription.set("status", "past_due")
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    /// Makes and finalises an invoice for the subscription's present period.
    private static func bill(
        _ subscription: JSONObject, reason: String, isTrial: Bool, lines given: [InvoiceLines.Line]? = nil,
        _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        let id = subscription.text("id") ?? ""
        let customer = account.store.object(.customer, id: subscription.text("customer") ?? "")?.tree ?? JSONObject()
        let currency = subscription.text("currency") ?? "usd"
        var form: FormMap = ["collection_method": .text(subscription.text("collection_method") ?? "")]
        if let days = subscription["days_until_due"]?.integerValue { form["days_until_due"] = .text(String(days)) }
        var invoice = try Invoices.draft(form, customer: customer, currency: currency, &account, cause)
        let invoiceID = invoice.text("id") ?? ""
        invoice.set("auto_advance", true)
        invoice.set("billing_reason", reason)
        invoice["parent"] = [
            "quote_details": nil,
            "subscription_details": [
                "metadata": subscription["metadata"] ?? [:], "subscription": .string(id),
            ], "type": "subscription_details",
        ]
        invoice["default_tax_rates"] = subscription["default_tax_rates"] ?? []
        invoice["discounts"] = .array(Discounts.inherited(subscription, customer: customer).map { .string($0) })
        let lines = given ?? SubscriptionItems.of(subscription).map { line($0, id, currency, isTrial: isTrial) }
        var written = lines.map { InvoiceLines.written($0, invoice: invoiceID, &account) }
        written += InvoiceItems.take(
            customer: customer.text("id") ?? "", currency: currency, invoice: invoiceID, subscription: id, &account,
            cause)
        InvoiceLines.add(written, to: &invoice, account)
        account.create(.invoice, invoice, event: "invoice.created", cause)
        if var current = account.store.object(.subscription, id: id)?.tree {
            current.set("latest_invoice", invoiceID)
            account.update(.subscription, current, cause)
        }
        guard subscription.object("pause_collection") == nil else { return invoice }
        return Invoices.finalize(invoice, &account, cause)
    }

    private static func line(_ item: JSONObject, _ subscription: String, _ currency: String, isTrial: Bool)
        -> InvoiceLines.Line
    {
        let quantity = item["quantity"]?.integerValue ?? 1
        var line = InvoiceLines.Line(
            amount: isTrial ? 0 : SubscriptionItems.amount(item), currency: currency,
            description: isTrial ? "Free trial" : "\(quantity) × subscription",
            period: (item.integer("current_period_start"), item.integer("current_period_end")),
            price: item.object("price"), quantity: quantity, subscription: subscription)
        line.subscriptionItem = item.text("id")
        line.discounts = Discounts.ids(item)
        return line
    }

    private static func method(of subscription: JSONObject, _ account: Account) -> String? {
        Invoices.paymentMethod(
            of: [
                "customer": subscription["customer"] ?? .null,
                "default_payment_method": subscription["default_payment_method"] ?? .null,
            ], account)
    }
}
