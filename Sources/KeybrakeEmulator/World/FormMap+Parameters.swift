internal import KeybrakeStripe

/// Reading parameters after the catalogue has checked their types.
extension FormMap {
    /// The text of a parameter that is given and not empty; an empty one asks for the default or unsets.
    func given(_ name: String) -> String? {
        guard let text = text(name), !text.isEmpty else { return nil }
        return text
    }

    /// Whether one of these parameters is given.
    func names(_ names: [String]) -> Bool {
        names.contains { given($0) != nil }
    }

    func integer(_ name: String) -> Int64? {
        given(name).flatMap { Int64($0) }
    }

    func flag(_ name: String) -> Bool? {
        given(name).map { $0 == "true" }
    }

    /// The fields of a nested parameter.
    func map(_ name: String) -> FormMap? {
        self[name]?.map
    }

    /// The parameter's text, refusing its absence.
    func required(_ name: String) throws(StripeError) -> String {
        guard let text = given(name) else { throw .parameterMissing(name) }
        return text
    }

    /// The parameter's amount, refusing its absence.
    func requiredInteger(_ name: String) throws(StripeError) -> Int64 {
        guard let number = integer(name) else { throw .parameterMissing(name) }
        return number
    }
}

extension JSONObject {
    /// Takes over those members of a template that the form gives: empty texts become `null`, nested maps are filled
    /// alike. Members that the template does not have stay out.
    mutating func fill(from form: FormMap) {
        for member in members {
            guard let given = form[member.name] else { continue }
            switch given {
            case .text(let text):
                self[member.name] = Self.scalar(text, like: member.value)
            case .map, .list:
                if let map = given.map, var nested = member.value.objectValue {
                    nested.fill(from: map)
                    self[member.name] = .object(nested)
                }
            }
        }
    }

    private static func scalar(_ text: String, like template: JSONValue) -> JSONValue {
        if text.isEmpty { return .null }
        switch template {
        case .bool: return .bool(text == "true")
        case .integer: return Int64(text).map { .integer($0) } ?? .string(text)
        default: return .string(text)
        }
    }
}
