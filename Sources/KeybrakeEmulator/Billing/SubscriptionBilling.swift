internal import KeybrakeStripe

/// The invoices of subscriptions: what they bill, and when they are closed and paid.
enum SubscriptionBilling {
    /// What an invoice of a subscription is for.
    struct Bill: Sendable {
        /// A word of `billing_reason`.
        let reason: String
        /// The items of which a period begins.
        var items: [JSONObject] = []
        /// Prorations that are billed at once instead of waiting as invoice items.
        var prorations: [Proration.Line] = []
        var isTrial = false
        /// Whether a first period that is shorter than its interval costs less; if not, it costs nothing.
        var prorates = true
        /// Whether what waits for the subscription's next invoice is put on this one.
        var takesPending = true
        /// When the period began that has just ended.
        var lastStart: Int64?
        /// From when on a backdated subscription pays for the past.
        var backdated: Int64?
    }

    /// Makes the draft of an invoice; `nil` when there is nothing to put on it.
    static func draft(_ bill: Bill, of subscription: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject?
    {
        let id = subscription.text("id") ?? ""
        let customer = account.store.object(.customer, id: subscription.text("customer") ?? "")?.tree ?? JSONObject()
        let currency = subscription.text("currency") ?? "usd"
        var form: FormMap = ["collection_method": .text(subscription.text("collection_method") ?? "")]
        if let days = subscription["days_until_due"]?.integerValue { form["days_until_due"] = .text(String(days)) }
        var invoice = try Invoices.draft(form, customer: customer, currency: currency, &account, cause)
        let invoiceID = invoice.text("id") ?? ""
        invoice["default_payment_method"] = subscription["default_payment_method"] ?? .null
        invoice["default_tax_rates"] = subscription["default_tax_rates"] ?? []
        invoice["description"] = subscription["description"] ?? .null
        invoice["discounts"] = .array(Discounts.inherited(subscription, customer: customer).map { .string($0) })
        invoice.set("auto_advance", advances(subscription))
        invoice.set("billing_reason", bill.reason)
        let details: JSONObject = ["metadata": subscription["metadata"] ?? [:], "subscription": .string(id)]
        invoice["parent"] = [
            "quote_details": nil, "subscription_details": .object(details), "type": "subscription_details",
        ]
        var lines = lines(bill, of: subscription, account).map {
            InvoiceLines.written($0, invoice: invoiceID, &account)
        }
        if bill.takesPending {
            lines += InvoiceItems.take(
                customer: customer.text("id") ?? "", currency: currency, invoice: invoiceID, subscription: id,
                &account, cause)
        }
        guard !lines.isEmpty else { return nil }
        invoice.set("period_end", cause.now)
        invoice.set("period_start", bill.lastStart ?? cause.now)
        InvoiceLines.add(lines, to: &invoice, account)
        account.create(.invoice, invoice, event: "invoice.created", cause)
        if var current = account.store.object(.subscription, id: id)?.tree {
            current.set("latest_invoice", invoiceID)
            account.update(.subscription, current, cause)
        }
        return account.store.object(.invoice, id: invoiceID)?.tree
    }

    /// Leaves the invoice of a renewal open to changes for an hour.
    static func wait(_ draft: JSONObject, of subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard advances(subscription) else { return }
        var invoice = draft
        Invoices.schedule(&invoice, at: nil, &account, cause)
        if subscription.text("collection_method") == "charge_automatically" {
            invoice["next_payment_attempt"] = invoice["automatically_finalizes_at"] ?? .null
        }
        account.update(.invoice, invoice, cause)
    }

    /// The hour is over: the invoice is closed, and paid or sent.
    static func finalizes(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let draft = account.store.object(.invoice, id: id), !draft.isDeleted, draft.text("status") == "draft",
            draft.tree.flag("auto_advance"),
            let subscription = Invoices.subscription(of: draft.tree).flatMap({
                account.store.object(.subscription, id: $0)?.tree
            })
        else { return }
        let invoice = close(draft.tree, of: subscription, &account, cause)
        guard invoice.text("status") == "open", subscription["pause_collection"]?.objectValue == nil else { return }
        if invoice.text("collection_method") == "charge_automatically" {
            Dunning.collect(invoice, &account, cause)
        } else {
            send(invoice, &account, cause)
        }
    }

    /// Finalises a draft at once. One whose collection is paused is given up instead, as the pause says.
    static func close(_ draft: JSONObject, of subscription: JSONObject, _ account: inout Account, _ cause: Cause)
        -> JSONObject
    {
        let id = draft.text("id") ?? ""
        let behavior = subscription["pause_collection"]?["behavior"]?.stringValue
        guard behavior != "keep_as_draft" else { return draft }
        let invoice = Invoices.finalize(draft, &account, cause)
        guard invoice.text("status") == "open", let behavior else { return invoice }
        let isVoid = behavior == "void"
        Invoices.close(
            invoice, as: isVoid ? "void" : "uncollectible",
            mark: isVoid ? "voided_at" : "marked_uncollectible_at",
            event: isVoid ? "invoice.voided" : "invoice.marked_uncollectible", &account, cause)
        return account.store.object(.invoice, id: id)?.tree ?? invoice
    }

    /// Sends an invoice that its customer pays by hand.
    static func send(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        account.emit("invoice.sent", .invoice, id: invoice.text("id") ?? "", cause)
    }

    /// Nobody has paid in time.
    static func overdue(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let invoice = account.store.object(.invoice, id: id)?.tree, invoice.text("status") == "open" else {
            return
        }
        account.emit("invoice.overdue", .invoice, id: id, cause)
        guard
            var subscription = Invoices.subscription(of: invoice).flatMap({
                account.store.object(.subscription, id: $0)?.tree
            }), subscription.text("status") == "active"
        else { return }
        subscription.set("status", "past_due")
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }

    /// A renewal is a week away: its invoice as it would be, from a copy of the account in which it happens now.
    static func announce(_ id: String, renewalAt end: Int64, _ account: inout Account, _ cause: Cause) {
        guard let subscription = account.store.object(.subscription, id: id)?.tree,
            ["active", "trialing", "past_due"].contains(subscription.text("status") ?? ""),
            SubscriptionItems.periodEnd(subscription) == end, subscription["cancel_at"]?.integerValue != end
        else { return }
        var copy = account
        let later = Cause(now: end, testClock: cause.testClock, worldNow: cause.worldNow)
        SubscriptionCycle.due(id, at: end, &copy, later)
        guard let latest = copy.store.object(.subscription, id: id)?.text("latest_invoice"),
            latest != subscription.text("latest_invoice"), var invoice = copy.store.object(.invoice, id: latest)?.tree
        else { return }
        invoice.set("id", "upcoming_\(latest)")
        account.emit("invoice.upcoming", object: invoice.bytes, cause)
    }

    /// Whether new invoices are closed by themselves.
    private static func advances(_ subscription: JSONObject) -> Bool {
        subscription.text("status") != "unpaid"
            && subscription["pause_collection"]?["behavior"]?.stringValue != "keep_as_draft"
    }
}

// MARK: Lines

extension SubscriptionBilling {
    private static func lines(_ bill: Bill, of subscription: JSONObject, _ account: Account) -> [InvoiceLines.Line] {
        let cycle = BillingCycle(subscription)
        var lines = bill.prorations.map { proration in
            line(
                proration.item, subscription, amount: proration.amount, Proration.words(proration, account),
                (proration.start, proration.end), isProration: true)
        }
        for item in bill.items {
            let start = item.integer("current_period_start")
            let end = item.integer("current_period_end")
            let interval = BillingInterval(price: item["price"])
            if SubscriptionItems.isMetered(item) {
                let length = bill.lastStart == nil ? nil : cycle.length(endingAt: start, interval)
                lines.append(usage(item, subscription, of: length, account))
                continue
            }
            let whole = cycle.length(endingAt: end, interval)
            if let past = bill.backdated, past < start {
                let owed = Proration.share(of: SubscriptionItems.amount(item), seconds: start - past, of: whole)
                lines.append(line(item, subscription, amount: owed, words(item, account), (past, start)))
            }
            var amount = SubscriptionItems.amount(item)
            let isShort = end - start < whole
            if isShort { amount = bill.prorates ? Proration.share(of: amount, seconds: end - start, of: whole) : 0 }
            let words = bill.isTrial ? "Trial period for \(SubscriptionItems.productName(item, account))" : nil
            lines.append(
                line(
                    item, subscription, amount: bill.isTrial ? 0 : amount, words ?? self.words(item, account),
                    (start, end), isProration: isShort && !bill.isTrial))
        }
        return lines
    }

    /// What was used in the period before this one; nothing yet when this one is the first or follows a trial.
    private static func usage(
        _ item: JSONObject, _ subscription: JSONObject, of length: Int64?, _ account: Account
    ) -> InvoiceLines.Line {
        let start = item.integer("current_period_start")
        guard let length, subscription["trial_end"]?.integerValue != start else {
            return line(
                item, subscription, amount: 0, words(item, account), (start, item.integer("current_period_end")))
        }
        let begin = max(start - length, subscription.integer("start_date"))
        let quantity = MeterUsage.quantity(
            of: item.object("price"), customer: subscription.text("customer") ?? "", from: begin, to: start, account)
        var used = item
        used.set("quantity", quantity)
        let amount = PricedAmount.of(item.object("price") ?? [:], quantity: quantity)
        return line(used, subscription, amount: amount, words(used, account), (begin, start))
    }

    private static func line(
        _ item: JSONObject, _ subscription: JSONObject, amount: Int64, _ words: String,
        _ period: (start: Int64, end: Int64), isProration: Bool = false
    ) -> InvoiceLines.Line {
        var line = InvoiceLines.Line(
            amount: amount, currency: subscription.text("currency") ?? "", description: words, period: period,
            price: item.object("price"), quantity: item["quantity"]?.integerValue ?? 0,
            subscription: subscription.text("id"))
        line.subscriptionItem = item.text("id")
        line.discounts = Discounts.ids(item)
        line.isProration = isProration
        line.isDiscountable = amount >= 0
        line.metadata = subscription["metadata"] ?? [:]
        return line
    }

    /// `2 × Gold (at $10.00 / month)`.
    private static func words(_ item: JSONObject, _ account: Account) -> String {
        let quantity = item["quantity"]?.integerValue ?? 0
        let price = item["price"]
        let currency = price?["currency"]?.stringValue ?? ""
        let interval = BillingInterval(price: price).words
        let rate = price?["unit_amount"]?.integerValue.map { ChargeLimits.symbol($0, currency) }
        let terms = rate.map { " (at \($0) / \(interval))" } ?? ""
        return "\(quantity) × \(SubscriptionItems.productName(item, account))\(terms)"
    }
}
