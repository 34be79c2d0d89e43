internal import KeybrakeStripe

/// How a Checkout session follows its intent.
enum CheckoutCompletion {
    /// An intent has come to rest: its session, if it has one, follows.
    static func follow(_ intent: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let session = CheckoutSessions.session(of: intent, account) else { return }
        let id = session.text("id") ?? ""
        switch (session.text("status"), intent.text("status")) {
        case ("open", "succeeded") where session.text("mode") == "subscription":
            CheckoutSubscription.resume(session, intent, &account, cause)
        case ("open", "succeeded"), ("open", "processing"), ("open", "requires_capture"):
            let isPaid = intent.text("status") == "succeeded"
            var changes: JSONObject = ["customer": intent["customer"] ?? .null]
            if session.text("mode") != "setup" { changes.set("payment_status", isPaid ? "paid" : "unpaid") }
            complete(session, nil, customer: intent.text("customer"), changes, &account, cause)
        case ("complete", "succeeded") where session.text("payment_status") == "unpaid":
            let isLate = intent.text("capture_method") != "manual"
            settle(session, as: "paid", &account, cause)
            if isLate { account.emit("checkout.session.async_payment_succeeded", .checkoutSession, id: id, cause) }
        case ("complete", "requires_payment_method") where session.text("payment_status") == "unpaid":
            account.emit("checkout.session.async_payment_failed", .checkoutSession, id: id, cause)
        default: break
        }
    }

    /// Writes down what the payer typed, for a session that waits for a challenge.
    static func remember(
        _ entry: CheckoutPayment.Entry, _ session: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        guard var session = account.store.object(.checkoutSession, id: session.text("id") ?? "")?.tree else { return }
        write(entry, to: &session)
        account.update(.checkoutSession, session, cause)
    }

    /// The session is over; its page cannot be used again.
    static func complete(
        _ original: JSONObject, _ entry: CheckoutPayment.Entry?, customer: String?, _ changes: JSONObject,
        _ account: inout Account, _ cause: Cause
    ) {
        var session = original
        if let entry { write(entry, to: &session) }
        for change in changes.members { session[change.name] = change.value }
        if session.text("customer") == nil { session.set("customer", customer) }
        if session.text("mode") == "payment" { CheckoutTerms.redeemDiscounts(session, &account, cause) }
        session.set("status", "complete")
        session.set("url", nil as String?)
        account.update(.checkoutSession, session, cause)
        account.emit("checkout.session.completed", .checkoutSession, id: session.text("id") ?? "", cause)
        if let link = session.text("payment_link") { PaymentLinks.count(link, &account, cause) }
    }

    /// `customer_details` with those values.
    static func details(_ values: JSONObject) -> JSONObject {
        var details = template
        for value in values.members { details[value.name] = value.value }
        return details
    }

    private static func settle(_ original: JSONObject, as status: String, _ account: inout Account, _ cause: Cause) {
        var session = original
        session.set("payment_status", status)
        account.update(.checkoutSession, session, cause)
    }

    private static func write(_ entry: CheckoutPayment.Entry, to session: inout JSONObject) {
        var details = session.object("customer_details") ?? template
        let email = session.text("customer_email") ?? details.text("email") ?? entry.email
        details.set("email", email)
        if let name = entry.name { details.set("name", name) }
        if let phone = entry.phone { details.set("phone", phone) }
        if let form = entry.address {
            var address = Addresses.address
            address.fill(from: form)
            details.set("address", address)
        }
        session.set("customer_details", details)
    }

    private static let template = JSONObject.template(
        #"""
        {"address":null,"business_name":null,"email":null,"individual_name":null,"name":null,"phone":null,
        "tax_exempt":"none","tax_ids":[]}
        """#)
}
