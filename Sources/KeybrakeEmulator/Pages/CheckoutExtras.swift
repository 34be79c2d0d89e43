internal import KeybrakeStripe

/// What sellers may ask for beside the payment: telephone, addresses, questions of their own, consent, a code.
enum CheckoutExtras {
    /// The fields that the session asks for.
    static func inputs(_ session: JSONObject, _ typed: FormMap) -> HTML {
        var fields: [HTML] = []
        if session["phone_number_collection"]?["enabled"] == true {
            fields.append(CheckoutFields.field("phoneNumber", "Telephone", kind: "tel", complete: "tel", typed))
        }
        if session.object("shipping_address_collection") != nil {
            fields.append(address("shipping", "Ship to", countries(session), typed))
        }
        if session.text("billing_address_collection") == "required" {
            fields.append(address("billing", "Billing address", [], typed))
        }
        fields += (session["custom_fields"]?.arrayValue ?? []).compactMap(\.objectValue).map { custom($0, typed) }
        fields.append(shipping(session, typed))
        if session["consent_collection"]?["terms_of_service"] == "required" {
            fields.append(
                """
                <label class="choice" for="termsOfServiceConsentCheckbox"><input type="checkbox" value="accepted" \
                id="termsOfServiceConsentCheckbox" name="termsOfServiceConsentCheckbox">I agree to the terms of service\
                </label>
                """)
        }
        return HTML(fields)
    }

    /// The field and button of a promotion code, where one may be entered.
    static func promotion(_ session: JSONObject, _ typed: FormMap) -> HTML {
        guard session["allow_promotion_codes"] == true else { return "" }
        return """
            \(CheckoutFields.field("promotionCode", "Promotion code", typed))\
            <button type="submit" name="action" value="promotion" id="apply" class="quiet">Apply</button>
            """
    }

    /// Takes over the answers.
    ///
    /// - Returns: the session with them in it.
    /// - Throws: a 400 for what is missing.
    static func take(_ form: FormMap, _ original: JSONObject) throws(StripeError) -> JSONObject {
        var session = original
        if session.object("shipping_address_collection") != nil {
            let details = try shippingDetails(form, countries(session))
            var collected = session.object("collected_information") ?? [:]
            for name in ["business_name", "individual_name"] where collected[name] == nil { collected[name] = .null }
            collected.set("shipping_details", details)
            session.set("collected_information", collected)
        }
        let answered = try (session["custom_fields"]?.arrayValue ?? []).compactMap(\.objectValue).map {
            field throws(StripeError) in try answer(field, form)
        }
        session["custom_fields"] = .array(answered)
        if session["consent_collection"]?["terms_of_service"] == "required" {
            guard form.given("termsOfServiceConsentCheckbox") != nil else {
                throw .invalid("Please accept the terms of service.", param: "termsOfServiceConsentCheckbox")
            }
            session["consent"] = ["promotions": nil, "terms_of_service": "accepted"]
        }
        return session
    }

    /// Takes over the way of shipping that was chosen.
    static func takeShipping(_ form: FormMap, in session: inout JSONObject) {
        guard let wanted = form.given("shippingRate") else { return }
        let option = session["shipping_options"]?.arrayValue?.first { $0["shipping_rate"]?.stringValue == wanted }
        CheckoutTerms.chooseShipping(option, in: &session)
    }

    private static func countries(_ session: JSONObject) -> [String] {
        session["shipping_address_collection"]?["allowed_countries"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static func address(_ kind: String, _ title: String, _ countries: [String], _ typed: FormMap) -> HTML {
        let country = CheckoutFields.field(
            "\(kind)Country", "Country", complete: "country", hint: countries.first ?? "US", typed)
        let name = CheckoutFields.field("\(kind)Name", "Name", complete: "name", typed)
        let line = CheckoutFields.field("\(kind)AddressLine1", "Address", complete: "address-line1", typed)
        let city = CheckoutFields.field("\(kind)Locality", "City", complete: "address-level2", typed)
        let code = CheckoutFields.field("\(kind)PostalCode", "Postal code", complete: "postal-code", typed)
        // The card's own fields ask for the holder's name and postal code already.
        guard kind == "shipping" else { return "<h2>\(title)</h2>\(line)<div class=\"pair\">\(city)\(country)</div>" }
        return "<h2>\(title)</h2>\(name)\(line)<div class=\"pair\">\(code)\(city)</div>\(country)"
    }

    private static func shippingDetails(_ form: FormMap, _ countries: [String]) throws(StripeError) -> JSONObject {
        guard let name = form.given("shippingName"), let line = form.given("shippingAddressLine1") else {
            throw .invalid("Your shipping address is incomplete.", param: "shippingAddressLine1")
        }
        let country = form.given("shippingCountry") ?? countries.first ?? "US"
        guard countries.contains(country) else {
            throw .invalid("We do not ship to \(country.prefix(60)).", param: "shippingCountry")
        }
        var address = Addresses.address
        address.set("city", form.given("shippingLocality"))
        address.set("country", country)
        address.set("line1", line)
        address.set("postal_code", form.given("shippingPostalCode"))
        return ["address": .object(address), "name": .string(name)]
    }

    private static func custom(_ field: JSONObject, _ typed: FormMap) -> HTML {
        let type = field.text("type") ?? "text"
        let key = field.text("key") ?? ""
        let label = field["label"]?["custom"]?.stringValue ?? key
        guard type == "dropdown" else { return CheckoutFields.field("custom-\(key)", label, typed) }
        let options = (field["dropdown"]?["options"]?.arrayValue ?? []).map { option -> HTML in
            "<option value=\"\(option["value"]?.stringValue ?? "")\">\(option["label"]?.stringValue ?? "")</option>"
        }
        return """
            <label for="custom-\(key)">\(label)<select id="custom-\(key)" name="custom-\(key)">\
            <option value=""></option>\(HTML(options))</select></label>
            """
    }

    private static func answer(_ field: JSONObject, _ form: FormMap) throws(StripeError) -> JSONValue {
        let type = field.text("type") ?? "text"
        let key = field.text("key") ?? ""
        let label = field["label"]?["custom"]?.stringValue ?? key
        var details = field.object(type) ?? [:]
        let value = form.given("custom-\(key)") ?? details.text("default_value")
        guard value != nil || field.flag("optional") else { throw .invalid("\(label) is required.", param: key) }
        let isNumber = value?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? true
        let length = Int64(value?.count ?? 0)
        let fits =
            (type != "numeric" || isNumber)
            && (value == nil || length >= details["minimum_length"]?.integerValue ?? 0)
            && length <= details["maximum_length"]?.integerValue ?? 255
            && (type != "dropdown" || value == nil || offers(value, details))
        guard fits else { throw .invalid("\(label) is not valid.", param: key) }
        details.set("value", value)
        var field = field
        field.set(type, details)
        return .object(field)
    }

    private static func offers(_ value: String?, _ details: JSONObject) -> Bool {
        details["options"]?.arrayValue?.contains { $0["value"]?.stringValue == value } ?? false
    }

    private static func shipping(_ session: JSONObject, _ typed: FormMap) -> HTML {
        let options = session["shipping_options"]?.arrayValue ?? []
        guard options.count > 1 else { return "" }
        let chosen = session["shipping_cost"]?["shipping_rate"]?.stringValue
        let currency = session.text("currency") ?? "usd"
        return HTML(
            options.map { option in
                let rate = option["shipping_rate"]?.stringValue ?? ""
                let checked: HTML = rate == chosen ? " checked" : ""
                let amount = PageMoney.text(option["shipping_amount"]?.integerValue ?? 0, currency)
                return """
                    <label class="choice" for="shipping-\(rate)"><input type="radio" name="shippingRate" \
                    id="shipping-\(rate)" value="\(rate)"\(checked)>Shipping \(amount)</label>
                    """
            })
    }
}
