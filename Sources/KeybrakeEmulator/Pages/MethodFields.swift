internal import KeybrakeStripe

/// The fields of payment methods: a card's, a bank account's, or the choice of another way.
enum MethodFields {
    /// The fields for methods of those types.
    static func inputs(_ types: [String], _ typed: FormMap) -> HTML {
        let others = types.filter { $0 != "card" }
        guard !others.isEmpty else { return card(typed) }
        let chosen = typed.text("payment_method_type") ?? types.first ?? "card"
        let choices = types.map { type -> HTML in
            let checked: HTML = type == chosen ? " checked" : ""
            return """
                <label class="choice" for="payment-method-\(type)"><input type="radio" name="payment_method_type" \
                id="payment-method-\(type)" value="\(type)"\(checked)>\(type)</label>
                """
        }
        return HTML(choices) + (types.contains("card") ? card(typed) : holder(typed)) + bank(others, typed)
    }

    /// The parameters of the payment method that was typed in.
    static func method(_ form: FormMap, _ types: [String], email: String?, name: String?, address: FormMap)
        throws(StripeError) -> FormMap
    {
        let type = form.given("payment_method_type") ?? types.first ?? "card"
        guard types.contains(type) || types.isEmpty else {
            throw .invalid("This way of paying is not offered here.", param: "payment_method_type")
        }
        var billing = FormMap()
        billing["email"] = email.map { .text($0) }
        billing["name"] = name.map { .text($0) }
        if !address.isEmpty { billing["address"] = .map(address) }
        var method: FormMap = ["type": .text(type)]
        if !billing.isEmpty { method["billing_details"] = .map(billing) }
        method[type] = .map(type == "card" ? try cardNumbers(form) : bankNumbers(type, form))
        return method
    }

    private static func card(_ typed: FormMap) -> HTML {
        let number = CheckoutFields.field(
            "cardNumber", "Card number", complete: "cc-number", hint: "4242 4242 4242 4242", typed)
        let expiry = CheckoutFields.field("cardExpiry", "Expires", complete: "cc-exp", hint: "MM / YY", typed)
        let code = CheckoutFields.field("cardCvc", "Security code", complete: "cc-csc", hint: "123", typed)
        let postalCode = CheckoutFields.field("billingPostalCode", "Postal code", complete: "postal-code", typed)
        return """
            \(number)<div class="pair">\(expiry)\(code)</div>\
            <div class="pair">\(holder(typed))\(postalCode)</div>
            """
    }

    private static func holder(_ typed: FormMap) -> HTML {
        CheckoutFields.field("billingName", "Name of the holder", complete: "cc-name", typed)
    }

    private static func bank(_ types: [String], _ typed: FormMap) -> HTML {
        var fields: [HTML] = []
        if types.contains("sepa_debit") {
            fields.append(CheckoutFields.field("iban", "IBAN", hint: "DE89 3704 0044 0532 0130 00", typed))
        }
        if types.contains(where: { ["acss_debit", "au_becs_debit", "bacs_debit", "us_bank_account"].contains($0) }) {
            fields.append(CheckoutFields.field("routingNumber", "Routing number", hint: "110000000", typed))
            fields.append(CheckoutFields.field("accountNumber", "Account number", hint: "000123456789", typed))
        }
        return HTML(fields)
    }

    private static func cardNumbers(_ form: FormMap) throws(StripeError) -> FormMap {
        let expiry = (form.given("cardExpiry") ?? "").filter { $0 != " " }
        let parts = expiry.split(whereSeparator: { $0 == "/" || $0 == "-" })
        guard let number = form.given("cardNumber") else {
            throw .invalid("Your card number is incomplete.", param: "cardNumber")
        }
        let isTogether = parts.count == 1 && expiry.utf8.count == 4
        guard parts.count == 2 || isTogether else {
            throw .invalid("Your card's expiration date is incomplete.", param: "cardExpiry")
        }
        guard let code = form.given("cardCvc") else {
            throw .invalid("Your card's security code is incomplete.", param: "cardCvc")
        }
        return [
            "number": .text(number), "exp_month": .text(isTogether ? String(expiry.prefix(2)) : String(parts[0])),
            "exp_year": .text(isTogether ? String(expiry.suffix(2)) : String(parts[1])), "cvc": .text(code),
        ]
    }

    private static func bankNumbers(_ type: String, _ form: FormMap) -> FormMap {
        var numbers = FormMap()
        switch type {
        case "sepa_debit": numbers["iban"] = form.given("iban").map { .text($0) }
        case "us_bank_account":
            numbers["routing_number"] = form.given("routingNumber").map { .text($0) }
            numbers["account_number"] = form.given("accountNumber").map { .text($0) }
        case "acss_debit":
            numbers["account_number"] = form.given("accountNumber").map { .text($0) }
            numbers["institution_number"] = "000"
            numbers["transit_number"] = "11000"
        case "au_becs_debit":
            numbers["bsb_number"] = form.given("routingNumber").map { .text($0) }
            numbers["account_number"] = form.given("accountNumber").map { .text($0) }
        case "bacs_debit":
            numbers["sort_code"] = form.given("routingNumber").map { .text($0) }
            numbers["account_number"] = form.given("accountNumber").map { .text($0) }
        default: break
        }
        return numbers
    }
}
