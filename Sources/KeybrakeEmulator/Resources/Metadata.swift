internal import KeybrakeStripe

/// The rules of the `metadata` hash, the same on every object.
enum Metadata {
    static let keysMax = 50
    static let keyCharactersMax = 40
    static let valueCharactersMax = 500

    /// What is left after the form was applied: an empty value removes its key, an empty hash removes all.
    static func merge(_ given: FormValue?, into existing: JSONObject = JSONObject()) throws(StripeError) -> JSONObject {
        guard let given else { return existing }
        if given.text == "" { return JSONObject() }
        guard let map = given.map else {
            throw .invalid("Invalid hash", param: "metadata")
        }
        var merged = existing
        for field in map.fields {
            guard let value = field.value.text else {
                throw .invalid("Invalid metadata: values must be strings", param: "metadata[\(field.name)]")
            }
            try check(key: field.name, value: value)
            merged[field.name] = value.isEmpty ? nil : .string(value)
        }
        guard merged.count <= keysMax else {
            throw .invalid("Metadata can have at most \(keysMax) keys; you have \(merged.count).", param: "metadata")
        }
        return merged
    }

    private static func check(key: String, value: String) throws(StripeError) {
        guard key.count <= keyCharactersMax else {
            throw .invalid(
                "Invalid metadata key: keys can have up to \(keyCharactersMax) characters", param: "metadata")
        }
        guard value.count <= valueCharactersMax else {
            throw .invalid(
                "Metadata values can have up to \(valueCharactersMax) characters, but you passed in a value that is "
                    + "\(value.count) characters.", param: "metadata[\(key)]")
        }
    }
}
