internal import KeybrakeStripe

/// How the confirmation of a PaymentIntent ends.
///
///     confirm ─┬─ the card approves ─→ succeeded, or requires_capture
///              ├─ it declines ─→ requires_payment_method and a 402
///              └─ it wants its holder ─┬─ who is there ─→ requires_action ─ authenticate ─→ as above
///                                      └─ who is away ─→ requires_payment_method and a 402
enum PaymentConfirmation {
    /// Runs an attempt and leaves the intent in its new state.
    ///
    /// - Throws: the 402 of a decline, after the failed charge and the intent's error were written.
    static func confirm(_ original: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        var intent = original
        let instrument = try instrument(&intent, account)
        let isOffSession = form.given("off_session").map { $0 != "false" } ?? false
        let isAuthenticated = cause.authenticatedMethod == instrument.id
        let verdict = CardPayment.verdict(
            instrument, isAuthenticated: isAuthenticated, isOffSession: isOffSession,
            isRequested: PaymentIntentFields.requestsAuthentication(intent))
        if Microdeposits.areWanted(intent, form, instrument) {
            Microdeposits.wait(.paymentIntent, intent, &account, cause)
            return
        }
        if case .wantsAuthentication = verdict, !isOffSession, form.flag("error_on_requires_action") != true {
            intent.set("next_action", nextAction(intent, returnURL: form.given("return_url"), &account))
            intent.set("status", PaymentIntents.Status.requiresAction.rawValue)
            account.update(.paymentIntent, intent, cause)
            account.emit("payment_intent.requires_action", .paymentIntent, id: intent.text("id") ?? "", cause)
            InvoicePayments.wantsAction(intent.text("id") ?? "", &account, cause)
            return
        }
        try finish(intent, instrument, verdict, isAuthenticated: isAuthenticated, &account, cause)
    }

    /// Refuses an intent that has nothing to be paid with, before anything is written.
    static func checkMethod(_ intent: JSONObject, _ account: Account) throws(StripeError) {
        var intent = intent
        _ = try instrument(&intent, account)
    }

    /// The cardholder has answered the challenge of an intent that waits for it.
    static func authenticate(_ id: String, passes: Bool, _ account: inout Account, _ cause: Cause)
        throws(StripeError)
    {
        var intent = try account.find(.paymentIntent, id, param: "intent", status: 404).tree
        guard PaymentIntents.status(intent) == .requiresAction else {
            throw PaymentIntents.unexpected("This PaymentIntent does not wait for authentication.", intent)
        }
        let instrument = try instrument(&intent, account)
        guard passes else {
            intent.set("last_payment_error", paymentError(.authenticationFailed, charge: nil, instrument))
            fallBack(&intent, &account, cause)
            return
        }
        let verdict = CardPayment.verdict(instrument, isAuthenticated: true, isOffSession: false)
        do throws(StripeError) {
            try finish(intent, instrument, verdict, isAuthenticated: true, &account, cause)
        } catch {
            // The decline is in the intent; the page that asked the cardholder has nothing more to say.
        }
    }

    private static func finish(
        _ original: JSONObject, _ instrument: Instrument, _ verdict: CardPayment.Verdict, isAuthenticated: Bool,
        _ account: inout Account, _ cause: Cause
    ) throws(StripeError) {
        var intent = original
        intent.set("next_action", nil as JSONObject?)
        let captures = intent.text("capture_method") != "manual"
        let payment = payment(intent, instrument, captures: captures, isAuthenticated: isAuthenticated)
        switch payment.attempt(verdict, &account, cause) {
        case .succeeded(let charge):
            intent.set("last_payment_error", nil as JSONObject?)
            intent.set("latest_charge", charge.text("id"))
            if let review = charge.text("review") { intent.set("review", review) }
            save(instrument, intent, &account, cause)
            let amount = intent.integer("amount")
            intent.set("amount_received", captures ? amount : 0)
            intent.set("amount_capturable", captures ? 0 : amount)
            let status: PaymentIntents.Status = captures ? .succeeded : .requiresCapture
            intent.set("status", status.rawValue)
            account.update(.paymentIntent, intent, cause)
            let event = captures ? "payment_intent.succeeded" : "payment_intent.amount_capturable_updated"
            account.emit(event, .paymentIntent, id: intent.text("id") ?? "", cause)
            CheckoutCompletion.follow(intent, &account, cause)
            if captures { InvoicePayments.succeeded(intent.text("id") ?? "", &account, cause) }
        case .pending(let charge):
            intent.set("last_payment_error", nil as JSONObject?)
            intent.set("latest_charge", charge.text("id"))
            save(instrument, intent, &account, cause)
            intent.set("status", PaymentIntents.Status.processing.rawValue)
            account.update(.paymentIntent, intent, cause)
            account.emit("payment_intent.processing", .paymentIntent, id: intent.text("id") ?? "", cause)
            Subscriptions.paymentUnderway(intent.text("id") ?? "", &account, cause)
            CheckoutCompletion.follow(intent, &account, cause)
        case .declined(let decline, let charge):
            let failure = paymentError(decline, charge: charge, instrument)
            intent.set("last_payment_error", failure)
            intent.set("latest_charge", charge)
            fallBack(&intent, &account, cause)
            throw decline.error([
                "charge": .string(charge), "payment_intent": .object(intent),
                "payment_method": .object(instrument.tree),
            ])
        }
    }

    /// The bank has refused a payment that was on its way.
    static func failLate(
        _ original: JSONObject, _ decline: Decline, charge: String?, _ account: inout Account, _ cause: Cause
    ) {
        var intent = original
        let method = intent.text("payment_method").flatMap { account.store.object(.paymentMethod, id: $0) }
        if let method {
            let instrument = Instrument(method, kind: .paymentMethod)
            intent.set("last_payment_error", paymentError(decline, charge: charge, instrument))
        }
        fallBack(&intent, &account, cause)
        CheckoutCompletion.follow(intent, &account, cause)
    }

    /// Back to asking for another method.
    private static func fallBack(_ intent: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        intent.set("next_action", nil as JSONObject?)
        intent.set("payment_method", nil as String?)
        intent.set("status", PaymentIntents.Status.requiresPaymentMethod.rawValue)
        account.update(.paymentIntent, intent, cause)
        account.emit("payment_intent.payment_failed", .paymentIntent, id: intent.text("id") ?? "", cause)
        InvoicePayments.failed(intent.text("id") ?? "", &account, cause)
    }

    /// What the intent is paid with: its method, or else its customer's default card.
    private static func instrument(_ intent: inout JSONObject, _ account: Account) throws(StripeError) -> Instrument {
        let customer = intent.text("customer")
        if intent.text("payment_method") == nil, let customer,
            let source = account.store.object(.customer, id: customer)?.text("default_source")
        {
            intent.set("payment_method", source)
        }
        guard let id = intent.text("payment_method") else {
            throw PaymentIntents.unexpected(
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
                    + "the PaymentIntent with a payment method and then confirm it again, or confirm it again "
                    + "directly with a payment method or ConfirmationToken.", intent)
        }
        let kind: ObjectKind = id.hasPrefix("card_") ? .card : .paymentMethod
        let object = try account.find(kind, id, param: "payment_method")
        if let owner = object.text("customer"), owner != customer {
            throw .invalid(
                customer == nil
                    ? "The PaymentMethod you provided (\(id)) belongs to a Customer. Please include the Customer in "
                        + "the `customer` parameter on the PaymentIntent."
                    : "The customer does not have a payment method with the ID \(id). The payment method must be "
                        + "attached to the customer.", param: "payment_method")
        }
        guard !object.isSpent || object.text("customer") != nil else { throw PaymentMethods.reused }
        let instrument = Instrument(object, kind: kind)
        try admit(instrument, to: &intent)
        return instrument
    }

    /// An intent takes the types that it names; one that leaves the choice to the account takes them all.
    private static func admit(_ instrument: Instrument, to intent: inout JSONObject) throws(StripeError) {
        let allowed = intent["payment_method_types"]?.arrayValue ?? []
        guard !allowed.contains(.string(instrument.type)) else { return }
        guard intent.object("automatic_payment_methods") != nil else {
            let names = allowed.compactMap(\.stringValue).joined(separator: ", ")
            throw .coded(
                "payment_intent_incompatible_payment_method",
                "The PaymentMethod provided (\(instrument.type)) is not allowed for this PaymentIntent. Please attach "
                    + "a PaymentMethod of one of the allowed types: \(names).", param: "payment_method")
        }
        intent["payment_method_types"] = .array(allowed + [.string(instrument.type)])
    }

    /// Keeps a method that the customer agreed to use again; one that nobody keeps is used up.
    private static func save(
        _ instrument: Instrument, _ intent: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        guard instrument.kind == .paymentMethod else { return }
        let usage = intent.text("setup_future_usage")
        if usage == "off_session" { account.setUp(.paymentMethod, id: instrument.id) }
        guard instrument.customer == nil else { return }
        if let customer = intent.text("customer"), usage != nil {
            // It is loose and its card has just been charged, so attaching cannot fail.
            try? PaymentMethods.attach(instrument.id, to: customer, &account, cause)
        } else {
            account.spend(.paymentMethod, id: instrument.id)
        }
    }

    private static func payment(
        _ intent: JSONObject, _ instrument: Instrument, captures: Bool, isAuthenticated: Bool
    ) -> CardPayment {
        CardPayment(
            amount: intent.integer("amount"), currency: intent.text("currency") ?? "",
            customer: intent.text("customer"), instrument: instrument, captures: captures,
            description: intent.text("description"), metadata: intent.object("metadata") ?? [:],
            paymentIntent: intent.text("id"), receiptEmail: intent.text("receipt_email"),
            shipping: intent["shipping"] ?? .null, statementDescriptor: intent.text("statement_descriptor"),
            statementDescriptorSuffix: intent.text("statement_descriptor_suffix"),
            transferGroup: intent.text("transfer_group"), terms: ConnectTerms(intent), isAuthenticated: isAuthenticated)
    }

    private static func paymentError(_ decline: Decline, charge: String?, _ instrument: Instrument) -> JSONObject {
        var details = JSONObject()
        if let charge { details.append("charge", .string(charge)) }
        details.append("payment_method", .object(instrument.tree))
        let error = decline.error(details)
        return error.json["error"]?.objectValue ?? JSONObject()
    }

    private static func nextAction(_ intent: JSONObject, returnURL: String?, _ account: inout Account) -> JSONObject {
        let source = account.ids.next("payatt")
        let url = account.pages.challenge(intent.text("id") ?? "")
        if let returnURL {
            return [
                "redirect_to_url": ["return_url": .string(returnURL), "url": .string(url)], "type": "redirect_to_url",
            ]
        }
        return [
            "type": "use_stripe_sdk",
            "use_stripe_sdk": [
                "source": .string(source), "stripe_js": .string(url), "type": "three_d_secure_redirect",
            ],
        ]
    }
}
