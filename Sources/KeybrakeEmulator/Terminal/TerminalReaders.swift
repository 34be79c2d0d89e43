internal import KeybrakeStripe

/// Card readers, and what they are asked to do.
///
///     register ─→ online ─ delete ─→ gone
///
/// A reader does one thing at a time:
///
///     idle ─→ in_progress ─┬─ a card is presented, inputs are given ─→ succeeded
///                          ├─ declined, timed out ─→ failed
///                          └─ cancel ─→ idle
enum TerminalReaders {
    private static let path = "/v1/terminal/readers/{reader}"

    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/terminal/readers", register),
            ("POST \(path)/process_payment_intent", processPaymentIntent),
            ("POST \(path)/collect_payment_method", collectPaymentMethod),
            ("POST \(path)/confirm_payment_intent", TerminalPresentations.confirmPaymentIntent),
            ("POST \(path)/process_setup_intent", processSetupIntent),
            ("POST \(path)/refund_payment", refundPayment),
            ("POST \(path)/collect_inputs", collectInputs),
            ("POST \(path)/set_reader_display", setReaderDisplay),
            ("POST \(path)/cancel_action", cancelAction),
            ("POST /v1/terminal/connection_tokens", createConnectionToken),
        ]
        + Shaped.plain(
            "GET /v1/terminal/readers", "GET \(path)", "POST \(path)", "DELETE \(path)")

    static func register(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let code = try call.form.required("registration_code")
        if let location = call.form.given("location") {
            _ = try account.find("terminal.location", location, param: "location")
        }
        var reader = try account.shaped(call)
        let id = reader.text("id") ?? ""
        let serial = "100-" + String(StableHash.of(id, seed: account.seed) % 1_000_000_000)
        reader.set("device_type", devices[code] ?? "bbpos_wisepos_e")
        reader.set("ip_address", "127.0.0.1")
        reader.set("label", call.form.given("label") ?? serial)
        reader.set("location", call.form.given("location"))
        reader.set("serial_number", serial)
        reader.set("status", "online")
        return .stored(.terminalReader, id: account.create(.terminalReader, reader, call.cause).id)
    }

    static func processPaymentIntent(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try begin("process_payment_intent", try paymentOf(call, account), call, &account)
    }

    static func collectPaymentMethod(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try begin("collect_payment_method", try paymentOf(call, account), call, &account)
    }

    static func processSetupIntent(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("setup_intent")
        let intent = try account.find(.setupIntent, id, param: "setup_intent").tree
        guard intent.text("status") == "requires_payment_method" else {
            throw .coded(
                "intent_invalid_state", "The SetupIntent \(id) has a status of \(intent.text("status") ?? "").",
                param: "setup_intent")
        }
        return try begin("process_setup_intent", ["setup_intent": .string(id)], call, &account)
    }

    static func refundPayment(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        var details = JSONObject()
        for (name, kind) in [("charge", ObjectKind.charge), ("payment_intent", .paymentIntent)] {
            guard let id = form.given(name) else { continue }
            details.set(name, try account.find(kind, id, param: name).id)
        }
        guard details.count == 1 else { throw .parameterMissing("payment_intent") }
        if let amount = form.integer("amount") {
            try AmountLimits.check(amount, 1...AmountLimits.callMax, param: "amount")
            details.set("amount", amount)
        }
        for name in ["refund_application_fee", "reverse_transfer"] {
            if let flag = form.flag(name) { details.set(name, flag) }
        }
        if form["metadata"] != nil { details.set("metadata", try Metadata.merge(form["metadata"])) }
        return try begin("refund_payment", details, call, &account)
    }

    static func collectInputs(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let name = "terminal_reader_reader_resource_collect_inputs_action"
        guard let shape = Catalogue.shared.resource(name)?.object else { throw .parameterMissing("inputs") }
        let blank: JSONObject = ["inputs": [], "metadata": [:]]
        let details = FormMerge.echoed(call.form, in: blank, shape, &account, now: call.now)
        return try begin("collect_inputs", details, call, &account)
    }

    /// Showing something takes no time.
    static func setReaderDisplay(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let name = "terminal_reader_reader_resource_set_reader_display_action"
        guard let shape = Catalogue.shared.resource(name)?.object else { throw .parameterMissing("type") }
        let details = FormMerge.echoed(
            call.form, in: ["cart": nil, "type": "cart"], shape, &account, now: call.now)
        return try begin("set_reader_display", details, status: "succeeded", call, &account)
    }

    static func cancelAction(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var reader = try reader(call, account)
        reader["action"] = .null
        account.update(.terminalReader, reader, call.cause)
        return .stored(.terminalReader, id: call.pathValue())
    }

    static func createConnectionToken(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var token: JSONObject = ["object": "terminal.connection_token"]
        if let location = call.form.given("location") {
            token.set("location", try account.find("terminal.location", location, param: "location").id)
        }
        token.set("secret", account.ids.next("pst_test"))
        return .object(token)
    }

    /// Gives a reader something to do.
    static func begin(
        _ type: String, _ details: JSONObject, status: String = "in_progress", _ call: Call, _ account: inout Account
    ) throws(StripeError) -> Reply {
        var reader = try reader(call, account)
        guard reader.text("status") == "online" else {
            throw .coded("terminal_reader_offline", "The reader is offline.")
        }
        guard reader["action"]?["status"] != "in_progress" else {
            throw .coded("terminal_reader_busy", "The reader is busy with another action. Cancel it first.")
        }
        var action: JSONObject = [
            "api_error": nil, "failure_code": nil, "failure_message": nil, "status": .string(status),
            "type": .string(type),
        ]
        action.set(type, details)
        reader.set("action", action)
        reader.set("last_seen_at", call.now)
        account.update(.terminalReader, reader, call.cause)
        if status == "succeeded" {
            account.emit("terminal.reader.action_succeeded", .terminalReader, id: call.pathValue(), call.cause)
        }
        return .stored(.terminalReader, id: call.pathValue())
    }

    static func reader(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(.terminalReader, call.pathValue(), param: "reader", status: 404).tree
    }

    /// The payment that a reader is to take, which must be one for cards that are present.
    private static func paymentOf(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let id = try call.form.required("payment_intent")
        let intent = try account.find(.paymentIntent, id, param: "payment_intent").tree
        guard PaymentIntents.status(intent) == .requiresPaymentMethod else {
            throw .coded(
                "intent_invalid_state", "The PaymentIntent \(id) has a status of \(intent.text("status") ?? "").",
                param: "payment_intent")
        }
        guard intent["payment_method_types"]?.arrayValue?.contains("card_present") == true else {
            throw .invalid(
                "The payment_method_types of a PaymentIntent for readers must include `card_present`.",
                param: "payment_intent")
        }
        let name = call.operation.pathTemplate.hasSuffix("collect_payment_method") ? "collect_config" : "process_config"
        var details: JSONObject = ["payment_intent": .string(id)]
        if let config = call.form.map(name) {
            var echoed = JSONObject()
            for field in config.fields {
                guard let text = field.value.text else { continue }
                echoed[field.name] = text == "true" || text == "false" ? .bool(text == "true") : .string(text)
            }
            details.set(name, echoed)
        }
        return details
    }

    /// The simulated readers by their registration codes.
    private static let devices = [
        "simulated-wpe": "simulated_wisepos_e", "simulated-s700": "simulated_stripe_s700",
        "simulated-s710": "simulated_stripe_s710", "simulated-m425": "simulated_verifone_m425",
        "simulated-p630": "simulated_verifone_p630", "simulated-ux700": "simulated_verifone_ux700",
        "simulated-v660p": "simulated_verifone_v660p",
    ]
}
