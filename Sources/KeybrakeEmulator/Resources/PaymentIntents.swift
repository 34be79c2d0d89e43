internal import KeybrakeStripe

/// PaymentIntents: what calls do to them. How a confirmation ends is in ``PaymentConfirmation``.
///
///     create ─→ requires_payment_method ─(a method)→ requires_confirmation ─ confirm ─┐
///                      ↑                                                              │
///                      ├──────────────── declined ────────────────────────────────────┤
///                      ├─ failed ─ requires_action ←─ the card wants its holder ──────┤
///                      │                 └─ passed ─┐                                 │
///                                                   ├─ automatic ─→ succeeded ←───────┤
///                                                   └─ manual ─→ requires_capture ←───┘
///     requires_capture ─ capture ─→ succeeded          any but succeeded ─ cancel ─→ canceled
enum PaymentIntents {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/payment_intents", create),
        ("GET /v1/payment_intents", list),
        ("GET /v1/payment_intents/{intent}", retrieve),
        ("POST /v1/payment_intents/{intent}", update),
        ("POST /v1/payment_intents/{intent}/confirm", confirm),
        ("POST /v1/payment_intents/{intent}/capture", capture),
        ("POST /v1/payment_intents/{intent}/cancel", cancel),
        ("POST /v1/payment_intents/{intent}/increment_authorization", incrementAuthorization),
        ("POST /v1/payment_intents/{intent}/verify_microdeposits", Microdeposits.verifyPayment),
    ]

    /// The words of `status`.
    enum Status: String {
        case requiresPaymentMethod = "requires_payment_method"
        case requiresConfirmation = "requires_confirmation"
        case requiresAction = "requires_action"
        case requiresCapture = "requires_capture"
        case processing
        case succeeded
        case canceled
    }

    static func status(_ intent: JSONObject) -> Status {
        intent.text("status").flatMap { Status(rawValue: $0) } ?? .canceled
    }

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let confirms = form.flag("confirm") ?? false
        let amount = try form.requiredInteger("amount")
        let currency = try form.required("currency").lowercased()
        try ChargeLimits.check(amount: amount, currency: currency)
        if !confirms {
            for name in ["return_url", "off_session", "error_on_requires_action"] where form.given(name) != nil {
                throw .invalid(
                    "The parameter `\(name)` cannot be passed when creating a PaymentIntent unless `confirm` is set "
                        + "to true.", param: name)
            }
        }
        var intent = template
        let id = account.ids.next("pi")
        intent.set("id", id)
        intent.set("amount", amount)
        intent.set("created", call.now)
        intent.set("currency", currency)
        intent.set("client_secret", "\(id)_secret_\(account.ids.letters(25))")
        try chooseMethods(form, &intent)
        try PaymentIntentFields.apply(form, to: &intent, account)
        try takeMethod(form, &intent, &account, call.cause)
        try AmountDetails.take(form, into: &intent, &account, call.cause)
        if confirms { try PaymentConfirmation.checkMethod(intent, account) }
        account.create(.paymentIntent, intent, event: "payment_intent.created", call.cause)
        if confirms { try PaymentConfirmation.confirm(intent, form, &account, call.cause) }
        return .stored(.paymentIntent, id: id)
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let intent = try account.target(.paymentIntent, call)
        return .stored(.paymentIntent, id: intent.id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(
            .paymentIntent, call, url: "/v1/payment_intents", filters: [("customer", call.form.given("customer"))])
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.paymentIntent, call).tree
        let form = call.form
        try PaymentIntentFields.refuseLate(form, intent)
        if form["amount"] != nil || form["currency"] != nil {
            let amount = form.integer("amount") ?? intent.integer("amount")
            let currency = form.given("currency")?.lowercased() ?? intent.text("currency") ?? ""
            try ChargeLimits.check(amount: amount, currency: currency)
            intent.set("amount", amount)
            intent.set("currency", currency)
        }
        try chooseMethods(form, &intent)
        try PaymentIntentFields.apply(form, to: &intent, account)
        try takeMethod(form, &intent, &account, call.cause)
        try AmountDetails.take(form, into: &intent, &account, call.cause)
        account.update(.paymentIntent, intent, call.cause)
        return .stored(.paymentIntent, id: call.pathValue())
    }

    static func confirm(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.paymentIntent, call).tree
        let status = status(intent)
        switch status {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: break
        case .succeeded:
            throw unexpected(
                "You cannot confirm this PaymentIntent because it has already succeeded after being previously "
                    + "confirmed.", intent)
        default:
            throw unexpected(
                "You cannot confirm this PaymentIntent because it has a status of \(status.rawValue). Only a "
                    + "PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, "
                    + "requires_action.", intent)
        }
        try PaymentIntentFields.apply(call.form, to: &intent, account)
        try takeMethod(call.form, &intent, &account, call.cause)
        try PaymentConfirmation.confirm(intent, call.form, &account, call.cause)
        return .stored(.paymentIntent, id: call.pathValue())
    }

    static func capture(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.paymentIntent, call).tree
        guard status(intent) == .requiresCapture, let charge = latestCharge(intent, account) else {
            throw unexpected(
                "This PaymentIntent could not be captured because it has a status of "
                    + "\(status(intent).rawValue). Only a PaymentIntent with one of the following statuses may be "
                    + "captured: requires_capture.", intent)
        }
        let metadata = try Metadata.merge(call.form["metadata"], into: intent.object("metadata") ?? [:])
        let captured = try Charges.capture(
            charge, amount: call.form.integer("amount_to_capture"), param: "amount_to_capture", call.form, &account,
            call.cause)
        intent.set("metadata", metadata)
        intent.set("amount_capturable", 0)
        intent.set("amount_received", captured.integer("amount_captured"))
        ConnectTerms(captured).write(to: &intent)
        intent.set("status", Status.succeeded.rawValue)
        account.update(.paymentIntent, intent, call.cause)
        account.emit("payment_intent.succeeded", .paymentIntent, id: call.pathValue(), call.cause)
        CheckoutCompletion.follow(intent, &account, call.cause)
        InvoicePayments.succeeded(call.pathValue(), &account, call.cause)
        return .stored(.paymentIntent, id: call.pathValue())
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let intent = try account.target(.paymentIntent, call).tree
        let status = status(intent)
        guard status != .succeeded, status != .canceled else {
            throw unexpected(
                "You cannot cancel this PaymentIntent because it has a status of \(status.rawValue). Only a "
                    + "PaymentIntent with one of the following statuses may be canceled: requires_payment_method, "
                    + "requires_capture, requires_confirmation, requires_action, processing.", intent)
        }
        cancel(intent, reason: call.form.given("cancellation_reason"), &account, call.cause)
        return .stored(.paymentIntent, id: call.pathValue())
    }

    /// The authorisation of an intent was never captured.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let intent = account.store.object(.paymentIntent, id: id)?.tree, status(intent) == .requiresCapture
        else { return }
        cancel(intent, reason: "automatic", &account, cause)
    }

    static func incrementAuthorization(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var intent = try account.target(.paymentIntent, call).tree
        guard status(intent) == .requiresCapture, var charge = latestCharge(intent, account) else {
            throw unexpected(
                "You cannot increment the authorization of this PaymentIntent because it has a status of "
                    + "\(status(intent).rawValue). Only a PaymentIntent with a status of requires_capture may be "
                    + "incremented.", intent)
        }
        let amount = try call.form.requiredInteger("amount")
        let currency = intent.text("currency") ?? ""
        try ChargeLimits.check(amount: amount, currency: currency)
        guard amount > intent.integer("amount") else {
            throw .invalid(
                "The new amount must be greater than the currently authorized amount.", param: "amount")
        }
        let metadata = try Metadata.merge(call.form["metadata"], into: intent.object("metadata") ?? [:])
        if let text = call.form.text("description") { intent.set("description", text.isEmpty ? nil : text) }
        intent.set("metadata", metadata)
        intent.set("amount", amount)
        intent.set("amount_capturable", amount)
        charge.set("amount", amount)
        account.update(.charge, charge, event: "charge.updated", call.cause)
        account.update(.paymentIntent, intent, event: "payment_intent.amount_capturable_updated", call.cause)
        return .stored(.paymentIntent, id: call.pathValue())
    }

    /// A 400 that shows the intent as it stands.
    static func unexpected(_ message: String, _ intent: JSONObject) -> StripeError {
        .unexpectedState(
            "payment_intent_unexpected_state", message, details: ["payment_intent": .object(intent)])
    }

    static func latestCharge(_ intent: JSONObject, _ account: Account) -> JSONObject? {
        intent.text("latest_charge").flatMap { account.store.object(.charge, id: $0)?.tree }
    }

    private static func cancel(_ original: JSONObject, reason: String?, _ account: inout Account, _ cause: Cause) {
        var intent = original
        if status(intent) == .requiresCapture, var charge = latestCharge(intent, account) {
            Refunds.release(&charge, amount: charge.integer("amount"), &account, cause)
            account.update(.charge, charge, event: "charge.refunded", cause)
        }
        if status(intent) == .processing, let charge = latestCharge(intent, account) {
            DelayedPayments.cancel(charge, &account, cause)
        }
        intent.set("amount_capturable", 0)
        intent.set("canceled_at", cause.now)
        intent.set("cancellation_reason", reason)
        intent.set("next_action", nil as JSONObject?)
        intent.set("status", Status.canceled.rawValue)
        account.update(.paymentIntent, intent, cause)
        account.emit("payment_intent.canceled", .paymentIntent, id: intent.text("id") ?? "", cause)
    }

    /// `payment_method_types` names them; otherwise the account's own choice holds, which is cards.
    private static func chooseMethods(_ form: FormMap, _ intent: inout JSONObject) throws(StripeError) {
        if let types = form["payment_method_types"]?.list {
            let names = types.compactMap(\.text)
            if let unknown = names.first(where: { !MethodType.all.contains($0) }) {
                throw .invalid(
                    "The payment method type \"\(unknown)\" is invalid. Please ensure the provided type is "
                        + "activated in your dashboard and your account is enabled for any preview features that you "
                        + "are trying to use.", param: "payment_method_types")
            }
            intent["payment_method_types"] = .array(names.map { .string($0) })
            intent.set("automatic_payment_methods", nil as JSONObject?)
        } else if let automatic = form.map("automatic_payment_methods") {
            guard automatic.flag("enabled") == true else {
                intent.set("automatic_payment_methods", nil as JSONObject?)
                return
            }
            intent["automatic_payment_methods"] = [
                "allow_redirects": .string(automatic.given("allow_redirects") ?? "always"), "enabled": true,
            ]
        }
    }

    /// `payment_method` or `payment_method_data`: with a method the intent waits for its confirmation.
    private static func takeMethod(
        _ form: FormMap, _ intent: inout JSONObject, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        let method: String
        if let token = form.given("confirmation_token") {
            method = try ConfirmationTokens.take(token, for: intent, &account, cause)
        } else if let data = form.map("payment_method_data") {
            method = try PaymentMethods.make(data, param: "payment_method_data", &account, cause).id
        } else if let id = form.given("payment_method") {
            if id.hasPrefix("card_") {
                method = try account.find(.card, id, param: "payment_method").id
            } else {
                method = try PaymentMethods.resolve(id, param: "payment_method", &account, cause).id
            }
        } else {
            return
        }
        intent.set("payment_method", method)
        if status(intent) != .requiresCapture, status(intent) != .succeeded {
            intent.set("status", Status.requiresConfirmation.rawValue)
        }
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"payment_intent","amount":0,"amount_capturable":0,"amount_details":{"tip":{}},
        "amount_received":0,"application":null,"application_fee_amount":null,
        "automatic_payment_methods":{"allow_redirects":"always","enabled":true},"canceled_at":null,
        "cancellation_reason":null,"capture_method":"automatic_async","client_secret":"",
        "confirmation_method":"automatic","created":0,"currency":"","customer":null,"customer_account":null,
        "description":null,"excluded_payment_method_types":null,"last_payment_error":null,"latest_charge":null,
        "livemode":false,"metadata":{},"next_action":null,"on_behalf_of":null,"payment_method":null,
        "payment_method_configuration_details":null,
        "payment_method_options":{"card":{"installments":null,"mandate_options":null,"network":null,
        "request_three_d_secure":"automatic"}},"payment_method_types":["card"],"processing":null,
        "receipt_email":null,"review":null,"setup_future_usage":null,"shipping":null,"source":null,
        "statement_descriptor":null,"statement_descriptor_suffix":null,"status":"requires_payment_method",
        "transfer_data":null,"transfer_group":null}
        """#)
}
