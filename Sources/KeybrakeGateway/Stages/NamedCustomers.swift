internal import KeybrakeStripe

/// The customers that a request names in its path or its parameters.
struct NamedCustomers: Equatable {
    /// Every one of them, known to the operation or not.
    private(set) var ids: [String] = []
    /// Whether the path is that of a customer.
    private(set) var isInPath = false
    /// Whether the operation acts on the named customer: a parameter that it does not know limits nothing.
    private(set) var limitsOperation = false

    static let parameterNames = ["customer", "customer_account"]

    init() {}

    /// Collects them.
    init(_ match: OperationMatch, form: FormMap, json: JSONValue?) {
        let operation = match.operation
        if operation.pathTemplate.utf8.starts(with: "/v1/customers/{customer}".utf8),
            let id = match.pathParameters.first?.value
        {
            ids.append(id)
            isInPath = true
        }
        for name in Self.parameterNames {
            guard let id = form.text(name) ?? json?[name]?.stringValue else { continue }
            ids.append(id)
            if operation.parameters.field(name) != nil { limitsOperation = true }
        }
    }

    /// The first of them, when it has the form of an id; other text of a request is not written into the audit.
    var recordable: String? {
        ids.first { ObjectID.isPlain($0) && !SecretText.isLikely($0) }
    }
}
