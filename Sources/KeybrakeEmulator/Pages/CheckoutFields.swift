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
        let method: HTML = asksForMethod(session) ? MethodFields.inputs(types, typed) : ""
        return email + CheckoutExtras.inputs(session, typed) + method
    }

    /// Whether there is something to pay now, or later with what is asked for now.
    private static func asksForMethod(_ session: JSONObject) -> Bool {
        switch session.text("mode") {
        case "payment": session.integer("amount_total") > 0
        case "subscription":
            session.integer("amount_total") > 0 || session.text("payment_method_collection") != "if_required"
        default: true
        }
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
        address["line1"] = form.given("billingAddressLine1").map { .text($0) }
        address["city"] = form.given("billingLocality").map { .text($0) }
        address["postal_code"] = form.given("billingPostalCode").map { .text($0) }
        address["country"] = form.given("billingCountry").map { .text($0) }
        let name = form.given("billingName")
        let types = (session["payment_method_types"]?.arrayValue ?? []).compactMap(\.stringValue)
        return CheckoutPayment.Entry(
            email: email, name: name, phone: form.given("phoneNumber"), address: address.isEmpty ? nil : address,
            method: asksForMethod(session)
                ? try MethodFields.method(
                    form, types, email: email ?? session.text("customer_email"), name: name, address: address)
                : FormMap())
    }

    /// Takes over the quantities, the way of shipping and the promotion code that the payer chose.
    ///
    /// - Returns: the session with its new totals.
    static func takeOrder(_ form: FormMap, _ original: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject
    {
        // What is being paid stays as it is.
        guard original.text("payment_intent") == nil else { return original }
        var session = original
        var record = SaleRecord(of: session.text("id") ?? "", in: account)
        for (index, item) in record.items.enumerated() {
            guard let choice = LineItems.choice(item),
                let quantity = form.map("quantity")?.integer(item.text("id") ?? "")
            else { continue }
            guard choice.contains(quantity) else {
                throw .invalid("The quantity must be between \(choice.lowerBound) and \(choice.upperBound).")
            }
            record.items[index] = LineItems.changed(item, quantity: quantity)
        }
        CheckoutExtras.takeShipping(form, in: &session)
        if let code = form.given("promotionCode"), session["allow_promotion_codes"] == true {
            try takePromotion(code, in: &session, account)
        }
        guard session != original || record.items != SaleRecord(of: record.owner, in: account).items else {
            return original
        }
        try SaleTotals.apply(&record, to: &session, account)
        record.save(&account, cause)
        account.update(.checkoutSession, session, cause)
        return session
    }

    /// Finds a promotion code by the word that customers type.
    private static func takePromotion(_ code: String, in session: inout JSONObject, _ account: Account)
        throws(StripeError)
    {
        let all = account.store.collection("promotion_code")?.objects ?? []
        let found = all.last { promotion in
            promotion.text("code")?.lowercased() == code.lowercased() && promotion.tree["active"] == true
        }
        guard let found else { throw .invalid("This code is invalid.", param: "promotionCode") }
        try CheckoutTerms.setDiscounts(.list([.map(["promotion_code": .text(found.id)])]), in: &session, account)
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
