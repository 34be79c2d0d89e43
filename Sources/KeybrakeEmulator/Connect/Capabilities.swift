internal import KeybrakeStripe

/// What an account may do.
///
///     request ─→ inactive ─ all that is required is known ─→ active ─ request=false ─→ unrequested
enum Capabilities {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/accounts/{account}/capabilities", list),
        ("GET /v1/accounts/{account}/capabilities/{capability}", retrieve),
        ("POST /v1/accounts/{account}/capabilities/{capability}", update),
    ]

    /// The capabilities that there are.
    static let names: Set<String> = {
        let operation = Catalogue.shared.operation(named: "POST /v1/accounts")
        guard case .object(let shape)? = operation?.parameters.field("capabilities")?.type else { return [] }
        return Set(shape.fields.map(\.name))
    }()

    /// Refuses a transfer to an account that may not take it.
    static func checkTransfers(to id: String, _ account: Account) throws(StripeError) {
        guard let object = account.neighbours[id]?.store.object(.account, id: id), !object.isDeleted else { return }
        let capabilities = object.tree.object("capabilities") ?? [:]
        guard !["transfers", "crypto_transfers", "legacy_payments"].contains(where: { capabilities[$0] == "active" })
        else { return }
        throw .coded(
            "insufficient_capabilities_for_transfer",
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
                + "crypto_transfers, legacy_payments")
    }

    /// What the parameters of an account request.
    static func requests(_ form: FormMap) throws(StripeError) -> [String: Bool] {
        var requests: [String: Bool] = [:]
        for field in form.map("capabilities")?.fields ?? [] {
            if let flag = field.value.map?.flag("requested") { requests[field.name] = flag }
        }
        return requests
    }

    /// The names of what is requested for the account.
    static func requested(_ account: Account) -> [String] {
        (account.store.collection(.capability)?.objects ?? []).filter { $0.tree.flag("requested") }.map(\.id).sorted()
    }

    /// Remembers requests; what follows from them is worked out by ``update(_:tells:_:_:)``.
    static func note(_ requests: [String: Bool], _ account: inout Account, _ cause: Cause) {
        for (name, isRequested) in requests.sorted(by: { $0.key < $1.key }) {
            var capability = account.store.object(.capability, id: name)?.tree ?? blank(name, account)
            capability.set("requested", isRequested)
            capability["requested_at"] = isRequested ? .integer(cause.now) : .null
            account.store.insert(.capability, StoredObject(id: name, created: cause.now, bytes: capability.bytes))
        }
    }

    /// Gives every capability the state that the requirements allow.
    ///
    /// - Returns: the states of those that are requested, as accounts show them.
    static func update(_ requirements: Requirements, tells: Bool, _ account: inout Account, _ cause: Cause)
        -> JSONObject
    {
        var shown = JSONObject()
        for stored in (account.store.collection(.capability)?.objects ?? []).sorted(by: { $0.id < $1.id }) {
            var capability = stored.tree
            let isRequested = capability.flag("requested")
            let status = isRequested ? (requirements.areMet ? "active" : "inactive") : "unrequested"
            let reason = requirements.rejection == nil ? "requirements.fields_needed" : "rejected.other"
            capability.set("status", status)
            capability.set(
                "requirements",
                isRequested ? requirements.object(disabledReason: status == "active" ? nil : reason) : Requirements.none
            )
            account.update(.capability, capability, event: tells ? "capability.updated" : nil, cause)
            if isRequested { shown.set(stored.id, status) }
        }
        return shown
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            let all = (other.store.collection(.capability)?.objects ?? []).sorted { $0.id < $1.id }
            return .page(
                ListPage(
                    url: "/v1/accounts/\(other.id)/capabilities", elements: all.map(\.bytes), hasMore: false))
        }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let name = try name(call)
        return try Accounts.reach(call, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            return .bytes(other.store.object(.capability, id: name)?.bytes ?? blank(name, other).bytes)
        }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let name = try name(call)
        return try Accounts.reach(call, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            if let isRequested = call.form.flag("requested") {
                note([name: isRequested], &other, call.cause)
                Accounts.refresh(&other, call.cause)
            }
            return .bytes(other.store.object(.capability, id: name)?.bytes ?? blank(name, other).bytes)
        }
    }

    private static func name(_ call: Call) throws(StripeError) -> String {
        let name = call.pathValue(1)
        guard names.contains(name) else {
            throw .missing("capability", id: name, param: "capability")
        }
        return name
    }

    private static func blank(_ name: String, _ account: Account) -> JSONObject {
        [
            "id": .string(name), "object": "capability", "account": .string(account.id),
            "future_requirements": .object(Requirements.none), "requested": false, "requested_at": nil,
            "requirements": .object(Requirements.none), "status": "unrequested",
        ]
    }
}
