/// How Stripe's messages and `param` members call resources, where that differs from the rule.
enum ResourceNames {
    /// What a message calls the resource: `No such PaymentMethod: …`.
    static func noun(_ kind: ObjectKind) -> String {
        switch kind.name {
        case "payment_method": "PaymentMethod"
        case "setup_intent": "setupintent"
        case "event": "event"
        case "balance_transaction": "balance transaction"
        case "test_helpers.test_clock": "test clock"
        case "promotion_code": "promotion code"
        case "credit_note": "credit note"
        case "tax_rate": "tax rate"
        default: kind.name.split(separator: ".").joined(separator: " ")
        }
    }

    /// What `param` is when the path names an object that does not exist: `id` by default.
    static func pathParameter(_ kind: ObjectKind) -> String {
        switch kind.name {
        case "payment_intent", "setup_intent": "intent"
        case "payment_method": "payment_method"
        case "invoice": "invoice"
        case "price": "price"
        case "token": "token"
        case "checkout.session": "session"
        case "test_helpers.test_clock": "test_clock"
        default: "id"
        }
    }
}
