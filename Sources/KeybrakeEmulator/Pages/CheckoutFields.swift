internal import KeybrakeStripe

/// What a Checkout page asks its payer for, and reading it. The fields' ids are those of Stripe's own page, so that a
/// browser test finds them.
enum CheckoutFields {
    /// The fields that the session needs.
    static func inputs(_ session: JSONObject, _ typed: FormMap) -> HTML {
        let known = session.text("customer_email") ?? session["customer_details"]?["email"]?.stringValue
        let isKnown = session.text("customer") != nil || session.text("customer_email") != nil
        let email: HTML =
            isKnown
            ? "<p class=\"soft\">\(known ?? "")</p>"
            : field("email", "E-mail", kind: "email", complete: "email", typed, required: true)
        let types = (session["payment_method_types"]?.arrayValue ?? []).compactMap(\.stringValue)
        return email + MethodFields.inputs(types, typed)
    }

    /// What was typed.
    ///
    /// - Throws: a 400 for what is missing.
    static func entry(_ form: FormMap, _ session: JSONObject, _ cause: Cause) throws(StripeError)
        -> CheckoutPayment.Entry
    {
        let isKnown = session.text("customer") != nil || session.text("customer_email") != nil
        let email = form.given("email")
        guard isKnown || email?.contains("@") == true else {
            throw .invalid("Your e-mail is incomplete.", param: "email")
        }
        var address = FormMap()
        address["postal_code"] = form.given("billingPostalCode").map { .text($0) }
        address["country"] = form.given("billingCountry").map { .text($0) }
        let name = form.given("billingName")
        let types = (session["payment_method_types"]?.arrayValue ?? []).compactMap(\.stringValue)
        return CheckoutPayment.Entry(
            email: email, name: name, phone: nil, address: address.isEmpty ? nil : address,
            method: try MethodFields.method(
                form, types, email: email ?? session.text("customer_email"), name: name, address: address))
    }

    /// Takes over the quantities that the payer chose.
    ///
    /// - Returns: the session with its new totals.
    static func takeQuantities(_ form: FormMap, _ session: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject
    {
        guard let given = form.map("quantity"), session.text("payment_intent") == nil else { return session }
        var record = SaleRecord(of: session.text("id") ?? "", in: account)
        for (index, item) in record.items.enumerated() {
            guard let choice = LineItems.choice(item), let quantity = given.integer(item.text("id") ?? "") else {
                continue
            }
            guard choice.contains(quantity) else {
                throw .invalid("The quantity must be between \(choice.lowerBound) and \(choice.upperBound).")
            }
            record.items[index] = LineItems.changed(item, quantity: quantity)
        }
        record.items = SaleTotals.today(record.items, record.form)
        var changed = session
        try SaleTotals.apply(record, to: &changed, account)
        record.save(&account, cause)
        account.update(.checkoutSession, changed, cause)
        return changed
    }

    /// One labelled text field.
    static func field(
        _ name: String, _ label: String, kind: String = "text", complete: String = "off", hint: String = "",
        _ typed: FormMap, required: Bool = false
    ) -> HTML {
        let attribute: HTML = required ? " required" : ""
        return """
            <label for="\(name)">\(label)<input type="\(kind)" id="\(name)" name="\(name)" autocomplete="\(complete)" \
            placeholder="\(hint)" value="\(typed.text(name) ?? "")"\(attribute)></label>
            """
    }
}
