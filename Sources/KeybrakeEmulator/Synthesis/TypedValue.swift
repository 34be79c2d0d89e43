internal import KeybrakeStripe

/// Turns the texts of a form into JSON values of the type that a member has.
enum TypedValue {
    /// The value, or `nil` when the form's shape does not fit the member's.
    static func read(_ value: FormValue, as type: TypeShape) -> JSONValue? {
        switch type {
        case .any: return plain(value)
        case .boolean, .alwaysTrue: return value.text.flatMap { $0 == "true" ? true : $0 == "false" ? false : nil }
        case .integer, .unixTime: return value.text.flatMap { Int64($0) }.map { .integer($0) }
        case .number: return value.text.flatMap { ScalarCheck.isDecimal($0) ? .numeral($0) : nil }
        case .string, .enumeration, .expandable: return value.text.map { .string($0) }
        case .array(let element):
            guard let list = value.list else { return nil }
            return .array(list.compactMap { read($0, as: element) })
        case .map(let element):
            guard let map = value.map else { return nil }
            var object = JSONObject()
            for field in map.fields where field.value.text != "" {
                object[field.name] = read(field.value, as: element)
            }
            return .object(object)
        case .object(let shape): return read(value, as: shape)
        case .resource(let name):
            guard let shape = Catalogue.shared.resource(name)?.object else { return nil }
            return read(value, as: shape)
        case .anyOf(let alternatives):
            for alternative in alternatives {
                if let read = read(value, as: alternative) { return read }
            }
            return nil
        case .nullable(let inner), .emptyOr(let inner):
            return value.text == "" ? .null : read(value, as: inner)
        }
    }

    private static func read(_ value: FormValue, as shape: ObjectShape) -> JSONValue? {
        guard let map = value.map else { return nil }
        var object = JSONObject()
        for field in shape.fields {
            if let given = map[field.name] {
                object.append(field.name, given.text == "" ? .null : read(given, as: field.type) ?? .null)
            } else if field.isNullable {
                object.append(field.name, .null)
            }
        }
        return .object(object)
    }

    private static func plain(_ value: FormValue) -> JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .list(let elements): .array(elements.map(plain))
        case .map(let map): .object(JSONObject(map.fields.map { .init(name: $0.name, value: plain($0.value)) }))
        }
    }
}
