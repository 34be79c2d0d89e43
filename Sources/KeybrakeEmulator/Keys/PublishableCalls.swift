internal import KeybrakeStripe

/// What can be done with a publishable key, which stands in everybody's browser: make tokens and payment methods, and
/// see and confirm an intent whose secret one was given. Its answers leave out what is the merchant's own.
enum PublishableCalls {
    static func allows(_ operation: Operation) -> Bool {
        names.contains(operation.name)
    }

    private static let names: Set = [
        "POST /v1/tokens", "GET /v1/tokens/{token}", "POST /v1/sources", "GET /v1/sources/{source}",
        "POST /v1/payment_methods", "GET /v1/payment_intents/{intent}", "POST /v1/payment_intents/{intent}/confirm",
        "POST /v1/payment_intents/{intent}/verify_microdeposits", "GET /v1/setup_intents/{intent}",
        "POST /v1/setup_intents/{intent}/confirm", "POST /v1/setup_intents/{intent}/verify_microdeposits",
    ]

    // MARK: The client's secret

    /// Refuses a call that names a client secret other than the object's, and one with a publishable key without it.
    static func check(_ call: EmulatorCall, _ account: Account) throws(StripeError) {
        let operation = call.match.operation
        guard let resource = operation.action.resource, secretive.contains(resource),
            let id = call.match.pathParameters.first?.value
        else { return }
        let given = call.form.given("client_secret")
        guard given != nil || APIKeys.Kind(call.apiKey) == .publishable else { return }
        guard let given else { throw .parameterMissing("client_secret") }
        guard let object = account.store.object(ObjectKind(resource), id: id) else { return }
        guard object.text("client_secret") == given else {
            let noun = ["payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"][resource] ?? resource
            throw .coded(
                "\(resource)_invalid_parameter",
                "The client_secret provided does not match the client_secret associated with the \(noun).",
                param: "client_secret")
        }
    }

    private static let secretive: Set = ["payment_intent", "setup_intent", "source"]

    // MARK: Answers

    /// The answer without what only a secret key shows.
    static func reduced(_ answer: EmulatorAnswer) -> EmulatorAnswer {
        guard case .object(var body)? = try? JSONParser.parse(answer.body) else { return answer }
        if case .object(var error)? = body["error"] {
            for member in ["payment_intent", "setup_intent", "payment_method", "source"] {
                if let object = error.object(member) { error.set(member, reduced(object)) }
            }
            body.set("error", error)
        } else {
            body = reduced(body)
        }
        var answer = answer
        answer.body = JSONWriter.bytes(.object(body), layout: body["error"] == nil ? .compact : .pretty)
        return answer
    }

    private static func reduced(_ object: JSONObject) -> JSONObject {
        let shown = shown[object.text("object") ?? ""]
        return JSONObject(
            object.members.compactMap { member in
                guard shown?.contains(member.name) ?? !hidden.contains(member.name) else { return nil }
                guard case .object(let inner) = member.value else { return member }
                return .init(name: member.name, value: .object(reduced(inner)))
            })
    }

    /// What only the merchant's server sees of other objects.
    private static let hidden: Set = ["customer", "customer_account", "fingerprint", "metadata"]

    /// The members that a browser sees of an intent.
    private static let shown: [String: Set<String>] = [
        "payment_intent": [
            "amount", "amount_details", "automatic_payment_methods", "canceled_at", "cancellation_reason",
            "capture_method", "client_secret", "confirmation_method", "created", "currency", "description", "id",
            "last_payment_error", "livemode", "next_action", "object", "payment_method",
            "payment_method_configuration_details", "payment_method_types", "processing", "receipt_email",
            "setup_future_usage", "shipping", "source", "status",
        ],
        "setup_intent": [
            "automatic_payment_methods", "cancellation_reason", "client_secret", "created", "description", "id",
            "last_setup_error", "livemode", "next_action", "object", "payment_method",
            "payment_method_configuration_details", "payment_method_types", "status", "usage",
        ],
    ]
}
