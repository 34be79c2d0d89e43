internal import KeybrakeStripe

/// Turns a text of a form into a JSON value of the plain type that a member has.
enum TypedValue {
    /// The value, or `nil` when the form's shape does not fit the member's.
    static func read(_ value: FormValue, as type: TypeShape) -> JSONValue? {
        switch type {
        case .any: return plain(value)
        case .boolean, .alwaysTrue: return value.text.flatMap { $0 == "true" ? true : $0 == "false" ? false : nil }
        case .integer, .unixTime: return value.text.flatMap { Int64($0) }.map { .integer($0) }
        case .number: return value.text.flatMap { ScalarCheck.isDecimal($0) ? .numeral($0) : nil }
        case .string, .enumeration, .expandable: return value.text.map { .string($0) }
        default: return nil
        }
    }

    private static func plain(_ value: FormValue) -> JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .list(let elements): .array(elements.map(plain))
        case .map(let map): .object(JSONObject(map.fields.map { .init(name: $0.name, value: plain($0.value)) }))
        }
    }
}
