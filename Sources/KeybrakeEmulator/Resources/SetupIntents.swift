internal import KeybrakeStripe

/// SetupIntents: keeping a payment method for later without taking money.
///
///     create ─→ requires_payment_method ─(a method)→ requires_confirmation ─ confirm ─┬─→ succeeded
///                        ↑                                                            ├─→ requires_action
///                        └────────────────────────── declined ────────────────────────┘
///     any but succeeded ─ cancel ─→ canceled
enum SetupIntents {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/setup_intents", create),
        ("GET /v1/setup_intents", list),
        ("GET /v1/setup_intents/{intent}", retrieve),
        ("POST /v1/setup_intents/{intent}", update),
        ("POST /v1/setup_intents/{intent}/confirm", confirm),
        ("POST /v1/setup_intents/{intent}/cancel", cancel),
        ("POST /v1/setup_intents/{intent}/verify_microdeposits", Microdeposits.verifySetup),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = template
        let id = account.ids.next("seti")
        intent.set("id", id)
        intent.set("client_secret", "\(id)_secret_\(account.ids.letters(25))")
        intent.set("created", call.now)
        try apply(call.form, to: &intent, &account, call.cause)
        account.create(.setupIntent, intent, event: "setup_intent.created", call.cause)
        if call.form.flag("confirm") == true { try confirm(intent, call.form, &account, call.cause) }
        return .stored(.setupIntent, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        return try account.page(
            .setupIntent, call, url: "/v1/setup_intents",
            filters: [("customer", form.given("customer")), ("payment_method", form.given("payment_method"))])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.setupIntent, id: try account.target(.setupIntent, call).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.setupIntent, call).tree
        guard !isFinal(intent) else { throw unexpected("updated", intent) }
        try apply(call.form, to: &intent, &account, call.cause)
        account.update(.setupIntent, intent, call.cause)
        return .stored(.setupIntent, id: call.pathValue())
    }

    static func confirm(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.setupIntent, call).tree
        guard !isFinal(intent) else { throw unexpected("confirmed", intent) }
        try apply(call.form, to: &intent, &account, call.cause)
        try confirm(intent, call.form, &account, call.cause)
        return .stored(.setupIntent, id: call.pathValue())
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.setupIntent, call).tree
        guard !isFinal(intent) else { throw unexpected("canceled", intent) }
        intent.set("cancellation_reason", call.form.given("cancellation_reason"))
        intent.set("next_action", nil as JSONObject?)
        intent.set("status", "canceled")
        account.update(.setupIntent, intent, call.cause)
        account.emit("setup_intent.canceled", .setupIntent, id: call.pathValue(), call.cause)
        return .stored(.setupIntent, id: call.pathValue())
    }

    /// The cardholder has answered the challenge of an intent that waits for it.
    static func authenticate(_ id: String, passes: Bool, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        let intent = try account.find(.setupIntent, id, param: "intent", status: 404).tree
        guard intent.text("status") == "requires_action", let method = intent.text("payment_method") else {
            throw unexpected("authenticated", intent)
        }
        guard passes else {
            fail(intent, .authenticationFailed, &account, cause)
            return
        }
        try succeed(intent, method: method, &account, cause)
    }

    private static func confirm(
        _ original: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        guard let id = original.text("payment_method") else {
            throw unexpected("confirmed without a payment method", original)
        }
        let stored = try account.find(.paymentMethod, id, param: "payment_method")
        let instrument = Instrument(stored, kind: .paymentMethod)
        var original = original
        SetupAttempts.begin(&original, instrument, &account, cause)
        if let acceptance = form.map("mandate_data")?.map("customer_acceptance") {
            original.set("mandate", Mandates.make(instrument, acceptance, &account, cause))
        }
        if Microdeposits.areWanted(original, form, instrument) {
            Microdeposits.wait(.setupIntent, original, &account, cause)
            return
        }
        let verdict = CardPayment.verdict(
            instrument, isAuthenticated: false, isOffSession: false,
            isRequested: PaymentIntentFields.requestsAuthentication(original))
        switch verdict {
        case .wantsAuthentication:
            var intent = original
            intent.set("next_action", nextAction(intent, form.given("return_url"), &account))
            intent.set("status", "requires_action")
            account.update(.setupIntent, intent, cause)
            account.emit("setup_intent.requires_action", .setupIntent, id: intent.text("id") ?? "", cause)
        case .declines(let decline) where stored.card.map { TestCardTable[$0].isAttachable } != true:
            fail(original, decline, &account, cause)
            let current = account.store.object(.setupIntent, id: original.text("id") ?? "")?.tree ?? original
            throw decline.error(["setup_intent": .object(current), "payment_method": .object(stored.tree)])
        default: try succeed(original, method: id, &account, cause)
        }
    }

    /// The method is set up.
    static func succeed(
        _ original: JSONObject, method: String, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        var intent = original
        if let customer = intent.text("customer") {
            try PaymentMethods.attach(method, to: customer, &account, cause)
        }
        if intent.text("usage") == "off_session" { account.setUp(.paymentMethod, id: method) }
        intent.set("last_setup_error", nil as JSONObject?)
        intent.set("next_action", nil as JSONObject?)
        intent.set("status", "succeeded")
        if intent.text("mandate") == nil, let stored = account.store.object(.paymentMethod, id: method),
            Mandates.areNeeded(stored.text("type") ?? "card")
        {
            let instrument = Instrument(stored, kind: .paymentMethod)
            intent.set("mandate", Mandates.make(instrument, FormMap(), &account, cause))
        }
        SetupAttempts.end(intent, as: "succeeded", nil, &account, cause)
        account.update(.setupIntent, intent, cause)
        account.emit("setup_intent.succeeded", .setupIntent, id: intent.text("id") ?? "", cause)
        CheckoutCompletion.follow(intent, &account, cause)
        Subscriptions.methodSetUp(by: intent.text("id") ?? "", method: method, &account, cause)
    }

    /// The method was refused; another one is asked for.
    static func fail(
        _ original: JSONObject, _ decline: Decline, _ account: inout Account, _ cause: Cause
    ) {
        var intent = original
        let error = decline.error()
        intent.set("last_setup_error", error.json["error"]?.objectValue)
        SetupAttempts.end(intent, as: "failed", error.json["error"]?.objectValue, &account, cause)
        intent.set("next_action", nil as JSONObject?)
        intent.set("payment_method", nil as String?)
        intent.set("status", "requires_payment_method")
        account.update(.setupIntent, intent, cause)
        account.emit("setup_intent.setup_failed", .setupIntent, id: intent.text("id") ?? "", cause)
    }

    private static func apply(
        _ form: FormMap, to intent: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        if let customer = form.given("customer") {
            intent.set("customer", try account.find(.customer, customer, param: "customer").id)
        }
        for name in ["description", "on_behalf_of"] {
            if let text = form.text(name) { intent.set(name, text.isEmpty ? nil : text) }
        }
        if let usage = form.given("usage") { intent.set("usage", usage) }
        if let types = form["payment_method_types"]?.list {
            intent["payment_method_types"] = .array(types.map { JSONValue($0.text) })
        }
        intent.set("metadata", try Metadata.merge(form["metadata"], into: intent.object("metadata") ?? [:]))
        Microdeposits.takeOption(form, into: &intent)
        if let card = form.map("payment_method_options")?.map("card"),
            var options = intent["payment_method_options"]?["card"]?.objectValue
        {
            options.fill(from: card)
            intent["payment_method_options"] = ["card": .object(options)]
        }
        let method: StoredObject
        if let token = form.given("confirmation_token") {
            let id = try ConfirmationTokens.take(token, for: intent, &account, cause)
            method = try account.find(.paymentMethod, id, param: "confirmation_token")
        } else if let data = form.map("payment_method_data") {
            method = try PaymentMethods.make(data, param: "payment_method_data", &account, cause)
        } else if let id = form.given("payment_method") {
            method = try PaymentMethods.resolve(id, param: "payment_method", &account, cause)
        } else {
            return
        }
        intent.set("payment_method", method.id)
        intent.set("status", "requires_confirmation")
    }

    private static func nextAction(_ intent: JSONObject, _ returnURL: String?, _ account: inout Account) -> JSONObject {
        let url = account.pages.challenge(intent.text("id") ?? "")
        guard let returnURL else {
            let source = account.ids.next("src")
            return [
                "type": "use_stripe_sdk",
                "use_stripe_sdk": ["source": .string(source), "stripe_js": .string(url)],
            ]
        }
        return ["redirect_to_url": ["return_url": .string(returnURL), "url": .string(url)], "type": "redirect_to_url"]
    }

    private static func isFinal(_ intent: JSONObject) -> Bool {
        ["succeeded", "canceled"].contains(intent.text("status") ?? "")
    }

    private static func unexpected(_ what: String, _ intent: JSONObject) -> StripeError {
        .unexpectedState(
            "setup_intent_unexpected_state",
            "This SetupIntent could not be \(what) because it has a status of \(intent.text("status") ?? "").",
            details: ["setup_intent": .object(intent)])
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"setup_intent","application":null,"automatic_payment_methods":null,
        "cancellation_reason":null,"client_secret":"","created":0,"customer":null,"customer_account":null,
        "description":null,"excluded_payment_method_types":null,"flow_directions":null,"last_setup_error":null,
        "latest_attempt":null,"livemode":false,"mandate":null,"metadata":{},"next_action":null,"on_behalf_of":null,
        "payment_method":null,"payment_method_configuration_details":null,
        "payment_method_options":{"card":{"mandate_options":null,"network":null,"request_three_d_secure":"automatic"}},
        "payment_method_types":["card"],"single_use_mandate":null,"status":"requires_payment_method",
        "usage":"off_session"}
        """#)
}
