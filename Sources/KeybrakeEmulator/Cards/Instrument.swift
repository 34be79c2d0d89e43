internal import KeybrakeStripe

/// What a payment is made with: a card of a customer, a card from a token, or a payment method.
struct Instrument: Sendable {
    /// `card_…` or `pm_…`.
    let id: String
    let kind: ObjectKind
    /// `card`, or another type of payment method.
    let type: String
    let row: TestCard.Row
    let expMonth: Int64
    let expYear: Int64
    let fingerprint: String
    let checks: JSONObject
    let billingDetails: JSONObject
    let customer: String?
    /// The cardholder has agreed to payments in their absence.
    let isSetUp: Bool
    /// The object itself, as a charge shows it in `source`.
    let tree: JSONObject

    var card: TestCard { TestCardTable[row] }

    /// The end of a bank account's number; empty for other methods.
    var accountLast4: String { tree[type]?["last4"]?.stringValue ?? "" }

    init(_ object: StoredObject, kind: ObjectKind) {
        self.init(tree: object.tree, kind: kind, row: object.card, isSetUp: object.isSetUp)
    }

    init(tree: JSONObject, kind: ObjectKind, row: TestCard.Row?, isSetUp: Bool = false) {
        self.tree = tree
        self.isSetUp = isSetUp
        self.kind = kind
        type = kind == .paymentMethod ? tree.text("type") ?? "card" : "card"
        id = tree.text("id") ?? ""
        customer = tree.text("customer")
        let details = kind == .paymentMethod ? tree.object("card") ?? JSONObject() : tree
        expMonth = details.integer("exp_month")
        expYear = details.integer("exp_year")
        fingerprint = details.text("fingerprint") ?? ""
        self.row = row ?? TestCardTable.visa
        if kind == .paymentMethod {
            checks = details.object("checks") ?? JSONObject()
            billingDetails = tree.object("billing_details") ?? BillingDetails.blank
        } else {
            checks = [
                "address_line1_check": tree["address_line1_check"] ?? .null,
                "address_postal_code_check": tree["address_zip_check"] ?? .null,
                "cvc_check": tree["cvc_check"] ?? .null,
            ]
            billingDetails = BillingDetails.of(card: tree)
        }
    }

    /// `payment_method_details` of a charge, and `payment_method_details.card` of it.
    func paymentMethodDetails(amount: Int64, transactionID: String, isAuthenticated: Bool) -> JSONObject {
        guard type == "card" else { return [type: .object(otherDetails), "type": .string(type)] }
        var details = Self.detailsTemplate
        details.set("amount_authorized", amount)
        details.set("brand", card.brand)
        details.set("checks", checks)
        details.set("country", card.country)
        details.set("exp_month", expMonth)
        details.set("exp_year", expYear)
        details.set("fingerprint", fingerprint)
        details.set("funding", card.funding)
        details.set("last4", card.last4)
        details.set("network", card.brand)
        details.set("network_transaction_id", transactionID)
        if isAuthenticated { details.set("three_d_secure", Self.threeDSecureTemplate) }
        details["overcapture"] = ["maximum_amount_capturable": .integer(amount), "status": "unavailable"]
        return ["card": .object(details), "type": "card"]
    }

    /// What the charge shows of a method that is no card: what the method shows, as far as charges have it.
    private var otherDetails: JSONObject {
        let name = "payment_method_details_\(type)"
        var filler = ShapeFiller(now: 0, ids: IDSource(seed: 0, name: id))
        var details = filler.object(ofResource: name)
        for member in tree.object(type)?.members ?? [] where details[member.name] != nil {
            details[member.name] = member.value
        }
        return details
    }

    private static let threeDSecureTemplate = JSONObject.template(
        #"""
        {"authentication_flow":"challenge","electronic_commerce_indicator":"05","exemption_indicator":null,
        "result":"authenticated","result_reason":null,"transaction_id":null,"version":"2.2.0"}
        """#)

    private static let detailsTemplate = JSONObject.template(
        #"""
        {"amount_authorized":0,"authorization_code":null,"brand":"","checks":{},"country":"","exp_month":0,
        "exp_year":0,"extended_authorization":{"status":"disabled"},"fingerprint":"","funding":"",
        "incremental_authorization":{"status":"unavailable"},"installments":null,"last4":"","mandate":null,
        "multicapture":{"status":"unavailable"},"network":"","network_token":{"used":false},
        "network_transaction_id":"","overcapture":{},"regulated_status":"unregulated","three_d_secure":null,
        "wallet":null}
        """#)
}

/// The `billing_details` of payment methods and charges.
enum BillingDetails {
    static let blank = JSONObject.template(
        #"""
        {"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null},
        "email":null,"name":null,"phone":null,"tax_id":null}
        """#)

    /// What a card object says of its holder.
    static func of(card: JSONObject) -> JSONObject {
        var details = blank
        details["address"] = [
            "city": card["address_city"] ?? .null, "country": card["address_country"] ?? .null,
            "line1": card["address_line1"] ?? .null, "line2": card["address_line2"] ?? .null,
            "postal_code": card["address_zip"] ?? .null, "state": card["address_state"] ?? .null,
        ]
        details["name"] = card["name"] ?? .null
        return details
    }
}
