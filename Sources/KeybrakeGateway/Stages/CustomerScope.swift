internal import KeybrakeStripe

/// Whether a request, and what it is answered, stays within the customers that a key may touch.
enum CustomerScope {
    /// What can be said before anything is sent.
    enum Verdict: Equatable {
        case allowed
        case notAllowed
        /// The object has to be read first; its customer decides.
        case afterRead
        /// The request concerns no particular customer, so a limited key may not make it.
        case notTold
    }

    /// Judges a request of a key that is limited to `allowed`; an empty set limits nothing.
    static func judge(_ match: OperationMatch, named: NamedCustomers, allowed: Set<String>) -> Verdict {
        guard !allowed.isEmpty else { return .allowed }
        guard named.ids.allSatisfy({ allowed.contains($0) }) else { return .notAllowed }
        if named.isInPath { return .allowed }
        // A parameter that names a good customer does not make somebody else's object good.
        let hasObject = !match.pathParameters.isEmpty || match.operation.name == "POST /v1/refunds"
        if hasObject { return .afterRead }
        return named.limitsOperation ? .allowed : .notTold
    }

    /// Judges an object that was read.
    static func judge(objectCustomer: String?, allowed: Set<String>) -> Verdict {
        guard !allowed.isEmpty else { return .allowed }
        guard let objectCustomer else { return .notTold }
        return allowed.contains(objectCustomer) ? .allowed : .notAllowed
    }

    /// Whether an answer holds anything of another customer, wherever `expand` or a list has put it.
    static func reachesOthers(_ answer: JSONValue, allowed: Set<String>) -> Bool {
        switch answer {
        case .null, .bool, .integer, .numeral, .string: false
        case .array(let elements): elements.contains { reachesOthers($0, allowed: allowed) }
        case .object(let object): reachesOthers(object, allowed: allowed)
        }
    }

    private static func reachesOthers(_ object: JSONObject, allowed: Set<String>) -> Bool {
        if object["object"] == "customer", let id = object["id"]?.stringValue, !allowed.contains(id) { return true }
        var owner = object["customer"]?.stringValue
        if object["customer"]?.isNull ?? true { owner = object["customer_account"]?.stringValue }
        if let owner, !allowed.contains(owner) { return true }
        // Metadata is the integrator's own text.
        return object.members.contains { $0.name != "metadata" && reachesOthers($0.value, allowed: allowed) }
    }
}
