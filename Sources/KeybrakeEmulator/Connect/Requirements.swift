internal import KeybrakeStripe

/// What is still to be known of an account before it may do what was requested for it.
struct Requirements: Sendable {
    /// The names of what is missing, sorted.
    let missing: [String]
    /// Somebody has rejected the account.
    let rejection: String?
    let hasExternalAccount: Bool

    init(_ tree: JSONObject, _ account: Account) {
        let reason = tree["requirements"]?["disabled_reason"]?.stringValue
        rejection = reason.flatMap { $0.hasPrefix("rejected.") ? $0 : nil }
        hasExternalAccount = !ExternalAccounts.all(account).isEmpty
        let isOnboarded = account.store.object(.account, id: account.id)?.isSetUp ?? false
        missing = isOnboarded ? [] : Self.missing(tree, account, hasExternalAccount).map(Self.spelled).sorted()
    }

    /// Whether everything is known and nobody objects.
    var areMet: Bool { missing.isEmpty && rejection == nil }

    func write(to account: inout JSONObject) {
        let statuses = account.object("capabilities")?.members ?? []
        let active = statuses.filter { $0.value == "active" }.map(\.name)
        account.set("charges_enabled", active.contains { $0.hasSuffix("_payments") })
        account.set("payouts_enabled", !active.isEmpty && (hasExternalAccount || account.text("type") == "standard"))
        account.set("details_submitted", missing.isEmpty)
        account.set(
            "requirements", object(disabledReason: rejection ?? (missing.isEmpty ? nil : "requirements.past_due")))
        account["future_requirements"] = .object(Requirements.none)
    }

    /// The `requirements` of an account or a capability.
    func object(disabledReason: String?) -> JSONObject {
        var object = Self.none
        let names = JSONValue.array(missing.map { .string($0) })
        object["currently_due"] = names
        object["eventually_due"] = names
        object["past_due"] = names
        object.set("disabled_reason", disabledReason)
        return object
    }

    static let none: JSONObject = [
        "alternatives": [], "current_deadline": nil, "currently_due": [], "disabled_reason": nil, "errors": [],
        "eventually_due": [], "past_due": [], "pending_verification": [],
    ]

    private static func missing(_ tree: JSONObject, _ account: Account, _ hasExternalAccount: Bool) -> [String] {
        let requested = Capabilities.requested(account)
        guard !requested.isEmpty else { return [] }
        let takesPayments = requested.contains { $0.hasSuffix("_payments") }
        var names = ["business_type", "tos_acceptance.date", "tos_acceptance.ip"]
        if takesPayments { names += ["business_profile.mcc", "business_profile.url"] }
        names = names.filter { !isGiven($0, in: tree) }
        if isGiven("business_profile.product_description", in: tree) {
            names.removeAll { $0 == "business_profile.url" }
        }
        if !hasExternalAccount { names.append("external_account") }
        switch tree.text("business_type") {
        case nil: return names
        case "individual":
            return names + missing(ofPerson: takesPayments, in: tree.text("country")).filter { !isGiven($0, in: tree) }
        default: return names + missing(ofCompany: tree, account, takesPayments: takesPayments)
        }
    }

    private static func missing(ofPerson takesPayments: Bool, in country: String?) -> [String] {
        let always = ["first_name", "last_name", "dob.day", "dob.month", "dob.year"]
        var contact = ["email", "phone", "address.city", "address.line1", "address.postal_code"]
        if country == "US" { contact += ["address.state", "ssn_last_4_provided"] }
        return (takesPayments ? always + contact : always).map { "individual.\($0)" }
    }

    private static func missing(ofCompany tree: JSONObject, _ account: Account, takesPayments: Bool) -> [String] {
        var names = ["company.name", "company.tax_id_provided"]
        if takesPayments {
            names += ["company.phone"] + ["city", "line1", "postal_code"].map { "company.address.\($0)" }
            if tree.text("country") == "US" { names.append("company.address.state") }
        }
        names = names.filter { !isGiven($0, in: tree) }
        let people = account.store.collection(.person)?.objects.filter { !$0.isDeleted }.map(\.tree) ?? []
        guard let head = people.first(where: { $0["relationship"]?["representative"] == true }) else {
            return names + ["representative.first_name", "representative.last_name"]
        }
        let id = head.text("id") ?? ""
        return names + ["first_name", "last_name"].filter { head.text($0) == nil }.map { "\(id).\($0)" }
    }

    /// A requirement is called by the parameter, not by the member that shows that it was given.
    private static func spelled(_ name: String) -> String {
        name.hasSuffix("_provided") ? String(name.dropLast("_provided".count)) : name
    }

    private static func isGiven(_ path: String, in tree: JSONObject) -> Bool {
        let value = path.split(separator: ".").reduce(JSONValue.object(tree) as JSONValue?) { $0?[String($1)] }
        switch value {
        case nil, .null?, .string("")?, .bool(false)?: return false
        default: return true
        }
    }
}
