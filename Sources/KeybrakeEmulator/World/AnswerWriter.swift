internal import KeybrakeStripe

/// Puts an answer's status, headers and body together.
enum AnswerWriter {
    static func success(_ body: [UInt8], call: EmulatorCall, layer: EmulatorAnswer.Layer) -> EmulatorAnswer {
        var headers = headers(call, layer)
        if case .string = call.match.operation.response { headers[0].value = "application/pdf" }
        return EmulatorAnswer(status: 200, headers: headers, body: body, layer: layer)
    }

    static func failure(_ error: StripeError, call: EmulatorCall, layer: EmulatorAnswer.Layer) -> EmulatorAnswer {
        guard !call.match.operation.isVersionTwo else {
            return EmulatorAnswer(
                status: error.status, headers: headers(call, layer), body: VersionTwoErrors.body(error), layer: layer)
        }
        var error = error
        error.details["request_log_url"] = .string(
            "https://dashboard.stripe.com/test/workbench/logs?object=\(call.requestID)")
        return EmulatorAnswer(
            status: error.status, headers: headers(call, layer), body: error.body, layer: layer)
    }

    /// The answer of a call that a fault kept from being executed and whose connection is reset.
    static func nothing(_ call: EmulatorCall) -> EmulatorAnswer {
        EmulatorAnswer(status: 200, headers: headers(call, .state), body: [], layer: .state)
    }

    /// The same answer once more.
    static func replay(_ entry: IdempotencyTable.Entry, call: EmulatorCall) -> EmulatorAnswer {
        var headers = headers(call, entry.layer)
        headers.append(("Idempotent-Replayed", "true"))
        headers.append(("Original-Request", entry.requestID))
        return EmulatorAnswer(status: entry.status, headers: headers, body: entry.body, layer: entry.layer)
    }

    private static func headers(_ call: EmulatorCall, _ layer: EmulatorAnswer.Layer) -> [(name: String, value: String)]
    {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("Request-Id", call.requestID),
            ("Stripe-Version", call.apiVersion ?? Catalogue.shared.apiVersion),
            ("X-Keybrake-Emulated", layer.rawValue),
        ]
        if let key = call.idempotencyKey { headers.append(("Idempotency-Key", key)) }
        return headers
    }
}
