internal import KeybrakeGateway
internal import KeybrakeLedger
internal import KeybrakeStripe

/// The body of `POST /admin/vault-keys`, read strictly: a member that is not known, or a cap that is missing, is an
/// error, because a policy that is silently not enforced is worse than none.
struct IssueKeyRequest {
    let policy: Policy
    let environment: String
    let ttlSeconds: Int64?
    let conversation: String?
    let agent: String?
    let label: String?

    /// How long a key may live at most.
    static let ttlSecondsMax: Int64 = 366 * 86_400
    private static let policyMembers = ["daily_cap_usd", "per_call_max_usd", "allowed_operations", "customers"]
    private static let members = Set(policyMembers + ["ttl_seconds", "conversation", "agent", "environment", "label"])

    init(_ call: AdminCall, catalogue: Catalogue) throws(AdminError) {
        let object = try call.object(members: Self.members)
        guard object["daily_cap_usd"] != nil else {
            throw .invalid("daily_cap_usd is missing; write an amount such as \"10.00\", or \"unlimited\"")
        }
        do {
            var body = JSONObject(object.members.filter { Self.policyMembers.contains($0.name) })
            for name in ["per_call_max_usd", "customers"] where body[name] == nil {
                body[name] = name == "customers" ? .array([]) : .null
            }
            policy = try Policy(json: body)
            _ = try AllowedOperations(policy.allowedOperations, catalogue: catalogue)
        } catch {
            throw .invalid("\(error)")
        }
        guard !policy.allowedOperations.isEmpty else {
            throw .invalid(
                "allowed_operations is empty: the key could do nothing; name operations such as \"POST /v1/charges\"")
        }
        environment = try object.text("environment") ?? "test"
        guard VaultKeyToken.environments.contains(environment) else {
            throw .invalid("environment must be \"test\" or \"live\"")
        }
        ttlSeconds = try Self.ttl(object)
        conversation = try object.text("conversation")
        agent = try object.text("agent")
        label = try object.text("label")
    }

    private static func ttl(_ object: JSONObject) throws(AdminError) -> Int64? {
        guard let value = object["ttl_seconds"], !value.isNull else { return nil }
        guard let seconds = value.integerValue, (1...ttlSecondsMax).contains(seconds) else {
            throw .invalid("ttl_seconds must be a whole number between 1 and \(ttlSecondsMax)")
        }
        return seconds
    }
}

extension AdminError {
    static func invalid(_ message: String) -> AdminError {
        AdminError(400, "invalid_request", message)
    }

    /// What an operator is told about a failure of the ledger's.
    init(_ failure: LedgerFailure) {
        switch failure {
        case .keyUnknown, .holdUnknown: self.init(404, "not_found", "\(failure)")
        case .keyExists, .keyRevoked, .holdNotOpen: self.init(409, "conflict", "\(failure)")
        default: self.init(503, "ledger_unavailable", "\(failure)")
        }
    }
}
