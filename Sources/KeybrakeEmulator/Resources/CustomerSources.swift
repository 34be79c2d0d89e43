internal import KeybrakeStripe

/// The cards of a customer, as `sources` and as the older `cards`.
///
///     token ─ create ─→ card of the customer ─ update … ─ delete ─→ gone
enum CustomerSources {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/customers/{customer}/sources", create),
        ("POST /v1/customers/{customer}/cards", create),
        ("GET /v1/customers/{customer}/sources", list),
        ("GET /v1/customers/{customer}/cards", list),
        ("GET /v1/customers/{customer}/sources/{id}", retrieve),
        ("GET /v1/customers/{customer}/cards/{id}", retrieve),
        ("POST /v1/customers/{customer}/sources/{id}", update),
        ("POST /v1/customers/{customer}/cards/{id}", update),
        ("DELETE /v1/customers/{customer}/sources/{id}", delete),
        ("DELETE /v1/customers/{customer}/cards/{id}", delete),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.find(.customer, call.pathValue(), param: "customer", status: 404)
        guard let source = call.form["source"] ?? call.form["card"] else { throw .parameterMissing("source") }
        let id = try add(source, param: "source", to: customer.id, isDefault: false, &account, call.cause)
        return .stored(.card, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.find(.customer, call.pathValue(), param: "customer", status: 404)
        let path = call.operation.pathTemplate.hasSuffix("/cards") ? "cards" : "sources"
        return try account.page(
            .card, call, url: "/v1/customers/\(customer.id)/\(path)",
            filters: [("customer", customer.id), ("object", call.form.given("object"))])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.card, id: try target(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        var card = stored.tree
        for name in [
            "address_city", "address_country", "address_line1", "address_line2", "address_state",
            "address_zip", "name",
        ] {
            if let text = call.form.text(name) { card.set(name, text.isEmpty ? nil : text) }
        }
        if let month = call.form.integer("exp_month") { card.set("exp_month", month) }
        if let year = call.form.integer("exp_year") { card.set("exp_year", year) }
        card.set("metadata", try Metadata.merge(call.form["metadata"], into: card.object("metadata") ?? [:]))
        account.update(.card, card, event: "customer.source.updated", call.cause)
        return .stored(.card, id: stored.id)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        let customer = stored.text("customer") ?? ""
        let answer = account.delete(.card, id: stored.id, event: "customer.source.deleted", call.cause)
        Customers.forgetDefault(stored.id, of: customer, &account, call.cause)
        return .object(answer)
    }

    /// Gives a customer the card of a token (or one that is typed in) and returns its id.
    ///
    /// - Parameter isDefault: a customer's first card becomes the default anyway.
    @discardableResult
    static func add(
        _ source: FormValue, param: String, to customer: String, isDefault: Bool, _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) -> String {
        var card: JSONObject
        let row: TestCard.Row
        if let token = source.text {
            (card, row) = try Tokens.take(token, param: param, customer: customer, &account, cause)
        } else {
            let form = source.map ?? FormMap()
            let entry = try CardEntry(form, param: param, now: cause.now)
            card = account.cardObject(entry, form: form, customer: customer)
            row = entry.row
        }
        if !TestCardTable[row].isAttachable, let decline = TestCardTable[row].declineOnCharge {
            throw decline.error()
        }
        card.set("customer", customer)
        account.create(.card, card, event: "customer.source.created", card: row, cause)
        let id = card.text("id") ?? ""
        if var owner = account.store.object(.customer, id: customer)?.tree,
            isDefault || owner.text("default_source") == nil
        {
            owner.set("default_source", id)
            account.update(.customer, owner, cause)
        }
        return id
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        let customer = try account.find(.customer, call.pathValue(), param: "customer", status: 404)
        let card = try account.find(.card, call.pathValue(1), param: "id", status: 404)
        guard card.text("customer") == customer.id else {
            throw .missing("source", id: card.id, param: "id")
        }
        return card
    }
}
