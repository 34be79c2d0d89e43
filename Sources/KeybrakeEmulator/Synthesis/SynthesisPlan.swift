internal import KeybrakeStripe

/// What an operation does to the store, read off its place in the catalogue.
///
///     POST /v1/products                      make a product
///     GET  /v1/customers/{customer}/tax_ids  list the tax ids that belong to a customer
///     POST /v1/topups/{topup}/cancel         act on a top-up: `cancel`
///     GET  /v1/tax/settings                  the one object of its kind
struct SynthesisPlan: Sendable {
    /// The verbs of a store; `act` carries the last word of the path.
    enum Form: Sendable, Equatable {
        case create
        case retrieve
        case update
        case list
        case search
        case delete
        case act(String)
    }

    let form: Form
    let kind: ObjectKind
    let shape: ObjectShape
    /// Whether the last value of the path names the object; otherwise there is one for each owner, or one at all.
    let isNamed: Bool
    /// The kinds of the objects whose ids the path gives before the object's own; `nil` where it is not known.
    let owners: [ObjectKind?]
    /// The member that shows the last owner.
    let ownerMember: String?
    /// The last word of a list's path, under which the owner may hold the list itself.
    let lastWord: String
    /// Whether retrieving a deleted object answers `deleted: true`, rather than 404.
    let showsDeleted: Bool

    /// `nil` when the operation does nothing that a store could remember.
    init?(_ operation: Operation) {
        guard let resource = operation.action.resource, let form = Form(operation) else { return nil }
        let path = SynthesisPath(operation.pathTemplate)
        let isNamed = path.namesObject && form != .create && form != .list
        let named = isNamed ? path.kind(upTo: path.parameterCount) : nil
        let union = ["payment_source": "bank_account", "external_account": "bank_account"]
        let name =
            named.flatMap { form == .delete || Catalogue.shared.resource($0)?.object != nil ? $0 : nil }
            ?? resource
        let known = union[name] ?? name
        guard let shape = Catalogue.shared.resource(known)?.object else { return nil }
        if case .act = form, named != resource || !isNamed { return nil }
        if form == .create, !SynthesisPath.hasID(shape) { return nil }
        self.form = form
        self.shape = shape
        self.isNamed = isNamed
        kind = ObjectKind(known)
        lastWord = path.lastWord
        let ownerCount = path.parameterCount - (isNamed ? 1 : 0)
        owners = (0..<ownerCount).map { path.kind(upTo: $0 + 1).map { ObjectKind(union[$0] ?? $0) } }
        let candidates =
            ownerCount > 0 ? Self.ownerNames(path.parameters[ownerCount - 1], owners.last??.name ?? "") : []
        ownerMember = candidates.first { name in
            switch shape.field(name)?.type {
            case .string, .expandable: name != "id"
            default: false
            }
        }
        showsDeleted = operation.response.resources.contains { Catalogue.shared.resource($0)?.isDeleted == true }
    }
}

extension SynthesisPlan {
    /// What a member that shows the owner may be called, by the path's parameter and the owner's kind.
    private static func ownerNames(_ parameter: String, _ kind: String) -> [String] {
        let short = parameter.hasSuffix("_id") ? [String(parameter.dropLast(3))] : []
        return [parameter, kind] + short
    }
}

extension SynthesisPlan.Form {
    fileprivate init?(_ operation: Operation) {
        switch operation.action.form {
        case .create: self = .create
        case .retrieve: self = .retrieve
        case .update: self = .update
        case .list: self = .list
        case .search: self = .search
        case .delete: self = .delete
        case .action:
            guard operation.verb == .post else { return nil }
            self = .act(String(operation.pathTemplate.split(separator: "/").last ?? ""))
        }
    }
}

/// A path template, taken apart.
struct SynthesisPath {
    private let segments: [Substring]
    /// The names in braces, without them.
    let parameters: [String]

    init(_ template: String) {
        // What tests do to an object is done under another root.
        segments = template.split(separator: "/").filter { $0 != "test_helpers" || template.contains("test_clocks") }
        parameters = segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    var parameterCount: Int { parameters.count }
    var lastWord: String { String(segments.last ?? "") }

    /// Whether the path ends with an object's id, or with one and the words of what is done to it.
    var namesObject: Bool {
        guard let last = segments.last, !parameters.isEmpty else { return false }
        return last.hasPrefix("{") || kind(upTo: parameterCount) != nil && !isSubresource
    }

    /// Whether another operation lists or makes things at this path, so that its last word is no verb.
    private var isSubresource: Bool {
        Self.retrieving(segments[...]) != nil
    }

    /// The resource that the path up to its nth parameter names.
    func kind(upTo count: Int) -> String? {
        let places = segments.indices.filter { segments[$0].hasPrefix("{") }
        guard (1...places.count).contains(count) else { return nil }
        guard let retrieving = Self.retrieving(segments[...places[count - 1]]), retrieving.action.form == .retrieve
        else { return nil }
        return retrieving.action.resource
    }

    /// The operation that reads what is at a path; parameters have other names there at times.
    private static func retrieving(_ segments: ArraySlice<Substring>) -> Operation? {
        let path = segments.reduce("") { $0 + "/" + ($1.hasPrefix("{") ? "x" : $1) }
        return Catalogue.shared.operation(verb: .get, path: path)?.operation
    }

    static func hasID(_ shape: ObjectShape) -> Bool {
        if case .string? = shape.field("id")?.type { true } else { false }
    }
}
