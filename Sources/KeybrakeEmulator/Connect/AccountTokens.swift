internal import KeybrakeStripe

/// Tokens that stand for what is said of an account or a person, rather than for a card.
enum AccountTokens {
    /// What a token stands for is kept beside it: answers do not show it.
    private static let contents = ObjectKind("keybrake.token_contents")

    /// The token for the parameters, when they are of that sort.
    static func create(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError) -> JSONObject? {
        var token: JSONObject = [
            "id": "", "object": "token", "client_ip": nil, "created": .integer(cause.now), "livemode": false,
            "type": "", "used": false,
        ]
        if let bank = form.map("bank_account") {
            var object = try BankAccounts.object(bank, param: "bank_account", account)
            object.set("id", account.ids.next("ba"))
            token.set("id", account.ids.next("btok"))
            token.set("bank_account", object)
            token.set("type", "bank_account")
        } else if let (name, prefix) = kinds.first(where: { form.map($0.name) != nil }), let given = form.map(name) {
            let id = account.ids.next(prefix)
            token.set("id", id)
            token.set("type", name)
            let kept: JSONObject = [
                "id": .string(id), "object": .string(contents.name), "form": json(.map(given)),
            ]
            account.store.insert(contents, StoredObject(id: id, created: cause.now, bytes: kept.bytes))
        } else {
            return nil
        }
        account.create(.token, token, cause)
        return token
    }

    /// The parameters of an account, with what its `account_token` says.
    static func unpacked(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError) -> FormMap {
        guard let id = form.given("account_token") else { return form }
        let said = try take(id, param: "account_token", &account, cause)
        var fields = form.fields.filter { $0.name != "account_token" }
        fields += said.fields.filter { $0.name != "tos_shown_and_accepted" }
        return FormMap(fields)
    }

    /// The parameters of a person, with what their `person_token` says.
    static func unpackedPerson(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> FormMap
    {
        guard let id = form.given("person_token") else { return form }
        let said = try take(id, param: "person_token", &account, cause)
        return FormMap(form.fields.filter { $0.name != "person_token" } + said.fields)
    }

    private static func take(_ id: String, param: String, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> FormMap
    {
        var token = try account.find(.token, id, param: param).tree
        guard !token.flag("used") else {
            throw .coded("token_already_used", "You cannot use a Stripe token more than once: \(id).", param: param)
        }
        guard let kept = account.store.object(contents, id: id)?.tree["form"] else {
            throw .invalid("The token \(id) does not stand for what this parameter takes.", param: param)
        }
        token.set("used", true)
        account.update(.token, token, cause)
        return form(kept).map ?? FormMap()
    }

    private static let kinds = [
        (name: "account", prefix: "ct"), (name: "person", prefix: "cpt"), (name: "pii", prefix: "pii"),
        (name: "cvc_update", prefix: "cvctok"),
    ]

    private static func json(_ value: FormValue) -> JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .list(let elements): .array(elements.map(json))
        case .map(let map): .object(JSONObject(map.fields.map { .init(name: $0.name, value: json($0.value)) }))
        }
    }

    private static func form(_ value: JSONValue) -> FormValue {
        switch value {
        case .array(let elements): .list(elements.map(form))
        case .object(let object): .map(FormMap(object.members.map { .init(name: $0.name, value: form($0.value)) }))
        default: .text(value.stringValue ?? "")
        }
    }
}
