internal import KeybrakeStripe

/// Financial accounts and their features.
///
///     create ─→ open ─ close (when it is empty) ─→ closed
enum TreasuryFinancialAccounts {
    private static let path = "/v1/treasury/financial_accounts"
    private static let one = path + "/{financial_account}"

    static let routes: [(String, Behaviour)] =
        [
            ("POST " + path, create),
            ("POST " + one, update),
            ("POST \(one)/close", close),
            ("GET \(one)/features", features),
            ("POST \(one)/features", updateFeatures),
        ]
        + Shaped.plain(
            "GET " + path, "GET " + one, "GET /v1/treasury/transactions", "GET /v1/treasury/transactions/{id}",
            "GET /v1/treasury/transaction_entries", "GET /v1/treasury/transaction_entries/{id}")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let currencies = call.form["supported_currencies"]?.list?.compactMap(\.text) ?? []
        guard currencies == ["usd"] else {
            throw .invalid("Financial accounts only hold usd.", param: "supported_currencies")
        }
        var holder = try account.shaped(call, skipping: ["features"])
        let zero: JSONValue = ["usd": 0]
        holder["balance"] = ["cash": zero, "inbound_pending": zero, "outbound_pending": zero]
        holder.set("country", "US")
        holder.set("status", "open")
        holder["supported_currencies"] = ["usd"]
        request(call.form.map("features") ?? FormMap(), in: &holder)
        let event = "treasury.financial_account.created"
        let id = account.create(.treasuryFinancialAccount, holder, event: event, call.cause).id
        return .stored(.treasuryFinancialAccount, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try target(call, account)
        var holder = try account.shaped(call, into: old, skipping: ["features", "forwarding_settings"])
        guard let features = call.form.map("features") else {
            account.update(.treasuryFinancialAccount, holder, call.cause)
            return .stored(.treasuryFinancialAccount, id: call.pathValue())
        }
        request(features, in: &holder)
        tell(holder, &account, call.cause)
        return .stored(.treasuryFinancialAccount, id: call.pathValue())
    }

    static func close(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var holder = try target(call, account)
        try Shaped.check(holder, isOneOf: "open", toBe: "closed")
        let isEmpty = holder.object("balance")?.members.allSatisfy { $0.value["usd"] == 0 } ?? true
        guard isEmpty else { throw .invalid("A financial account can only be closed when its balance is zero.") }
        holder.set("status", "closed")
        holder["status_details"] = ["closed": ["reasons": ["closed_by_platform"]]]
        account.update(.treasuryFinancialAccount, holder, event: "treasury.financial_account.closed", call.cause)
        return .stored(.treasuryFinancialAccount, id: call.pathValue())
    }

    static func features(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try target(call, account).object("features") ?? [:])
    }

    static func updateFeatures(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var holder = try target(call, account)
        request(call.form, in: &holder)
        tell(holder, &account, call.cause)
        return .object(holder.object("features") ?? [:])
    }

    private static func tell(_ holder: JSONObject, _ account: inout Account, _ cause: Cause) {
        account.update(
            .treasuryFinancialAccount, holder, event: "treasury.financial_account.features_status_updated", cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(.treasuryFinancialAccount, call.pathValue(), param: "financial_account", status: 404).tree
    }

    /// Switches features on that are asked for, and off that are not wanted any more.
    private static func request(_ form: FormMap, in holder: inout JSONObject) {
        var features = holder.object("features") ?? ["object": "treasury.financial_account_features"]
        for field in form.fields {
            guard let map = field.value.map else { continue }
            if let isRequested = map.flag("requested") {
                features.set(field.name, toggle(isRequested))
                continue
            }
            var nested = features.object(field.name) ?? JSONObject()
            for inner in map.fields {
                if let isRequested = inner.value.map?.flag("requested") { nested.set(inner.name, toggle(isRequested)) }
            }
            features.set(field.name, nested)
        }
        holder.set("features", features)
        holder["active_features"] = .array(active(features).map { .string($0) })
        holder["pending_features"] = []
        holder["restricted_features"] = []
        let hasAddress = active(features).contains("financial_addresses.aba")
        holder["financial_addresses"] = hasAddress ? [.object(address(of: holder.text("id") ?? ""))] : []
    }

    private static func toggle(_ isRequested: Bool) -> JSONObject {
        ["requested": .bool(isRequested), "status": isRequested ? "active" : "restricted", "status_details": []]
    }

    private static func active(_ features: JSONObject) -> [String] {
        features.members.flatMap { member -> [String] in
            guard let feature = member.value.objectValue else { return [] }
            if feature["requested"] != nil { return feature.flag("requested") ? [member.name] : [] }
            return feature.members.filter { $0.value["requested"] == true }.map { "\(member.name).\($0.name)" }
        }
    }

    private static func address(of id: String) -> JSONObject {
        let digits = String(1_000 + StableHash.of(id) % 9_000)
        return [
            "aba": [
                "account_holder_name": "Emulated", "account_number_last4": .string(digits),
                "bank_name": "Stripe Test Bank", "routing_number": "110000000",
            ],
            "supported_networks": ["ach", "us_domestic_wire"], "type": "aba",
        ]
    }
}
