internal import KeybrakeStripe

/// Where an account is paid out to: bank accounts and debit cards, one of them the default of its currency.
///
///     add ─→ of the account ─ default_for_currency, metadata … ─ delete ─→ gone (but not the default one)
enum ExternalAccounts {
    static let routes: [(String, Behaviour)] = ["external_accounts", "bank_accounts"].flatMap { word in
        let path = "/v1/accounts/{account}/\(word)"
        let routes: [(String, Behaviour)] = [
            ("POST \(path)", create), ("GET \(path)/{id}", retrieve), ("POST \(path)/{id}", update),
            ("DELETE \(path)/{id}", delete),
        ]
        return word == "external_accounts" ? routes + [("GET \(path)", listAll)] : routes
    }

    /// One that is to be added, and the token that is used up by it.
    struct Draft: Sendable {
        var tree: JSONObject
        var card: TestCard.Row?
        var token: String?
        /// The token is a bank account's or a card's of the acting account.
        var metadata = JSONObject()

        var kind: ObjectKind { tree.text("object") == "card" ? .card : .bankAccount }
    }

    // MARK: What was given

    /// A hash in `external_account` is what `bank_account` says; the catalogue knows it only there.
    static func spelled(_ form: FormMap) -> FormMap {
        guard form["external_account"]?.map != nil, form["bank_account"] == nil else { return form }
        return FormMap(
            form.fields.map { field in
                field.name == "external_account" ? .init(name: "bank_account", value: field.value) : field
            })
    }

    /// What `external_account` or `bank_account` stands for; nothing is used up by looking.
    static func given(_ form: FormMap, country: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> Draft?
    {
        let metadata = try Metadata.merge(form["external_account"] == nil ? nil : form["metadata"])
        if let typed = form.map("bank_account") {
            return Draft(tree: try BankAccounts.object(typed, param: "external_account", account), metadata: metadata)
        }
        guard let id = form.given("external_account") ?? form.given("bank_account") else { return nil }
        if let tree = BankAccounts.object(token: id, account) { return Draft(tree: tree, metadata: metadata) }
        if let row = TestCardTable.row(token: id) {
            let entry = CardEntry(row: row, now: cause.now)
            return Draft(
                tree: account.cardObject(entry, form: FormMap(), customer: nil), card: row, metadata: metadata)
        }
        let stored = try account.find(.token, id, param: "external_account")
        let token = stored.tree
        guard !token.flag("used") else {
            throw .coded(
                "token_already_used", "You cannot use a Stripe token more than once: \(id).",
                param: "external_account")
        }
        guard let tree = token.object("bank_account") ?? token.object("card") else {
            throw .invalid("The token \(id) stands for no bank account and no card.", param: "external_account")
        }
        return Draft(tree: tree, card: stored.card, token: id, metadata: metadata)
    }

    /// The token of what was added is used up.
    static func spend(_ draft: Draft, _ account: inout Account, _ cause: Cause) {
        guard let id = draft.token, var token = account.store.object(.token, id: id)?.tree else { return }
        token.set("used", true)
        account.update(.token, token, cause)
    }

    /// Gives it to the account. The first of a currency is its default.
    ///
    /// - Returns: its id.
    @discardableResult
    static func add(_ draft: Draft, isDefault: Bool = false, _ account: inout Account, _ cause: Cause) -> String {
        var tree = draft.tree
        if draft.kind == .bankAccount { tree.set("id", account.ids.next("ba")) }
        let currency = tree.text("currency") ?? "usd"
        let isFirst = !all(account).contains { $0.tree.text("currency") == currency }
        tree.set("account", account.id)
        tree["available_payout_methods"] = draft.kind == .card ? ["standard", "instant"] : ["standard"]
        tree.set("currency", currency)
        tree["customer"] = draft.kind == .card ? .null : nil
        tree.set("default_for_currency", isFirst || isDefault)
        tree.set("metadata", draft.metadata)
        if draft.kind == .bankAccount {
            let none: JSONValue = ["currently_due": [], "errors": [], "past_due": [], "pending_verification": []]
            tree["future_requirements"] = none
            tree["requirements"] = none
        }
        if isFirst || isDefault { demote(currency, &account, cause) }
        account.create(draft.kind, tree, event: "account.external_account.created", card: draft.card, cause)
        return tree.text("id") ?? ""
    }

    /// Gives the account the bank account of tests.
    ///
    /// - Returns: its id.
    @discardableResult
    static func addTestBank(currency: String?, _ account: inout Account, _ cause: Cause) -> String {
        let country = account.store.object(.account, id: account.id)?.text("country") ?? "US"
        let bank = BankAccounts.object(
            number: "000123456789", routing: country == "US" ? "110000000" : nil, country: country,
            currency: currency, account)
        return add(Draft(tree: bank), &account, cause)
    }

    /// What the bank says of one.
    static func mark(_ id: String, status: String, _ account: inout Account, _ cause: Cause) {
        guard var bank = account.store.object(.bankAccount, id: id)?.tree, bank["status"] != nil else { return }
        bank.set("status", status)
        account.update(.bankAccount, bank, event: "account.external_account.updated", cause)
        Accounts.refresh(&account, cause)
    }

    // MARK: What there is

    /// The external accounts, the oldest first; cards that customers pay with are none.
    static func all(_ account: Account) -> [StoredObject] {
        [ObjectKind.bankAccount, .card].flatMap { account.store.collection($0)?.objects ?? [] }
            .filter { !$0.isDeleted && $0.text("account") == account.id }
            .sorted { $0.created < $1.created }
    }

    /// The one to which money of a currency goes.
    static func standard(_ currency: String, _ account: Account) -> StoredObject? {
        let fitting = all(account).filter { $0.text("currency") == currency }
        return fitting.first { $0.tree.flag("default_for_currency") } ?? fitting.first
    }

    /// The list that the account object shows.
    static func list(_ account: Account) -> JSONObject {
        let newest = all(account).reversed()
        return [
            "object": "list", "data": .array(newest.prefix(10).map { .object($0.tree) }),
            "has_more": .bool(newest.count > 10), "url": .string("/v1/accounts/\(account.id)/external_accounts"),
        ]
    }

    // MARK: Calls

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let draft = try given(call.form, country: "US", &account, call.cause) else {
            throw .parameterMissing("external_account")
        }
        let isDefault = call.form.flag("default_for_currency") ?? false
        let answer: Reply = try Accounts.reach(call, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            let id = add(draft, isDefault: isDefault, &other, call.cause)
            Accounts.refresh(&other, call.cause)
            return .bytes(other.store.object(draft.kind, id: id)?.bytes ?? [])
        }
        spend(draft, &account, call.cause)
        return answer
    }

    static func listAll(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            let kind = call.form.given("object")
            let shown = all(other).reversed().map(\.tree).filter { kind == nil || $0.text("object") == kind }
            let url = "/v1/accounts/\(other.id)/external_accounts"
            return .page(try EmbeddedLists.page(of: shown, call, noun: "external account", url: url))
        }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in .bytes(try target(call, other).1.bytes) }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            let (kind, stored) = try target(call, other)
            var tree = stored.tree
            tree.set("metadata", try Metadata.merge(call.form["metadata"], into: tree.object("metadata") ?? [:]))
            for name in editable where tree[name] != nil {
                if let text = call.form.text(name) { tree.set(name, text.isEmpty ? nil : text) }
            }
            for name in ["exp_month", "exp_year"] where tree[name] != nil {
                if let number = call.form.integer(name) { tree.set(name, number) }
            }
            if call.form.flag("default_for_currency") == true {
                demote(tree.text("currency") ?? "", &other, call.cause)
                tree.set("default_for_currency", true)
            }
            other.update(kind, tree, event: "account.external_account.updated", call.cause)
            Accounts.refresh(&other, call.cause)
            return .bytes(other.store.object(kind, id: stored.id)?.bytes ?? [])
        }
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            let (kind, stored) = try target(call, other)
            let currency = stored.text("currency")
            let others = all(other).filter { $0.id != stored.id && $0.text("currency") == currency }
            guard !stored.tree.flag("default_for_currency") || others.isEmpty else {
                throw .invalid(
                    "You cannot delete the default external account for your default currency. Please make another "
                        + "external account the default using the `default_for_currency` param, and then delete this "
                        + "one.")
            }
            var answer = other.delete(kind, id: stored.id, event: "account.external_account.deleted", call.cause)
            answer.set("currency", currency)
            Accounts.refresh(&other, call.cause)
            return .object(answer)
        }
    }

    private static let editable = [
        "account_holder_name", "account_holder_type", "account_type", "address_city", "address_country",
        "address_line1", "address_line2", "address_state", "address_zip", "name",
    ]

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> (ObjectKind, StoredObject) {
        let id = call.pathValue(1)
        guard let stored = all(account).first(where: { $0.id == id }) else {
            throw .missing("external account", id: id, param: "id")
        }
        return (stored.text("object") == "card" ? .card : .bankAccount, stored)
    }

    private static func demote(_ currency: String, _ account: inout Account, _ cause: Cause) {
        for stored in all(account) where stored.text("currency") == currency {
            var tree = stored.tree
            guard tree.flag("default_for_currency") else { continue }
            tree.set("default_for_currency", false)
            account.update(stored.text("object") == "card" ? .card : .bankAccount, tree, cause)
        }
    }
}
