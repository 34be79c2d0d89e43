internal import KeybrakeStripe

/// The events of resources without a behaviour of their own: those that Stripe has a word for.
enum SynthesizedEvents {
    /// Tells that an object was `created`, `updated` or `deleted`.
    static func tell(
        _ what: String, _ kind: ObjectKind, object: [UInt8], previous: [UInt8]? = nil, _ account: inout Account,
        _ cause: Cause
    ) {
        guard let type = type(what, kind) else { return }
        account.emit(type, object: object, previous: previous, cause)
    }

    /// The event's type; `nil` when Stripe has no word for it.
    static func type(_ what: String, _ kind: ObjectKind) -> String? {
        let type = "\(subjects[kind.name] ?? kind.name).\(what)"
        return types.contains(type) ? type : nil
    }

    /// Every event type that an endpoint can ask for.
    static let types: Set<String> = {
        let operation = Catalogue.shared.operation(named: "POST /v1/webhook_endpoints")
        guard case .array(.enumeration(let words))? = operation?.parameters.field("enabled_events")?.type else {
            return []
        }
        return Set(words.values)
    }()

    private static let subjects = [
        "bank_account": "account.external_account", "discount": "customer.discount",
        "issuing.authorization": "issuing_authorization", "issuing.card": "issuing_card",
        "issuing.cardholder": "issuing_cardholder", "issuing.dispute": "issuing_dispute",
        "issuing.transaction": "issuing_transaction", "subscription": "customer.subscription",
        "tax_id": "customer.tax_id", "test_helpers.test_clock": "test_helpers.test_clock",
    ]
}
