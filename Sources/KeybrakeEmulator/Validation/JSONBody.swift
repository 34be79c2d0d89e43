internal import KeybrakeStripe

/// The JSON body of the second API, checked for the kinds of its values and turned into the tree that forms have.
///
/// What the values say (lengths, words, currencies, unknown names) is checked afterwards, as for forms.
enum JSONBody {
    static let depthMax = 20

    /// - Throws: 400 that names the member at fault.
    static func form(_ body: JSONValue?, _ shape: ObjectShape) throws(StripeError) -> FormMap {
        guard let body else { return FormMap() }
        guard case .object(let object) = body else {
            throw .invalid("The body of the request must be a JSON object.", code: "invalid_json")
        }
        return try map(object, shape, path: "", depth: 0)
    }

    private static func map(_ object: JSONObject, _ shape: ObjectShape?, path: String, depth: Int)
        throws(StripeError) -> FormMap
    {
        guard depth < depthMax else { throw .invalid("The body is nested too deeply.", param: path) }
        var fields: [FormMap.Field] = []
        for member in object.members {
            let here = path.isEmpty ? member.name : "\(path).\(member.name)"
            let type = shape?.field(member.name)?.type ?? .any
            fields.append(.init(name: member.name, value: try value(member.value, type, path: here, depth: depth + 1)))
        }
        return FormMap(fields)
    }

    private static func value(_ value: JSONValue, _ type: TypeShape, path: String, depth: Int) throws(StripeError)
        -> FormValue
    {
        guard fits(value, type) else { throw .invalid("Expected \(noun(type)).", param: path) }
        switch value {
        case .null: return .text("")
        case .bool(let truth): return .text(truth ? "true" : "false")
        case .string(let text): return .text(text)
        case .array(let elements):
            let element: TypeShape = if case .array(let element) = type { element } else { .any }
            var list: [FormValue] = []
            for (index, item) in elements.enumerated() {
                list.append(try Self.value(item, element, path: "\(path)[\(index)]", depth: depth + 1))
            }
            return .list(list)
        case .object(let object):
            if case .map(let element) = type {
                var fields: [FormMap.Field] = []
                for member in object.members {
                    let here = "\(path).\(member.name)"
                    let inner = try Self.value(member.value, element, path: here, depth: depth + 1)
                    fields.append(.init(name: member.name, value: inner))
                }
                return .map(FormMap(fields))
            }
            return .map(try map(object, type.object, path: path, depth: depth))
        default: return .text(JSONWriter.text(value))
        }
    }

    private static func fits(_ value: JSONValue, _ type: TypeShape) -> Bool {
        if value.isNull { return true }
        switch type {
        case .boolean, .alwaysTrue: return value.boolValue != nil
        case .integer, .unixTime: return value.integerValue != nil
        case .string, .enumeration, .expandable: return value.stringValue != nil
        case .array: return value.arrayValue != nil
        case .map, .object, .resource: return value.objectValue != nil
        case .anyOf(let alternatives): return alternatives.contains { fits(value, $0) }
        case .nullable(let inner): return fits(value, inner)
        case .emptyOr(let inner): return value == "" || fits(value, inner)
        case .number, .any: return true
        }
    }

    private static func noun(_ type: TypeShape) -> String {
        switch type {
        case .boolean, .alwaysTrue: "a boolean"
        case .integer, .unixTime: "a whole number"
        case .array: "an array"
        case .map, .object, .resource: "an object"
        default: "a string"
        }
    }
}
