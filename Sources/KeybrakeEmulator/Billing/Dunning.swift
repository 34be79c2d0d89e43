internal import KeybrakeStripe

/// What happens to invoices of subscriptions whose payment fails.
///
///     open ─ declined ─→ past_due ─ tried again after 3, 5 and 7 days ─┬─ paid ─→ active
///                                                                      └─→ canceled, unpaid, or past_due for good
enum Dunning {
    /// How many days lie between one attempt and the next.
    static let retryDays: [Int64] = [3, 5, 7]

    /// Takes the money of an open invoice; a decline begins or continues the attempts.
    static func collect(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        do throws(StripeError) {
            try Invoices.charge(invoice, method: nil, &account, cause)
        } catch {
            if error.code == "authentication_required" {
                account.emit("invoice.payment_action_required", .invoice, id: invoice.text("id") ?? "", cause)
            }
            decline(invoice.text("id") ?? "", attempts: max(0, invoice.integer("attempt_count")) + 1, &account, cause)
        }
    }

    /// A bank has refused the payment of an invoice that was on its way.
    static func failedLate(_ intent: String, _ account: inout Account, _ cause: Cause) {
        guard let owner = account.store.object(.paymentIntent, id: intent)?.owner,
            let invoice = account.store.object(.invoice, id: owner)?.tree, invoice.text("status") == "open"
        else { return }
        decline(owner, attempts: max(1, invoice.integer("attempt_count")), &account, cause)
    }

    /// A declined invoice is tried again, unless its subscription has ended.
    static func retry(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let invoice = account.store.object(.invoice, id: id)?.tree, invoice.text("status") == "open",
            invoice["next_payment_attempt"]?.integerValue == cause.now
        else { return }
        collect(invoice, &account, cause)
    }

    /// Notes a failed attempt at an invoice of a subscription that had begun.
    static func decline(_ id: String, attempts: Int64, _ account: inout Account, _ cause: Cause) {
        guard var invoice = account.store.object(.invoice, id: id)?.tree,
            let name = Invoices.subscription(of: invoice),
            let subscription = account.store.object(.subscription, id: name)?.tree
        else { return }
        let isLast = attempts > retryDays.count
        let next = isLast ? nil : cause.now + retryDays[Int(attempts) - 1] * CivilTime.secondsPerDay
        invoice["next_payment_attempt"] = JSONValue(next)
        invoice.set("attempt_count", attempts)
        account.update(.invoice, invoice, event: "invoice.updated", cause)
        setDelinquent(true, subscription.text("customer") ?? "", &account, cause)
        if let next {
            account.agenda.add(.invoiceRetries(id: id), at: next)
            become("past_due", subscription, &account, cause)
        } else {
            giveUp(subscription, &account, cause)
        }
    }

    /// An invoice that its customer is asked to confirm has not been paid yet.
    static func wait(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let id = Invoices.subscription(of: invoice),
            let subscription = account.store.object(.subscription, id: id)?.tree
        else { return }
        become("past_due", subscription, &account, cause)
    }

    /// Writes down whether a customer's last invoice of a subscription could be collected.
    static func setDelinquent(_ truth: Bool, _ id: String, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.customer, id: id), !stored.isDeleted else { return }
        var customer = stored.tree
        guard customer.flag("delinquent") != truth else { return }
        customer.set("delinquent", truth)
        account.update(.customer, customer, event: "customer.updated", cause)
    }

    private static func giveUp(_ subscription: JSONObject, _ account: inout Account, _ cause: Cause) {
        switch account.configuration.dunningEnd {
        case .canceled: Subscriptions.end(subscription, as: "canceled", reason: "payment_failed", &account, cause)
        case .unpaid: become("unpaid", subscription, &account, cause)
        case .pastDue: become("past_due", subscription, &account, cause)
        }
    }

    private static func become(
        _ status: String, _ original: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        guard ["active", "past_due", "trialing"].contains(original.text("status") ?? ""),
            original.text("status") != status
        else { return }
        var subscription = original
        subscription.set("status", status)
        account.update(.subscription, subscription, event: "customer.subscription.updated", cause)
    }
}
