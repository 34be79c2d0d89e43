internal import KeybrakeStripe

/// Makes the plainest value of a type: nulls where they are allowed, zeros, empty texts and lists elsewhere.
struct ShapeFiller {
    /// How deep shapes are filled; below, objects stay empty.
    private static let depthMax = 6
    /// How deep the lists of an example have an element.
    private static let listedDepthMax = 3

    let now: Int64
    var ids: IDSource
    /// An example shows what objects may leave out: its lists have one element each, and metadata is there.
    var isExample = false
    /// An id that tells which alternative of a union is meant.
    var namedID: String?
    /// The id of the next object that has one.
    var nextID: String?
    /// Nullable objects that an example shows all the same.
    private static let shown: Set = ["outcome"]
    private var isShowing = false

    init(now: Int64, ids: IDSource, isExample: Bool = false) {
        self.now = now
        self.ids = ids
        self.isExample = isExample
    }

    mutating func value(of type: TypeShape) -> JSONValue {
        value(of: type, depth: 0)
    }

    /// An object of a resource, with an id of its own.
    mutating func object(ofResource name: String) -> JSONObject {
        value(of: .resource(name), depth: 0).objectValue ?? JSONObject()
    }

    private mutating func value(of type: TypeShape, depth: Int) -> JSONValue {
        switch type {
        case .any, .nullable: .null
        case .boolean: false
        case .alwaysTrue: true
        case .integer, .number: 0
        case .unixTime: .integer(now)
        case .string(let shape): .string(text(shape))
        case .enumeration(let words): .string(words.values.first { !$0.isEmpty } ?? "")
        case .array: []
        case .map: [:]
        case .emptyOr: ""
        case .object(let shape): object(shape, resource: shape.objectName, depth: depth)
        case .resource(let name): resource(name, depth: depth)
        case .expandable(let names): .string(ids.next(IDPrefixes.prefix(names.first ?? "id")))
        case .anyOf(let alternatives): alternatives.first.map { value(of: $0, depth: depth) } ?? .null
        }
    }

    private mutating func resource(_ name: String, depth: Int) -> JSONValue {
        guard let resource = Catalogue.shared.resource(name) else { return [:] }
        switch resource.type {
        case .object(let shape): return object(shape, resource: name, depth: depth)
        default:
            let names = resource.type.resources
            return (meant(among: names) ?? names.first).map { self.resource($0, depth: depth + 1) } ?? [:]
        }
    }

    private func meant(among names: [String]) -> String? {
        guard let namedID else { return nil }
        return names.first { namedID.hasPrefix(IDPrefixes.prefix($0) + "_") }
    }

    private mutating func object(_ shape: ObjectShape, resource: String?, depth: Int) -> JSONValue {
        guard depth < Self.depthMax else { return [:] }
        var object = JSONObject()
        object.reserveCapacity(shape.fields.count)
        let hasID = if case .string? = shape.field("id")?.type { true } else { false }
        if hasID {
            object.append("id", .string(nextID.take() ?? ids.next(IDPrefixes.prefix(resource ?? "id"))))
        }
        if let name = shape.objectName { object.append("object", .string(name)) }
        for field in shape.fields where object[field.name] == nil {
            if isExample, let value = exemplary(field, of: object, in: shape, depth: depth) {
                object.append(field.name, value)
            } else if field.isNullable {
                object.append(field.name, .null)
            } else if field.isRequired {
                object.append(field.name, value(of: field.type, depth: depth + 1))
            }
        }
        return .object(object)
    }

    /// What only an example has in a member: a list with an element, metadata.
    private mutating func exemplary(_ field: FieldShape, of owner: JSONObject, in shape: ObjectShape, depth: Int)
        -> JSONValue?
    {
        if field.name == "metadata", case .map = field.type { return [:] }
        if field.name == "total_count" { return 1 }
        if Self.shown.contains(field.name) {
            isShowing = true
            defer { isShowing = false }
            return value(of: field.type, depth: depth)
        }
        if isShowing { return value(of: field.type, depth: depth + 1) }
        guard depth < Self.listedDepthMax else { return nil }
        if field.name == "data", let list = shape.list { return [value(of: list.element, depth: depth + 1)] }
        guard let list = field.type.object, list.list != nil,
            case .object(var page) = object(list, resource: nil, depth: depth + 1)
        else { return nil }
        if let id = owner.text("id"), let name = owner.text("object"), page["url"] != nil {
            page.set("url", EmbeddedLists.path(of: field.name, in: name, id: id))
        }
        return .object(page)
    }

    private func text(_ shape: StringShape) -> String {
        switch shape.format {
        case .currency: "usd"
        case .decimal, .integer64: "0"
        case .dateTime: CivilTime.rfc3339(now)
        case .listPath(let path): path
        case .binary, nil: ""
        }
    }
}
