import KeybrakeStripe

/// Finds out where an answer does not fit the shape that the catalogue gives it.
enum ShapeFit {
    /// Paths at which the value is not what the type says, each with the reason; unknown members count too.
    static func misfits(_ value: JSONValue, _ type: TypeShape, path: String = "") -> [String] {
        switch type {
        case .any: return []
        case .boolean, .alwaysTrue: return value.boolValue == nil ? ["\(path): no boolean"] : []
        case .integer, .unixTime: return value.integerValue == nil ? ["\(path): no integer"] : []
        case .number:
            if case .numeral = value { return [] }
            return value.integerValue == nil ? ["\(path): no number"] : []
        case .string: return value.stringValue == nil ? ["\(path): no text"] : []
        case .enumeration(let words):
            guard let text = value.stringValue else { return ["\(path): no text"] }
            return words.isOpen || words.values.contains(text) ? [] : ["\(path): \(text) is not among the words"]
        case .array(let element):
            guard let elements = value.arrayValue else { return ["\(path): no list"] }
            return elements.flatMap { misfits($0, element, path: path + "[]") }
        case .map(let element):
            guard let members = value.objectValue?.members else { return ["\(path): no map"] }
            return members.flatMap { misfits($0.value, element, path: "\(path).\($0.name)") }
        case .object(let shape): return misfits(value, shape, path: path)
        case .resource(let name): return misfits(value, resource: name, path: path)
        case .expandable(let names):
            return value.stringValue != nil ? [] : best(names.map { .resource($0) }, value, path)
        case .anyOf(let alternatives): return best(alternatives, value, path)
        case .nullable(let inner): return value.isNull ? [] : misfits(value, inner, path: path)
        case .emptyOr(let inner): return value == "" ? [] : misfits(value, inner, path: path)
        }
    }

    private static func best(_ alternatives: [TypeShape], _ value: JSONValue, _ path: String) -> [String] {
        alternatives.map { misfits(value, $0, path: path) }.min { $0.count < $1.count } ?? []
    }

    private static func misfits(_ value: JSONValue, resource name: String, path: String) -> [String] {
        guard let resource = Catalogue.shared.resource(name) else { return ["\(path): no resource \(name)"] }
        return misfits(value, resource.type, path: path)
    }

    private static func misfits(_ value: JSONValue, _ shape: ObjectShape, path: String) -> [String] {
        guard let object = value.objectValue else { return ["\(path): no object"] }
        var misfits: [String] = []
        for member in object.members {
            guard let field = shape.field(member.name) else {
                misfits.append("\(path).\(member.name): unknown member")
                continue
            }
            if member.value.isNull {
                if !field.isNullable { misfits.append("\(path).\(member.name): null") }
            } else if !(field.acceptsEmpty && member.value == "") {
                misfits += Self.misfits(member.value, field.type, path: "\(path).\(member.name)")
            }
        }
        for field in shape.fields where field.isRequired && object[field.name] == nil {
            misfits.append("\(path).\(field.name): missing")
        }
        return misfits
    }
}
