internal import KeybrakeStripe

/// Texts that objects keep to themselves until `expand` names them.
enum IncludedTexts {
    static func holds(_ member: String, _ owner: String?) -> Bool {
        switch owner {
        case "apps.secret": member == "payload"
        case "issuing.card": member == "number" || member == "cvc"
        default: false
        }
    }

    /// The number and the security code of an issued card, which nobody else has.
    static func text(_ member: String, of object: JSONObject) -> JSONValue? {
        guard object.text("object") == "issuing.card", holds(member, "issuing.card") else { return nil }
        let hash = StableHash.of(object.text("id") ?? "")
        if member == "cvc" { return .string(String(100 + hash % 900)) }
        return .string("40000099\(1_000 + hash % 9_000)" + (object.text("last4") ?? "0000"))
    }
}
