internal import KeybrakeStripe

/// What new objects say of themselves where their shape alone would be misleading, and what acting on them changes.
enum SynthesisDefaults {
    /// Truths that begin as such, and the state in which an object begins.
    static func complete(_ object: inout JSONObject, _ shape: ObjectShape) {
        for name in ["active", "valid", "charges_enabled", "payouts_enabled", "details_submitted"]
        where object[name] == false {
            object.set(name, true)
        }
        if object["metadata"] == .null { object.set("metadata", JSONObject()) }
        guard let field = shape.field("status"), object["status"]?.isNull != true else { return }
        if case .enumeration(let words) = field.type,
            let first = beginnings.first(where: words.values.contains)
        {
            object.set("status", first)
        } else if object.text("status") == "" {
            object.set("status", "pending")
        }
    }

    /// Shows in an object that a verb was applied to it: its state, and the time at which that happened.
    static func apply(_ verb: String, to object: inout JSONObject, _ shape: ObjectShape, now: Int64) {
        let words = outcomes[verb] ?? [verb + "ed", verb + "d", verb]
        if let field = shape.field("status") {
            switch field.type {
            case .enumeration(let known):
                if let state = words.first(where: known.values.contains) { object.set("status", state) }
            case .string:
                if let state = outcomes[verb]?.first { object.set("status", state) }
            default: break
            }
        }
        for word in words {
            let name = word + "_at"
            if case .unixTime? = shape.field(name)?.type { object.set(name, now) }
        }
        if let truth = switches[verb], object["active"]?.boolValue != nil { object.set("active", truth) }
    }

    /// Where the states of an object contain one of these, the first of them is where it begins.
    private static let beginnings = [
        "requires_payment_method", "draft", "ready", "requires_input", "not_started", "open", "active", "enabled",
        "online", "needs_response", "pending", "processing",
    ]

    private static let outcomes: [String: [String]] = [
        "accept": ["accepted"], "activate": ["active", "activated"], "approve": ["approved", "closed"],
        "archive": ["archived"], "cancel": ["canceled"], "close": ["closed", "lost"], "complete": ["complete"],
        "deactivate": ["inactive", "deactivated"], "decline": ["declined", "closed"], "deliver": ["delivered"],
        "disable": ["disabled"], "disconnect": ["disconnected"], "enable": ["enabled"], "expire": ["expired"],
        "fail": ["failed"], "finalize": ["open", "finalized"], "mark_uncollectible": ["uncollectible"],
        "pay": ["paid"], "post": ["posted"], "reactivate": ["active"], "redact": ["redacted"], "reject": ["rejected"],
        "release": ["released"], "resume": ["active"], "return": ["returned"], "reverse": ["reversed"],
        "ship": ["shipped"], "submit": ["submitted"], "succeed": ["succeeded"], "unarchive": ["active"],
        "void": ["void", "voided"],
    ]

    private static let switches: [String: Bool] = [
        "activate": true, "archive": false, "deactivate": false, "reactivate": true, "unarchive": true,
    ]
}
