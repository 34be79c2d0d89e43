internal import KeybrakeStripe

/// Payment methods.
///
///     create ─→ loose ─ attach ─→ of a customer ─ detach ─→ gone (retrievable, never attached again)
///                 └─ a payment without set-up uses it up
enum PaymentMethods {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/payment_methods", create),
        ("GET /v1/payment_methods", list),
        ("GET /v1/payment_methods/{payment_method}", retrieve),
        ("POST /v1/payment_methods/{payment_method}", update),
        ("POST /v1/payment_methods/{payment_method}/attach", attach),
        ("POST /v1/payment_methods/{payment_method}/detach", detach),
        ("GET /v1/customers/{customer}/payment_methods", listOfCustomer),
        ("GET /v1/customers/{customer}/payment_methods/{payment_method}", retrieveOfCustomer),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let method = try make(call.form, param: "", &account, call.cause)
        return .stored(.paymentMethod, id: method.id)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.paymentMethod, id: try target(call, &account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, &account)
        var method = stored.tree
        guard method.text("customer") != nil else {
            throw .invalid("You must save this PaymentMethod to a customer before you can update it.")
        }
        method.set("metadata", try Metadata.merge(call.form["metadata"], into: method.object("metadata") ?? [:]))
        if let form = call.form.map("billing_details") {
            var details = method.object("billing_details") ?? BillingDetails.blank
            details.fill(from: form)
            method.set("billing_details", details)
        }
        if let form = call.form.map("card"), var card = method.object("card") {
            if let month = form.integer("exp_month") { card.set("exp_month", month) }
            if let year = form.integer("exp_year") { card.set("exp_year", year) }
            method.set("card", card)
        }
        account.update(.paymentMethod, method, event: "payment_method.updated", call.cause)
        return .stored(.paymentMethod, id: stored.id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        if let customer = call.form.given("customer") {
            _ = try account.find(.customer, customer, param: "customer")
        }
        return try account.page(
            .paymentMethod, call, url: "/v1/payment_methods",
            filters: [("customer", call.form.given("customer")), ("type", call.form.given("type"))]
        ) { call.form.given("customer") != nil || $0.text("customer") != nil }
    }

    static func listOfCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.find(.customer, call.pathValue(), param: "customer", status: 404)
        return try account.page(
            .paymentMethod, call, url: "/v1/customers/\(customer.id)/payment_methods",
            filters: [("customer", customer.id), ("type", call.form.given("type"))])
    }

    static func retrieveOfCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.find(.customer, call.pathValue(), param: "customer", status: 404)
        let id = call.pathValue(1)
        let method = try account.find(.paymentMethod, id, param: "payment_method", status: 404)
        guard method.text("customer") == customer.id else {
            throw .missing("PaymentMethod", id: id, param: "payment_method")
        }
        return .stored(.paymentMethod, id: id)
    }

    static func attach(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try call.form.required("customer")
        _ = try account.find(.customer, customer, param: "customer")
        let method = try target(call, &account)
        try attach(method.id, to: customer, &account, call.cause)
        return .stored(.paymentMethod, id: method.id)
    }

    static func detach(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, &account)
        var method = stored.tree
        guard let customer = method.text("customer") else {
            throw .invalid(
                "The payment method you provided is not attached to a customer so detachment is impossible.",
                param: "payment_method")
        }
        method.set("customer", nil as String?)
        account.update(.paymentMethod, method, event: "payment_method.detached", call.cause)
        account.spend(.paymentMethod, id: stored.id)
        Mandates.end(of: stored.id, &account, call.cause)
        Customers.forgetDefault(stored.id, of: customer, &account, call.cause)
        return .stored(.paymentMethod, id: stored.id)
    }

    /// Gives a method to a customer, as the attach call and saving during a payment do.
    static func attach(_ id: String, to customer: String, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let stored = try account.find(.paymentMethod, id, param: "payment_method")
        var method = stored.tree
        if method.text("customer") == customer { return }
        guard method.text("customer") == nil else {
            throw .invalid(
                "The payment method you provided has already been attached to a customer.", param: "payment_method")
        }
        guard !stored.isSpent else { throw reused }
        if let row = stored.card, !TestCardTable[row].isAttachable, let decline = TestCardTable[row].declineOnCharge {
            throw decline.error()
        }
        method.set("customer", customer)
        account.update(.paymentMethod, method, event: "payment_method.attached", cause)
    }

    /// Makes a payment method from the parameters of a create call or of `payment_method_data`.
    static func make(_ form: FormMap, param: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> StoredObject
    {
        let type = form.given("type") ?? (form["card"] == nil ? nil : "card")
        let prefix = { (name: String) in param.isEmpty ? name : "\(param)[\(name)]" }
        guard let type else { throw .parameterMissing(prefix("type")) }
        guard type == "card" else { return try makeOther(type, form, param: prefix(type), &account, cause) }
        guard let card = form.map("card") else { throw .parameterMissing(prefix("card")) }
        let metadata = try Metadata.merge(form["metadata"])
        var details = BillingDetails.blank
        if let given = form.map("billing_details") { details.fill(from: given) }
        let entry: CardEntry
        if let token = card.given("token") {
            let taken = try Tokens.take(token, param: prefix("card[token]"), customer: nil, &account, cause)
            entry = CardEntry(row: taken.row, now: cause.now)
        } else {
            entry = try CardEntry(card, param: prefix("card"), now: cause.now)
        }
        return make(entry, billingDetails: details, metadata: metadata, &account, cause)
    }

    /// Makes a payment method that is no card.
    private static func makeOther(
        _ type: String, _ form: FormMap, param: String, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> StoredObject {
        let metadata = try Metadata.merge(form["metadata"])
        var billing = BillingDetails.blank
        if let given = form.map("billing_details") { billing.fill(from: given) }
        let details = try MethodType.details(
            type, form.map(type) ?? FormMap(), param: param, &account, now: cause.now)
        var method = template
        method.set("id", account.ids.next("pm"))
        method.set("billing_details", billing)
        method["card"] = nil
        method.set(type, details)
        method.set("created", cause.now)
        method.set("metadata", metadata)
        method.set("type", type)
        return account.create(.paymentMethod, method, cause)
    }

    /// The method that a parameter names; `pm_card_…` makes a new one.
    static func resolve(_ id: String, param: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> StoredObject
    {
        if id.hasPrefix("pm_card_"), account.store.position(.paymentMethod, id: id) == nil,
            let row = TestCardTable.row(token: id)
        {
            let entry = CardEntry(row: row, now: cause.now)
            return make(entry, billingDetails: BillingDetails.blank, metadata: JSONObject(), &account, cause)
        }
        if account.store.position(.paymentMethod, id: id) == nil, let form = TestBankAccounts.form(named: id) {
            return try make(form, param: "", &account, cause)
        }
        return try account.find(.paymentMethod, id, param: param)
    }

    /// A loose method that was used once, or one that was detached, stays used.
    static var reused: StripeError {
        .invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
                + "with a connected account without Customer attachment, or was detached from a Customer. It may not "
                + "be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
            param: "payment_method")
    }

    private static func make(
        _ entry: CardEntry, billingDetails: JSONObject, metadata: JSONObject, _ account: inout Account, _ cause: Cause
    ) -> StoredObject {
        var method = template
        method.set("id", account.ids.next("pm"))
        method.set("billing_details", billingDetails)
        method.set("card", account.paymentMethodCard(entry, billingDetails: billingDetails))
        method.set("created", cause.now)
        method.set("metadata", metadata)
        return account.create(.paymentMethod, method, card: entry.row, cause)
    }

    private static func target(_ call: Call, _ account: inout Account) throws(StripeError) -> StoredObject {
        do {
            return try resolve(call.pathValue(), param: "payment_method", &account, call.cause)
        } catch {
            throw .missing("PaymentMethod", id: call.pathValue(), param: "payment_method")
        }
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"payment_method","allow_redisplay":"unspecified","billing_details":{},"card":{},"created":0,
        "customer":null,"customer_account":null,"livemode":false,"metadata":{},"type":"card"}
        """#)
}
