internal import KeybrakeStripe

/// What customers do at a reader: present a card, type something in, or nothing.
enum TerminalPresentations {
    private static let path = "POST /v1/test_helpers/terminal/readers/{reader}"

    static let routes: [(String, Behaviour)] = [
        ("\(path)/present_payment_method", present),
        ("\(path)/succeed_input_collection", succeedInputs),
        ("\(path)/timeout_input_collection", timeOutInputs),
    ]

    /// A decline fails the reader's action, not the call.
    static func present(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let reader = try TerminalReaders.reader(call, account)
        let (type, details) = try waiting(reader)
        let entry = try entry(call)
        switch type {
        case "process_payment_intent":
            let id = try admitTip(call, details, &account)
            let method = method(entry, type: "card_present", &account, call.cause)
            let failure = pay(id, with: method, &account, call.cause)
            end(reader, details, type, failure, &account, call)
        case "collect_payment_method":
            _ = try admitTip(call, details, &account)
            var collected = details
            let method = method(entry, type: "card_present", &account, call.cause)
            collected["payment_method"] = account.store.object(.paymentMethod, id: method).map { .object($0.tree) }
            end(reader, collected, type, nil, &account, call)
        case "process_setup_intent":
            let (done, failure) = try setUp(details, entry, &account, call)
            end(reader, done, type, failure, &account, call)
        case "refund_payment":
            let refund = try refund(details, &account, call)
            end(reader, refund, type, nil, &account, call)
        default: throw .invalid("The reader does not wait for a payment method.")
        }
        return .stored(.terminalReader, id: call.pathValue())
    }

    /// Pays with what the reader has collected.
    static func confirmPaymentIntent(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let reader = try TerminalReaders.reader(call, account)
        let id = try call.form.required("payment_intent")
        let collected = reader["action"]?["collect_payment_method"]
        guard reader["action"]?["status"] == "succeeded", collected?["payment_intent"]?.stringValue == id,
            let method = collected?["payment_method"]?["id"]?.stringValue
        else {
            throw .invalid(
                "The reader has collected no payment method for this PaymentIntent.", param: "payment_intent")
        }
        let intent = try account.find(.paymentIntent, id, param: "payment_intent").tree
        guard PaymentIntents.status(intent) == .requiresPaymentMethod else {
            throw .coded(
                "intent_invalid_state", "The PaymentIntent \(id) has a status of \(intent.text("status") ?? "").",
                param: "payment_intent")
        }
        let failure = pay(id, with: method, &account, call.cause)
        end(reader, ["payment_intent": .string(id)], "confirm_payment_intent", failure, &account, call)
        return .stored(.terminalReader, id: call.pathValue())
    }

    static func succeedInputs(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let reader = try TerminalReaders.reader(call, account)
        let (type, details) = try waiting(reader, for: "collect_inputs")
        let skips = call.form.given("skip_non_required_inputs") == "all"
        var filled = details
        filled["inputs"] = .array(
            (details["inputs"]?.arrayValue ?? []).map { input in
                var input = input.objectValue ?? JSONObject()
                input.set("skipped", skips && !input.flag("required"))
                if !input.flag("skipped") { answer(&input) }
                return .object(input)
            })
        end(reader, filled, type, nil, &account, call)
        return .stored(.terminalReader, id: call.pathValue())
    }

    static func timeOutInputs(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let reader = try TerminalReaders.reader(call, account)
        let (type, details) = try waiting(reader, for: "collect_inputs")
        let failure = StripeError.coded("terminal_reader_timeout", "The customer did not answer in time.")
        end(reader, details, type, failure, &account, call)
        return .stored(.terminalReader, id: call.pathValue())
    }

    /// What the reader waits for.
    private static func waiting(_ reader: JSONObject, for wanted: String? = nil) throws(StripeError)
        -> (type: String, details: JSONObject)
    {
        guard let action = reader.object("action"), action.text("status") == "in_progress",
            let type = action.text("type"), wanted == nil || wanted == type
        else { throw .invalid("The reader does not wait for the customer.") }
        return (type, action.object(type) ?? JSONObject())
    }

    /// The test card that is presented.
    private static func entry(_ call: Call) throws(StripeError) -> CardEntry {
        let type = call.form.given("type") ?? "card_present"
        if type == "card", let card = call.form.map("card") { return try CardEntry(card, param: "card", now: call.now) }
        let number = call.form.map(type)?.given("number") ?? TestCardTable[TestCardTable.visa].number
        guard let row = TestCardTable.row(number: number) else { throw Decline.liveCard.error() }
        return CardEntry(row: row, now: call.now)
    }

    private static func method(
        _ entry: CardEntry, type: String, _ account: inout Account, _ cause: Cause
    ) -> String {
        var method = account.blank(.paymentMethod, now: cause.now)
        method.set("billing_details", BillingDetails.blank)
        method.set("type", type)
        let card = account.paymentMethodCard(entry, billingDetails: BillingDetails.blank)
        if type == "card" {
            method.set("card", card)
        } else {
            var present = account.blank("payment_method_card_present", now: cause.now)
            for member in card.members where present[member.name] != nil { present[member.name] = member.value }
            present["metadata"] = nil
            present.set("read_method", "contact_emv")
            method.set(type, present)
        }
        return account.create(.paymentMethod, method, card: entry.row, cause).id
    }

    /// - Returns: why it failed.
    private static func pay(_ id: String, with method: String, _ account: inout Account, _ cause: Cause)
        -> StripeError?
    {
        guard var intent = account.store.object(.paymentIntent, id: id)?.tree else { return nil }
        intent.set("payment_method", method)
        do throws(StripeError) {
            try PaymentConfirmation.confirm(intent, FormMap(), &account, cause)
            // The chip has authenticated the cardholder already.
            if account.store.object(.paymentIntent, id: id)?.text("status") == "requires_action" {
                try PaymentConfirmation.authenticate(id, passes: true, &account, cause)
            }
            return nil
        } catch {
            return error
        }
    }

    /// Adds the tip to the payment.
    ///
    /// - Returns: the PaymentIntent's id.
    private static func admitTip(_ call: Call, _ details: JSONObject, _ account: inout Account) throws(StripeError)
        -> String
    {
        let id = details.text("payment_intent") ?? ""
        guard let tip = call.form.integer("amount_tip") else { return id }
        try AmountLimits.check(tip, 0...AmountLimits.callMax, param: "amount_tip")
        var intent = try account.find(.paymentIntent, id, param: "payment_intent").tree
        let amount = intent.integer("amount") + tip
        try AmountLimits.check(amount, param: "amount_tip")
        intent.set("amount", amount)
        var amounts = intent.object("amount_details") ?? JSONObject()
        amounts["tip"] = ["amount": .integer(tip)]
        intent.set("amount_details", amounts)
        account.update(.paymentIntent, intent, call.cause)
        return id
    }

    private static func setUp(_ details: JSONObject, _ entry: CardEntry, _ account: inout Account, _ call: Call)
        throws(StripeError) -> (JSONObject, StripeError?)
    {
        let id = details.text("setup_intent") ?? ""
        let card = method(entry, type: "card", &account, call.cause)
        let confirm = Call(
            operation: call.operation, path: [("intent", id)], form: ["payment_method": .text(card)], cause: call.cause)
        do throws(StripeError) {
            _ = try SetupIntents.confirm(confirm, &account)
            var done = details
            done.set("generated_card", card)
            return (done, nil)
        } catch {
            return (details, error)
        }
    }

    private static func refund(_ details: JSONObject, _ account: inout Account, _ call: Call) throws(StripeError)
        -> JSONObject
    {
        var form = FormMap()
        for name in ["charge", "payment_intent"] { form[name] = details.text(name).map { .text($0) } }
        if details["amount"] != nil { form["amount"] = .text(String(details.integer("amount"))) }
        let request = Call(operation: call.operation, path: [], form: form, cause: call.cause)
        guard case .stored(_, let id) = try Refunds.create(request, &account) else { return details }
        var done = details
        done.set("refund", id)
        return done
    }

    /// What a customer types in.
    private static func answer(_ input: inout JSONObject) {
        let type = input.text("type") ?? ""
        var value = input.object(type) ?? JSONObject()
        switch type {
        case "email": value.set("value", "person@example.com")
        case "numeric": value.set("value", "12345")
        case "phone": value.set("value", "+15555555555")
        case "text": value.set("value", "text")
        case "selection":
            let first = value["choices"]?.arrayValue?.first
            value["id"] = first?["id"]
            value["text"] = first?["text"]
        default: break
        }
        input.set(type, value)
    }

    private static func end(
        _ original: JSONObject, _ details: JSONObject, _ type: String, _ failure: StripeError?,
        _ account: inout Account, _ call: Call
    ) {
        var reader = original
        var action: JSONObject = [
            "api_error": nil, "failure_code": JSONValue(failure?.code), "failure_message": JSONValue(failure?.message),
            "status": failure == nil ? "succeeded" : "failed", "type": .string(type),
        ]
        action.set(type, details)
        reader.set("action", action)
        account.update(.terminalReader, reader, call.cause)
        account.emit(
            failure == nil ? "terminal.reader.action_succeeded" : "terminal.reader.action_failed", .terminalReader,
            id: call.pathValue(), call.cause)
    }
}
