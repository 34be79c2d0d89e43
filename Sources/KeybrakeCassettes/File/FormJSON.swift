internal import KeybrakeStripe

/// A decoded form as JSON: texts as strings, lists as arrays, maps as objects.
enum FormJSON {
    static func object(_ map: FormMap) -> JSONObject {
        JSONObject(map.fields.map { JSONObject.Member(name: $0.name, value: value($0.value)) })
    }

    private static func value(_ value: FormValue) -> JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .list(let elements): .array(elements.map { self.value($0) })
        case .map(let map): .object(object(map))
        }
    }

    /// The form that the object spells. Numbers and booleans, as people write them by hand, count as their text.
    ///
    /// - Returns: `nil` when a `null` is in it, which no form can say.
    static func map(_ object: JSONObject) -> FormMap? {
        var fields: [FormMap.Field] = []
        fields.reserveCapacity(object.count)
        for member in object.members {
            guard let value = formValue(member.value) else { return nil }
            fields.append(FormMap.Field(name: member.name, value: value))
        }
        return FormMap(fields)
    }

    private static func formValue(_ value: JSONValue) -> FormValue? {
        switch value {
        case .null: return nil
        case .bool(let truth): return .text(truth ? "true" : "false")
        case .integer(let number): return .text(String(number))
        case .numeral(let text), .string(let text): return .text(text)
        case .object(let object): return map(object).map { .map($0) }
        case .array(let elements):
            let values = elements.compactMap(formValue)
            return values.count == elements.count ? .list(values) : nil
        }
    }
}
