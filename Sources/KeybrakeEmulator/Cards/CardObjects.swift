internal import KeybrakeStripe

/// Writes a card down as the two objects that Stripe has for it.
extension Account {
    /// A new `card` object, not remembered yet.
    mutating func cardObject(_ entry: CardEntry, form: FormMap, customer: String?) -> JSONObject {
        var object = Self.cardTemplate
        object.set("id", ids.next("card"))
        for name in Self.addressMembers {
            if let text = form.given(name) { object.set(name, text) }
        }
        object.set("address_line1_check", entry.hasLine1 ? entry.card.checks.line1 : nil)
        object.set("address_zip_check", entry.hasPostalCode ? entry.card.checks.postalCode : nil)
        object.set("brand", Self.legacyBrand(entry.card))
        object.set("country", entry.card.country)
        object.set("customer", customer)
        object.set("cvc_check", entry.hasCVC ? entry.card.checks.cvc : nil)
        object.set("exp_month", entry.expMonth)
        object.set("exp_year", entry.expYear)
        object.set("fingerprint", fingerprint(entry.card.number))
        object.set("funding", entry.card.funding)
        object.set("last4", entry.card.last4)
        object.set("name", entry.name)
        return object
    }

    /// The `card` member of a payment method.
    func paymentMethodCard(_ entry: CardEntry, billingDetails: JSONObject) -> JSONObject {
        let hasPostalCode = entry.hasPostalCode || billingDetails["address"]?["postal_code"]?.stringValue != nil
        let hasLine1 = entry.hasLine1 || billingDetails["address"]?["line1"]?.stringValue != nil
        var object = Self.paymentMethodCardTemplate
        object.set("brand", entry.card.brand)
        object["checks"] = [
            "address_line1_check": JSONValue(hasLine1 ? entry.card.checks.line1 : nil),
            "address_postal_code_check": JSONValue(hasPostalCode ? entry.card.checks.postalCode : nil),
            "cvc_check": JSONValue(entry.hasCVC ? entry.card.checks.cvc : nil),
        ]
        object.set("country", entry.card.country)
        object.set("display_brand", entry.card.brand == "amex" ? "american_express" : entry.card.brand)
        object.set("exp_month", entry.expMonth)
        object.set("exp_year", entry.expYear)
        object.set("fingerprint", fingerprint(entry.card.number))
        object.set("funding", entry.card.funding)
        object.set("last4", entry.card.last4)
        object["networks"] = ["available": [.string(entry.card.brand)], "preferred": nil]
        return object
    }

    /// The same number has the same fingerprint within an account, and another one elsewhere.
    func fingerprint(_ number: String) -> String {
        var source = IDSource(seed: seed, name: number)
        return source.letters(16)
    }

    private static func legacyBrand(_ card: TestCard) -> String {
        card.brandDisplayName
    }

    private static let addressMembers = [
        "address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip",
    ]

    private static let cardTemplate = JSONObject.template(
        #"""
        {"id":"","object":"card","address_city":null,"address_country":null,"address_line1":null,
        "address_line1_check":null,"address_line2":null,"address_state":null,"address_zip":null,
        "address_zip_check":null,"brand":"","country":"","customer":null,"cvc_check":null,"dynamic_last4":null,
        "exp_month":0,"exp_year":0,"fingerprint":"","funding":"","last4":"","metadata":{},"name":null,
        "regulated_status":"unregulated","tokenization_method":null,"wallet":null}
        """#)

    private static let paymentMethodCardTemplate = JSONObject.template(
        #"""
        {"brand":"","checks":{},"country":"","display_brand":"","exp_month":0,"exp_year":0,"fingerprint":"",
        "funding":"","generated_from":null,"last4":"","networks":{},"regulated_status":"unregulated",
        "three_d_secure_usage":{"supported":true},"wallet":null}
        """#)
}
