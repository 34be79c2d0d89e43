internal import KeybrakeStripe

/// Verifying a bank account by two small deposits, or by the code in the statement of one.
///
///     confirm with `verification_method=microdeposits` ─→ requires_action ─ verify ─┬─ right ─→ as without
///                                                        another method ←─ too often ─┘
enum Microdeposits {
    /// Whether an intent asks for the deposits before it takes the account.
    static func areWanted(_ intent: JSONObject, _ form: FormMap, _ instrument: Instrument) -> Bool {
        guard types.contains(instrument.type) else { return false }
        let given = form.map("payment_method_options")?.map(instrument.type)?.given("verification_method")
        let kept = intent["payment_method_options"]?[instrument.type]?["verification_method"]?.stringValue
        return given ?? kept == "microdeposits"
    }

    /// Keeps how the account is to be verified until the intent is confirmed.
    static func takeOption(_ form: FormMap, into intent: inout JSONObject) {
        for type in types {
            guard let method = form.map("payment_method_options")?.map(type)?.given("verification_method") else {
                continue
            }
            var options = intent.object("payment_method_options") ?? [:]
            options[type] = ["verification_method": .string(method)]
            intent.set("payment_method_options", options)
        }
    }

    /// Lets an intent wait for its payer to tell what arrived.
    static func wait(_ kind: ObjectKind, _ original: JSONObject, _ account: inout Account, _ cause: Cause) {
        var intent = original
        let id = intent.text("id") ?? ""
        intent["next_action"] = [
            "type": "verify_with_microdeposits",
            "verify_with_microdeposits": [
                "arrival_date": .integer(cause.now + CivilTime.secondsPerDay),
                "hosted_verification_url": .string(account.pages.challenge(id)),
                "microdeposit_type": "descriptor_code",
            ],
        ]
        intent.set("status", "requires_action")
        account.update(kind, intent, cause)
        account.emit("\(kind.name).requires_action", kind, id: id, cause)
    }

    static func verifyPayment(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let intent = try account.target(.paymentIntent, call).tree
        try check(intent, call.form)
        switch outcome(call.form) {
        case .verified:
            var ready = intent
            ready.set("next_action", nil as JSONObject?)
            var options = ready.object("payment_method_options") ?? [:]
            for type in types { options[type] = nil }
            ready.set("payment_method_options", options)
            try PaymentConfirmation.confirm(ready, FormMap(), &account, call.cause)
        case .exhausted:
            PaymentConfirmation.failLate(intent, exhausted, charge: nil, &account, call.cause)
            throw exhausted.error(["payment_intent": .object(try account.target(.paymentIntent, call).tree)])
        case .wrong(let code): throw wrong(code)
        }
        return .stored(.paymentIntent, id: call.pathValue())
    }

    static func verifySetup(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let intent = try account.target(.setupIntent, call).tree
        try check(intent, call.form)
        switch outcome(call.form) {
        case .verified:
            try SetupIntents.succeed(intent, method: intent.text("payment_method") ?? "", &account, call.cause)
        case .exhausted:
            SetupIntents.fail(intent, exhausted, &account, call.cause)
            throw exhausted.error(["setup_intent": .object(try account.target(.setupIntent, call).tree)])
        case .wrong(let code): throw wrong(code)
        }
        return .stored(.setupIntent, id: call.pathValue())
    }

    private enum Outcome {
        case verified
        case exhausted
        case wrong(code: String)
    }

    private static let types: Set<String> = ["acss_debit", "us_bank_account"]

    private static func check(_ intent: JSONObject, _ form: FormMap) throws(StripeError) {
        guard intent["next_action"]?["type"] == "verify_with_microdeposits" else {
            let object = intent.text("object") ?? ""
            throw .unexpectedState(
                "\(object)_unexpected_state", "This intent does not wait for microdeposits.",
                details: [object: .object(intent)])
        }
        guard form["amounts"] != nil || form.given("descriptor_code") != nil else {
            throw .parameterMissing("descriptor_code")
        }
    }

    /// What Stripe's test values stand for.
    private static func outcome(_ form: FormMap) -> Outcome {
        let amounts = form["amounts"]?.list?.compactMap { $0.text.flatMap { Int64($0) } }.sorted()
        switch (form.given("descriptor_code"), amounts) {
        case ("SM11AA", _), (_, [32, 45]): return .verified
        case ("SM33CC", _), (_, [10, 11]): return .exhausted
        case ("SM44DD", _), (_, [40, 41]): return .wrong(code: "timeout")
        case (nil, _): return .wrong(code: "amounts_mismatch")
        default: return .wrong(code: "descriptor_code_mismatch")
        }
    }

    private static func wrong(_ code: String) -> StripeError {
        .coded(
            "payment_method_microdeposit_verification_\(code)",
            code == "timeout"
                ? "The microdeposits were not verified within the time allowed."
                : "What you provided does not match the microdeposits that were sent to the bank account.")
    }

    private static let exhausted = Decline(
        code: "payment_method_microdeposit_verification_attempts_exceeded", declineCode: nil,
        message: "You have exceeded the number of allowed verification attempts.")
}
