internal import KeybrakeStripe

/// Setup attempts: each confirmation of a SetupIntent.
///
///     confirm ─→ requires_action ─┬─→ succeeded
///                                 └─→ failed
enum SetupAttempts {
    static let kind: ObjectKind = "setup_attempt"

    /// Writes down that an intent is confirmed with a method.
    static func begin(_ intent: inout JSONObject, _ instrument: Instrument, _ account: inout Account, _ cause: Cause) {
        let type = instrument.type
        let attempt: JSONObject = [
            "id": .string(account.ids.next("setatt")), "object": "setup_attempt", "application": nil,
            "attach_to_self": false, "created": .integer(cause.now), "customer": intent["customer"] ?? .null,
            "customer_account": nil, "flow_directions": nil, "livemode": false,
            "on_behalf_of": intent["on_behalf_of"] ?? .null, "payment_method": .string(instrument.id),
            "payment_method_details": [type: .object(details(instrument)), "type": .string(type)], "setup_error": nil,
            "setup_intent": intent["id"] ?? .null, "status": "requires_action", "usage": intent["usage"] ?? .null,
        ]
        intent.set("latest_attempt", account.create(kind, attempt, cause).id)
    }

    /// Writes down how the intent's latest attempt ended.
    static func end(
        _ intent: JSONObject, as status: String, _ error: JSONObject?, _ account: inout Account, _ cause: Cause
    ) {
        guard let id = intent.text("latest_attempt"), var attempt = account.store.object(kind, id: id)?.tree else {
            return
        }
        attempt.set("setup_error", error)
        attempt.set("status", status)
        account.update(kind, attempt, cause)
    }

    private static func details(_ instrument: Instrument) -> JSONObject {
        guard instrument.type == "card" else { return [:] }
        return [
            "brand": .string(instrument.card.brand), "checks": .object(instrument.checks),
            "country": .string(instrument.card.country), "exp_month": .integer(instrument.expMonth),
            "exp_year": .integer(instrument.expYear), "fingerprint": .string(instrument.fingerprint),
            "funding": .string(instrument.card.funding), "last4": .string(instrument.card.last4),
            "network": .string(instrument.card.brand), "three_d_secure": nil, "wallet": nil,
        ]
    }
}
