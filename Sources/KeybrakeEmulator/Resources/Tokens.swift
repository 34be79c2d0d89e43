internal import KeybrakeStripe

/// Tokens: a card handed over once.
///
///     create ─→ unused ─ (a charge, a customer or a payment method takes it) ─→ used
enum Tokens {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/tokens", create),
        ("GET /v1/tokens/{token}", retrieve),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        if let token = try AccountTokens.create(call.form, &account, call.cause) { return .object(token) }
        guard let form = call.form.map("card") else {
            throw .invalid(
                "You must supply either a card, customer, PII data, bank account, or account legal entity to create a "
                    + "token.")
        }
        let entry = try CardEntry(form, param: "card", now: call.now)
        var token = template
        token.set("id", account.ids.next("tok"))
        token.set("card", account.cardObject(entry, form: form, customer: nil))
        token.set("created", call.now)
        if let currency = form.given("currency"), var card = token.object("card") {
            card.set("currency", currency.lowercased())
            token.set("card", card)
        }
        account.create(.token, token, card: entry.row, call.cause)
        return .object(token)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.token, id: try account.target(.token, call).id)
    }

    /// The card that a token stands for, with an id of its own; a token of the account is used up by it.
    static func take(_ id: String, param: String, customer: String?, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> (tree: JSONObject, row: TestCard.Row)
    {
        if let row = TestCardTable.row(token: id) {
            let entry = CardEntry(row: row, now: cause.now)
            return (account.cardObject(entry, form: FormMap(), customer: customer), row)
        }
        let stored = try account.find(.token, id, param: param)
        var token = stored.tree
        guard !token.flag("used"), var card = token.object("card"), let row = stored.card else {
            throw .coded("token_already_used", "You cannot use a Stripe token more than once: \(id).", param: param)
        }
        token.set("used", true)
        account.update(.token, token, cause)
        card.set("customer", customer)
        return (card, row)
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"token","card":{},"client_ip":null,"created":0,"livemode":false,"type":"card","used":false}
        """#)
}
