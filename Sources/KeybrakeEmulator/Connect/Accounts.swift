internal import KeybrakeStripe

/// Connected accounts, as their platform makes and changes them; each keeps its own object in its own data.
///
///     create ─→ restricted ─ all that is required was given, or its holder was onboarded ─→ enabled
///                   └──────────────── reject ─→ rejected, delete ─→ gone ──────────────────────┘
enum Accounts {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/account", retrieveOwn),
        ("POST /v1/accounts", create),
        ("GET /v1/accounts", list),
        ("GET /v1/accounts/{account}", retrieve),
        ("POST /v1/accounts/{account}", update),
        ("DELETE /v1/accounts/{account}", delete),
        ("POST /v1/accounts/{account}/reject", reject),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/accounts")
    /// What is looked at apart from the object's plain members.
    private static let ownHandling: Set<String> = [
        "account_token", "bank_account", "capabilities", "controller", "documents", "external_account", "individual",
        "type",
    ]

    static func retrieveOwn(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .bytes(try own(&account, call.cause).bytes)
    }

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard account.isPlatform else {
            throw .invalid(
                "You can only create new accounts if you've signed up for Connect, which you can do at "
                    + "https://dashboard.stripe.com/connect.")
        }
        let form = try AccountTokens.unpacked(call.form, &account, call.cause)
        let controller = try AccountController(form)
        try controller.checkTerms(form)
        let capabilities = try Capabilities.requests(form)
        let external = try ExternalAccounts.given(form, country: form.given("country") ?? "US", &account, call.cause)
        let id = "acct_1" + account.ids.letters(15)
        var fresh = account.connected(id, now: call.now)
        var tree = try blank(&fresh, controller, country: form.given("country") ?? "US", call.cause)
        try write(form, to: &tree, &fresh, call.cause)
        fresh.create(.account, tree, call.cause)
        Capabilities.note(capabilities.isEmpty ? controller.capabilities : capabilities, &fresh, call.cause)
        if let external {
            ExternalAccounts.spend(external, &account, call.cause)
            ExternalAccounts.add(external, isDefault: true, &fresh, call.cause)
        }
        refresh(tree, event: nil, &fresh, call.cause)
        let bytes = fresh.store.object(.account, id: id)?.bytes ?? []
        account.neighbours.add(fresh)
        account.accountIDs.append(id)
        return .bytes(bytes)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let created = try CreatedRange(call.form["created"])
        let accounts = account.accountIDs.reversed().compactMap { id -> JSONObject? in
            guard let object = account.neighbours[id]?.store.object(.account, id: id), !object.isDeleted,
                created.contains(object.created)
            else { return nil }
            return object.tree
        }
        return .page(try EmbeddedLists.page(of: accounts, call, noun: "account", url: "/v1/accounts"))
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let cause = call.cause
        return try reach(call, &account) { other throws(StripeError) in .bytes(try own(&other, cause).bytes) }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = try AccountTokens.unpacked(call.form, &account, call.cause)
        let capabilities = try Capabilities.requests(form)
        let external = try ExternalAccounts.given(form, country: "US", &account, call.cause)
        let answer: Reply = try reach(call, &account) { other throws(StripeError) in
            var tree = try own(&other, call.cause).tree
            try AccountController(tree).checkTerms(form)
            try write(form, to: &tree, &other, call.cause)
            Capabilities.note(capabilities, &other, call.cause)
            if let external { ExternalAccounts.add(external, isDefault: true, &other, call.cause) }
            refresh(tree, &other, call.cause)
            return .bytes(try own(&other, call.cause).bytes)
        }
        if let external { ExternalAccounts.spend(external, &account, call.cause) }
        return answer
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard call.pathValue() != account.platformID else {
            throw .invalid("You cannot delete the platform account.", param: "account")
        }
        return try reach(call, &account) { other throws(StripeError) in
            guard other.ledger.purses.values.allSatisfy({ $0.available == 0 && $0.pending == 0 }) else {
                throw .invalid("Accounts can only be deleted when all their balances are zero.")
            }
            return .object(other.delete(.account, id: other.id, call.cause))
        }
    }

    static func reject(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let reason = try call.form.required("reason")
        guard ["fraud", "terms_of_service", "other"].contains(reason) else {
            throw .invalid("Invalid reason: must be one of fraud, terms_of_service, or other", param: "reason")
        }
        guard call.pathValue() != account.platformID else {
            throw .invalid("You cannot reject the platform account.", param: "account")
        }
        return try reach(call, &account) { other throws(StripeError) in
            var tree = try own(&other, call.cause).tree
            var requirements = tree.object("requirements") ?? [:]
            requirements.set("disabled_reason", "rejected.\(reason)")
            tree.set("requirements", requirements)
            refresh(tree, &other, call.cause)
            return .bytes(try own(&other, call.cause).bytes)
        }
    }

    /// Does something in the account that the path names: one that is connected to the acting platform, or itself.
    static func reach<Outcome>(
        _ call: Call, _ account: inout Account, _ body: (inout Account) throws(StripeError) -> Outcome
    ) throws(StripeError) -> Outcome {
        try reach(call.pathValue(), status: 404, call.cause, &account, body)
    }

    static func reach<Outcome>(
        _ id: String, status: Int, _ cause: Cause, _ account: inout Account,
        _ body: (inout Account) throws(StripeError) -> Outcome
    ) throws(StripeError) -> Outcome {
        if id != account.id, account.isPlatform, !account.neighbours.contains(id) {
            throw .missing("account", id: id, param: "account", status: status)
        }
        guard id == account.id || account.isPlatform && account.admits(id) else {
            throw APIKeys.unknownAccount(id, key: "sk_test_************")
        }
        return try account.visit(id, cause, body)
    }

    /// The account's own object. One that began when it was named, or is the platform, may do everything, has a bank
    /// account, and is paid out by hand.
    static func own(_ account: inout Account, _ cause: Cause) throws(StripeError) -> StoredObject {
        if let object = account.store.object(.account, id: account.id) { return object }
        let controller = account.isPlatform ? AccountController.itself : .standard
        var tree = try blank(&account, controller, country: "US", cause)
        if var settings = tree.object("settings"), var payouts = settings.object("payouts") {
            payouts["schedule"] = ["delay_days": 2, "interval": "manual"]
            settings.set("payouts", payouts)
            tree.set("settings", settings)
        }
        account.create(.account, tree, cause)
        account.setUp(.account, id: account.id)
        Capabilities.note(["card_payments": true, "transfers": true], &account, cause)
        ExternalAccounts.addTestBank(currency: "usd", &account, cause)
        refresh(tree, event: nil, &account, cause)
        return try account.find(.account, account.id, param: "account")
    }

    /// Works out again what follows from the rest, and remembers the account so.
    static func refresh(
        _ tree: JSONObject, event: String? = "account.updated", _ account: inout Account, _ cause: Cause
    ) {
        var tree = tree
        let requirements = Requirements(tree, account)
        tree.set("external_accounts", ExternalAccounts.list(account))
        tree.set("capabilities", Capabilities.update(requirements, tells: event != nil, &account, cause))
        requirements.write(to: &tree)
        account.update(.account, tree, event: event, cause)
    }

    /// The same after a change of what belongs to the account.
    static func refresh(_ account: inout Account, _ cause: Cause) {
        guard let tree = account.store.object(.account, id: account.id)?.tree else { return }
        refresh(tree, &account, cause)
    }

    private static func blank(
        _ account: inout Account, _ controller: AccountController, country: String, _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        guard let plan else { throw .invalid("The emulator does not know accounts.") }
        var tree = try FormMerge.merged(FormMap(), into: nil, plan, &account, now: cause.now)
        tree.set("id", account.id)
        tree.set("country", country)
        tree.set("created", cause.now)
        tree.set("default_currency", BankAccounts.currency(of: country))
        tree.set("metadata", JSONObject())
        tree.set("settings", AccountController.settings(&account, cause))
        tree["tos_acceptance"] = ["date": nil, "ip": nil, "user_agent": nil]
        controller.write(to: &tree)
        return tree
    }

    private static func write(_ form: FormMap, to tree: inout JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        guard let plan else { return }
        try AmountLimits.check(
            form.map("settings")?.map("payouts")?.map("schedule")?.integer("delay_days"), 0...31,
            param: "settings[payouts][schedule][delay_days]")
        tree = try FormMerge.merged(form, into: tree, plan, skipping: ownHandling, &account, now: cause.now)
        if let company = form.map("company"), company.given("tax_id") != nil, var shown = tree.object("company") {
            shown.set("tax_id_provided", true)
            tree.set("company", shown)
        }
        if let individual = form.map("individual") {
            tree.set("individual", try Persons.write(individual: individual, &account, cause))
        }
        PayoutSchedule.plan(tree.object("settings") ?? [:], &account, cause)
    }
}
