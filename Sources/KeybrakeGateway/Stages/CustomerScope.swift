internal import KeybrakeStripe

/// Whether a request stays within the customers that a key may touch.
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

    /// The customer that a request names in its path or its parameters.
    static func named(_ match: OperationMatch, form: FormMap, json: JSONValue?) -> String? {
        if match.operation.pathTemplate.utf8.starts(with: "/v1/customers/{customer}".utf8) {
            return match.pathParameters.first?.value
        }
        return form.text("customer") ?? form.text("customer_account") ?? json?["customer"]?.stringValue
    }

    /// Judges a request of a key that is limited to `allowed`; an empty set limits nothing.
    static func judge(_ match: OperationMatch, named: String?, allowed: Set<String>) -> Verdict {
        guard !allowed.isEmpty else { return .allowed }
        let hasObject = !match.pathParameters.isEmpty || match.operation.name == "POST /v1/refunds"
        if let named {
            guard allowed.contains(named) else { return .notAllowed }
            // A parameter that names a good customer does not make somebody else's object good.
            let isPathCustomer = match.operation.pathTemplate.utf8.starts(with: "/v1/customers/{customer}".utf8)
            return hasObject && !isPathCustomer ? .afterRead : .allowed
        }
        return hasObject ? .afterRead : .notTold
    }

    /// Judges an object that was read.
    static func judge(objectCustomer: String?, allowed: Set<String>) -> Verdict {
        guard !allowed.isEmpty else { return .allowed }
        guard let objectCustomer else { return .notTold }
        return allowed.contains(objectCustomer) ? .allowed : .notAllowed
    }
}
