internal import KeybrakeStripe

/// Accounts of the second API, their persons, and the tokens and links by which they are set up.
///
///     create ─→ open (configurations applied one by one) ─ close ─→ closed
enum CoreAccounts {
    static let routes: [(String, Behaviour)] = [
        ("GET /v2/core/accounts", list),
        ("POST /v2/core/accounts", create),
        ("GET /v2/core/accounts/{id}", retrieve),
        ("POST /v2/core/accounts/{id}", update),
        ("POST /v2/core/accounts/{id}/close", close),
        (
            "POST /v2/core/accounts/{account_id}/persons",
            { call, account throws(StripeError) in
                try withPerson("created", call, &account)
            }
        ),
        (
            "POST /v2/core/accounts/{account_id}/persons/{id}",
            { call, account throws(StripeError) in
                try withPerson("updated", call, &account)
            }
        ),
        (
            "DELETE /v2/core/accounts/{account_id}/persons/{id}",
            { call, account throws(StripeError) in
                try withPerson("deleted", call, &account)
            }
        ),
        ("POST /v2/core/account_links", createLink),
        ("POST /v2/core/account_tokens", { call, account throws(StripeError) in try withToken(call, &account) }),
        (
            "POST /v2/core/accounts/{account_id}/person_tokens",
            { call, account throws(StripeError) in
                try withToken(call, &account)
            }
        ),
    ]

    static let kind = ObjectKind("v2.core.account")
    static let linkSeconds: Int64 = 5 * 60
    static let tokenSeconds: Int64 = 15 * 60

    private static let configurations = ["customer", "merchant", "recipient"]
    private static let inclusion = Inclusion(
        includable: configurations.map { "configuration.\($0)" }
            + ["defaults", "future_requirements", "identity", "requirements"], kind: kind)

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try checkToken(call, account)
        var made = try merged(call, into: nil, &account)
        made.set("closed", false)
        apply(call.form, to: &made)
        account.create(kind, made, call.cause)
        spendToken(call, &account)
        tell("created", made.text("id") ?? "", &account, call.cause)
        return inclusion.shown(.stored(kind, id: made.text("id") ?? ""), call, account)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        inclusion.shown(.stored(kind, id: try target(call, account).id), call, account)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let isClosed = call.form.flag("closed") ?? false
        let applied = call.form["applied_configurations"]?.list?.compactMap(\.text) ?? []
        let reply = try account.page(kind, call, url: "/v2/core/accounts") { object in
            let tree = object.tree
            let own = tree["applied_configurations"]?.arrayValue ?? []
            return tree.flag("closed") == isClosed && applied.allSatisfy { own.contains(.string($0)) }
        }
        guard case .page(var page) = reply else { return reply }
        page.neighbours = try PageAddresses(of: page, call.form)
        return inclusion.shown(.page(page), call, account)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try open(call, account)
        try checkToken(call, account)
        var changed = try merged(call, into: old, &account)
        apply(call.form, to: &changed)
        account.update(kind, changed, call.cause)
        spendToken(call, &account)
        tell("updated", changed.text("id") ?? "", &account, call.cause)
        for part in ["identity", "defaults"] where call.form[part] != nil {
            tellPart(part, of: changed, &account, call.cause)
        }
        for name in configurations where call.form.map("configuration")?[name] != nil {
            tellPart("configuration.\(name)", of: changed, &account, call.cause)
        }
        return inclusion.shown(.stored(kind, id: changed.text("id") ?? ""), call, account)
    }

    static func close(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var closed = try open(call, account)
        let applied = closed["applied_configurations"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if let named = call.form["applied_configurations"]?.list?.compactMap(\.text), Set(named) != Set(applied) {
            throw .invalid(
                "The account's applied configurations are \(applied.joined(separator: ", ")).",
                param: "applied_configurations", code: "applied_configurations_mismatch")
        }
        closed.set("closed", true)
        account.update(kind, closed, call.cause)
        tell("closed", closed.text("id") ?? "", &account, call.cause)
        return inclusion.shown(.stored(kind, id: closed.text("id") ?? ""), call, account)
    }

    // MARK: Links, tokens and persons

    static func createLink(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("account")
        _ = try account.find(kind, id, param: "account")
        let useCase = call.form.map("use_case") ?? FormMap()
        let type = try useCase.required("type")
        guard useCase[type] != nil else { throw .parameterMissing("use_case.\(type)") }
        var filler = ShapeFiller(now: call.now, ids: account.ids)
        var link = filler.object(ofResource: "v2.core.account_link")
        if let shape = Catalogue.shared.resource("v2.core.account_link")?.object {
            link = FormMerge.echoed(call.form, in: link, shape, &account, now: call.now)
        }
        link.set("expires_at", CivilTime.rfc3339(call.now + linkSeconds))
        link.set("url", "https://accounts.stripe.com/r/\(id)#alu_test_\(account.ids.letters(24))")
        return .object(link)
    }

    /// A token of an account or a person remembers nothing but that it can be used once, and for how long.
    private static func withToken(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let make = Synthesized.behaviour(of: call.operation),
            case .stored(let kind, let id) = try make(call, &account),
            var token = account.store.object(kind, id: id)?.tree
        else { return .object(JSONObject()) }
        token.set("used", false)
        token.set("expires_at", CivilTime.rfc3339(call.now + tokenSeconds))
        account.update(kind, token, call.cause)
        return .stored(kind, id: id)
    }

    private static func withPerson(_ what: String, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        guard let act = Synthesized.behaviour(of: call.operation) else { return .object(JSONObject()) }
        let reply = try act(call, &account)
        var id = call.path.count > 1 ? call.pathValue(1) : ""
        if case .stored(_, let made) = reply { id = made }
        let url = "/v2/core/accounts/\(call.pathValue())/persons/\(id)"
        ThinEvents.tell(
            "v2.core.account_person.\(what)", about: (id, "v2.core.account_person", url),
            data: ["account_id": .string(call.pathValue())], &account, call.cause)
        return reply
    }

    // MARK: Parts

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(kind, call.pathValue(), param: "id", status: 404)
    }

    /// The account that the path names, which must not be closed.
    private static func open(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let tree = try target(call, account).tree
        guard !tree.flag("closed") else { throw .invalid("The account is closed.", code: "account_closed") }
        return tree
    }

    private static func merged(_ call: Call, into object: JSONObject?, _ account: inout Account) throws(StripeError)
        -> JSONObject
    {
        guard let plan = SynthesisPlan(call.operation) else { return object ?? JSONObject() }
        return try FormMerge.merged(
            call.form, into: object, plan, skipping: ["id", "include", "account_token"], &account, now: call.now)
    }

    /// A configuration that is sent is applied, unless it says that it is not to be any more.
    private static func apply(_ form: FormMap, to object: inout JSONObject) {
        var applied = object["applied_configurations"]?.arrayValue?.compactMap(\.stringValue) ?? []
        for name in configurations {
            guard let sent = form.map("configuration")?.map(name) else { continue }
            applied.removeAll { $0 == name }
            if sent.flag("applied") ?? true { applied.append(name) }
        }
        object["applied_configurations"] = .array(applied.sorted().map { .string($0) })
    }

    private static func checkToken(_ call: Call, _ account: Account) throws(StripeError) {
        guard let id = call.form.given("account_token") else { return }
        let token = try account.find("v2.core.account_token", id, param: "account_token")
        guard !token.tree.flag("used"), token.created + tokenSeconds > call.now else {
            throw .invalid("The account token was used, or has expired.", param: "account_token", code: "token_used")
        }
    }

    private static func spendToken(_ call: Call, _ account: inout Account) {
        let tokens = ObjectKind("v2.core.account_token")
        guard let id = call.form.given("account_token"), var token = account.store.object(tokens, id: id)?.tree else {
            return
        }
        token.set("used", true)
        account.update(tokens, token, call.cause)
    }

    private static func tell(_ what: String, _ id: String, _ account: inout Account, _ cause: Cause) {
        ThinEvents.tell(
            "v2.core.account.\(what)", about: (id, kind.name, "/v2/core/accounts/\(id)"), &account, cause)
    }

    private static func tellPart(_ part: String, of object: JSONObject, _ account: inout Account, _ cause: Cause) {
        let id = object.text("id") ?? ""
        ThinEvents.tell(
            "v2.core.account[\(part)].updated", about: (id, kind.name, "/v2/core/accounts/\(id)"), &account, cause)
    }
}
