internal import KeybrakeStripe

/// Who is at the other end of a flow of money.
enum TreasuryParties {
    /// A bank account, by its payment method.
    static func bank(_ method: JSONObject, network: String) -> JSONObject {
        let billing = method.object("billing_details") ?? BillingDetails.blank
        var details: JSONObject = [
            "account_holder_type": nil, "account_type": nil, "bank_name": nil, "fingerprint": nil, "last4": nil,
        ]
        for member in method.object("us_bank_account")?.members ?? [] where details[member.name] != nil {
            details[member.name] = member.value
        }
        details.set("network", network)
        details.set("routing_number", method["us_bank_account"]?["routing_number"]?.stringValue)
        return [
            "billing_details": [
                "address": billing["address"] ?? [:], "email": billing["email"] ?? .null,
                "name": billing["name"] ?? .null,
            ],
            "type": "us_bank_account", "us_bank_account": .object(details),
        ]
    }

    /// Another financial account.
    static func financialAccount(_ id: String) -> JSONObject {
        [
            "billing_details": ["address": BillingDetails.blank["address"] ?? [:], "email": nil, "name": nil],
            "financial_account": ["id": .string(id), "network": "stripe"], "type": "financial_account",
        ]
    }

    /// Where an outbound flow goes, as its parameters say.
    ///
    /// - Returns: the payment method, if it is one, and the details that the flow shows.
    static func destination(_ call: Call, _ account: inout Account) throws(StripeError)
        -> (method: String?, details: JSONObject)
    {
        let network =
            call.form.map("destination_payment_method_options")?.map("us_bank_account")?.given("network") ?? "ach"
        if let id = call.form.given("destination_payment_method") {
            let method = try account.find(.paymentMethod, id, param: "destination_payment_method")
            guard method.text("type") == "us_bank_account" else {
                throw .invalid("Money goes to a us_bank_account.", param: "destination_payment_method")
            }
            return (id, bank(method.tree, network: network))
        }
        let param = "destination_payment_method_data"
        guard let data = call.form.map(param) else { throw .parameterMissing("destination_payment_method") }
        if data.given("type") == "financial_account" {
            guard let id = data.given("financial_account") else {
                throw .parameterMissing("\(param)[financial_account]")
            }
            return (nil, financialAccount(id))
        }
        var method = try PaymentMethods.make(data, param: "\(param)[us_bank_account]", &account, call.cause).tree
        if let number = data.map("us_bank_account")?.given("routing_number"), var own = method.object("us_bank_account")
        {
            own.set("routing_number", number)
            method.set("us_bank_account", own)
        }
        return (nil, bank(method, network: network))
    }
}
