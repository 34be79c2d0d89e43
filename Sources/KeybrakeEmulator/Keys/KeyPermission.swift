internal import KeybrakeStripe

/// A right of a restricted key: to read the objects of a resource, or to write them, which includes reading.
///
/// Its name is Stripe's without the `rak_` in front: `charge_read`, `checkout_session_write`.
struct KeyPermission: Sendable, Hashable, Codable, CustomStringConvertible {
    let resource: String
    let isWrite: Bool

    var description: String { "\(resource)_\(isWrite ? "write" : "read")" }

    /// What an operation needs.
    init(_ operation: Operation) {
        resource = PermissionNames.resource(of: operation.pathTemplate)
        isWrite = operation.verb != .get
    }

    /// Reads a name, with or without `rak_`; the resource may be in the plural.
    init?(_ name: String) {
        let text = name.hasPrefix("rak_") ? String(name.dropFirst(4)) : name
        let ending = ["_read", "_write"].first { text.hasSuffix($0) }
        guard let ending, let resource = PermissionNames.known[String(text.dropLast(ending.count))] else { return nil }
        self.resource = resource
        isWrite = ending == "_write"
    }

    private init(resource: String, isWrite: Bool) {
        self.resource = resource
        self.isWrite = isWrite
    }

    /// What comes with this right.
    var implied: [KeyPermission] {
        let together = (PermissionNames.together[resource] ?? []).map {
            KeyPermission(resource: $0, isWrite: isWrite)
        }
        let readable = (PermissionNames.readable[resource] ?? []) + (isWrite ? [resource] : [])
        return together + readable.map { KeyPermission(resource: $0, isWrite: false) }
    }
}

/// How permissions call the resources.
enum PermissionNames {
    /// The name for the operations at a path.
    static func resource(of path: String) -> String {
        let words = path.split(separator: "/").filter { $0 != "test_helpers" && !$0.hasPrefix("{") }.map(String.init)
        let version = words.first ?? "v1"
        let rest = words.dropFirst()
        let first = rest.first ?? ""
        let second = rest.dropFirst().first ?? ""
        if let name = own["\(version)/\(first)/\(second)"] ?? own["\(version)/\(first)"] { return name }
        return isNamespace(first, version) ? "\(first)_\(singular(second))" : singular(first)
    }

    /// What may be written of a resource, and its name: singular and plural.
    static let known: [String: String] = {
        var known: [String: String] = [:]
        for operation in Catalogue.shared.operations {
            let name = resource(of: operation.pathTemplate)
            known[name] = name
            let words = operation.pathTemplate.split(separator: "/").dropFirst().filter { !$0.hasPrefix("{") }
            guard let first = words.first, first != "test_helpers" else { continue }
            known[String(first)] = known[String(first)] ?? name
            if words.count > 1 { known["\(first)_\(words[1])"] = known["\(first)_\(words[1])"] ?? name }
        }
        for (word, name) in aliases { known[word] = name }
        return known
    }()

    /// Rights that come with another of the same kind.
    static let together: [String: [String]] = [
        "charge": ["refund"], "plan": ["product"], "transfer": ["payout"], "payment_method": ["source"],
        "customer": ["source"],
    ]

    /// What may be read together with another resource.
    static let readable: [String: [String]] = [
        "balance_transaction_source": ["application_fee", "balance", "transfer"],
        "checkout_session": ["mandate", "payment_intent", "payment_links", "product", "setup_intent"],
        "credit_note": ["invoice"], "customer": ["billing_clock"], "invoice": ["credit_note"],
        "payment_intent": ["product"], "payment_links": ["mandate", "product"], "quote": ["product"],
        "setup_intent": ["mandate"],
    ]

    private static func isNamespace(_ word: String, _ version: String) -> Bool {
        version == "v2" || namespaces.contains(word)
    }

    private static func singular(_ word: String) -> String {
        if word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        return word.hasSuffix("s") ? String(word.dropLast()) : word
    }

    private static let namespaces: Set = [
        "apps", "billing", "climate", "entitlements", "financial_connections", "forwarding", "identity", "issuing",
        "radar", "sigma", "tax", "terminal", "treasury",
    ]

    private static let aliases = [
        "accounts": "connected_account", "checkout_sessions": "checkout_session", "price": "plan", "prices": "plan",
        "topup": "top_up", "topups": "top_up", "webhook_endpoint": "webhook", "webhook_endpoints": "webhook",
        "refund": "refund", "refunds": "refund", "test_clock": "billing_clock", "test_clocks": "billing_clock",
        "balance_transaction_source": "balance_transaction_source", "payment_link": "payment_links",
    ]

    /// Names that do not follow from the path.
    private static let own = [
        "v1/account": "connected_account", "v1/accounts": "connected_account", "v1/accounts/login_links": "edit_link",
        "v1/apple_pay": "apple_pay_domain", "v1/balance": "balance", "v1/balance_settings": "balance",
        "v1/balance_transactions": "balance", "v1/billing/meter_event_adjustments": "billing_meter",
        "v1/billing/meter_events": "billing_meter", "v1/billing_portal": "customer_portal",
        "v1/checkout": "checkout_session", "v1/entitlements": "entitlement", "v1/file_links": "file",
        "v1/external_accounts": "connected_account", "v1/invoice_payments": "invoice",
        "v1/invoice_rendering_templates": "invoice", "v1/invoiceitems": "invoice", "v1/payment_links": "payment_links",
        "v1/prices": "plan", "v1/reporting": "report_runs_and_report_types", "v1/subscription_items": "subscription",
        "v1/subscription_schedules": "subscription", "v1/tax/settings": "tax_settings",
        "v1/tax/calculations": "tax_calculations_and_transactions",
        "v1/tax/transactions": "tax_calculations_and_transactions",
        "v1/tax/associations": "tax_calculations_and_transactions", "v1/test_clocks": "billing_clock",
        "v1/topups": "top_up", "v1/webhook_endpoints": "webhook", "v2/billing": "billing_meter",
        "v2/core/account_links": "account_link", "v2/core/account_tokens": "connected_account",
        "v2/core/accounts": "connected_account", "v2/core/event_destinations": "webhook", "v2/core/events": "event",
    ]
}
