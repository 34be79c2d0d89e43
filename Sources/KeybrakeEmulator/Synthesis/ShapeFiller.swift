internal import KeybrakeStripe

/// Makes the plainest value of a type: nulls where they are allowed, zeros, empty texts and lists elsewhere.
struct ShapeFiller {
    /// How deep shapes are filled; below, objects stay empty.
    private static let depthMax = 6

    let now: Int64
    var ids: IDSource

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
        default: return resource.type.resources.first.map { self.resource($0, depth: depth + 1) } ?? [:]
        }
    }

    private mutating func object(_ shape: ObjectShape, resource: String?, depth: Int) -> JSONValue {
        guard depth < Self.depthMax else { return [:] }
        var object = JSONObject()
        object.reserveCapacity(shape.fields.count)
        let hasID = if case .string? = shape.field("id")?.type { true } else { false }
        if hasID {
            object.append("id", .string(ids.next(IDPrefixes.prefix(resource ?? "id"))))
        }
        if let name = shape.objectName { object.append("object", .string(name)) }
        for field in shape.fields where object[field.name] == nil {
            if field.isNullable {
                object.append(field.name, .null)
            } else if field.isRequired {
                object.append(field.name, value(of: field.type, depth: depth + 1))
            }
        }
        return .object(object)
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
