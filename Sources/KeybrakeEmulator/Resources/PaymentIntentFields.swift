internal import KeybrakeStripe

/// The plain members of a PaymentIntent that create, update and confirm may set.
enum PaymentIntentFields {
    static func apply(_ form: FormMap, to intent: inout JSONObject, _ account: Account) throws(StripeError) {
        if let customer = form.given("customer") {
            _ = try account.find(.customer, customer, param: "customer")
            intent.set("customer", customer)
        }
        for name in textMembers {
            if let text = form.text(name) { intent.set(name, text.isEmpty ? nil : text) }
        }
        for name in ["capture_method", "confirmation_method"] {
            if let text = form.given(name) { intent.set(name, text) }
        }
        try apply(termsOf: form, to: &intent, account)
        intent.set("metadata", try Metadata.merge(form["metadata"], into: intent.object("metadata") ?? [:]))
        Addresses.apply(form["shipping"], as: "shipping", template: Addresses.shipping, to: &intent)
        if let card = form.map("payment_method_options")?.map("card"), var options = cardOptions(intent) {
            options.fill(from: card)
            intent["payment_method_options"] = ["card": .object(options)]
        }
        Microdeposits.takeOption(form, into: &intent)
    }

    /// Whether the payment asks for 3-D Secure where the card can do it.
    static func requestsAuthentication(_ intent: JSONObject) -> Bool {
        ["any", "challenge"].contains(cardOptions(intent)?.text("request_three_d_secure"))
    }

    private static func apply(termsOf form: FormMap, to intent: inout JSONObject, _ account: Account)
        throws(StripeError)
    {
        let terms = ConnectTerms(form, onto: ConnectTerms(intent))
        try terms.check(amount: intent.integer("amount"), account)
        terms.write(to: &intent)
        guard let given = form.map("transfer_data"), var data = intent.object("transfer_data") else { return }
        if let description = given.given("description") { data.set("description", description) }
        if let metadata = given["metadata"] { data.set("metadata", try Metadata.merge(metadata)) }
        intent.set("transfer_data", data)
    }

    /// Refuses to change what is settled.
    static func refuseLate(_ form: FormMap, _ intent: JSONObject) throws(StripeError) {
        let status = PaymentIntents.status(intent)
        guard status == .succeeded || status == .canceled || status == .requiresCapture || status == .processing else {
            return
        }
        let fixed = ["amount", "currency", "customer", "payment_method", "payment_method_data", "capture_method"]
        for name in fixed where form[name] != nil {
            throw PaymentIntents.unexpected(
                "This PaymentIntent's \(name) could not be updated because it has a status of \(status.rawValue). You "
                    + "may only update the \(name) of a PaymentIntent with one of the following statuses: "
                    + "requires_payment_method, requires_confirmation, requires_action.", intent)
        }
    }

    private static func cardOptions(_ intent: JSONObject) -> JSONObject? {
        intent["payment_method_options"]?["card"]?.objectValue
    }

    private static let textMembers = [
        "description", "receipt_email", "setup_future_usage", "statement_descriptor",
        "statement_descriptor_suffix", "transfer_group",
    ]
}
