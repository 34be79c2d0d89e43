internal import KeybrakeStripe

/// Authorizations: what merchants ask issued cards for.
///
///     create ─┬─→ pending: an endpoint is asked ─┬─ approve ─→ approved
///             │                                  └─ decline, or 2 s ─→ closed
///             ├─→ pending and approved: the amount is held ─┬─ capture ─→ closed
///             │                                             ├─ reverse ─→ reversed
///             │                                             └─ expire ─→ expired
///             └─→ closed and declined
///
/// An endpoint is asked when it listens to `issuing_authorization.request` by name.
enum IssuingAuthorizations {
    private static let test = "POST /v1/test_helpers/issuing/authorizations"

    static let routes: [(String, Behaviour)] =
        [
            (test, create),
            (test + "/{authorization}/capture", capture),
            (test + "/{authorization}/expire", expire),
            (test + "/{authorization}/finalize_amount", finalizeAmount),
            (test + "/{authorization}/fraud_challenges/respond", respond),
            (test + "/{authorization}/increment", increment),
            (test + "/{authorization}/reverse", reverse),
            ("POST /v1/issuing/authorizations/{authorization}/approve", approve),
            ("POST /v1/issuing/authorizations/{authorization}/decline", decline),
        ]
        + Shaped.plain(
            "GET /v1/issuing/authorizations", "GET /v1/issuing/authorizations/{authorization}",
            "POST /v1/issuing/authorizations/{authorization}")

    /// How long an endpoint has to say whether a card may pay.
    static let requestSeconds: Int64 = 2

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let card = try account.find(.issuingCard, try form.required("card"), param: "card").tree
        guard let amount = form.integer("amount") ?? form.integer("merchant_amount") else {
            throw .parameterMissing("amount")
        }
        guard amount >= 0 else { throw .integerTooSmall("amount", minimum: 0) }
        try AmountLimits.check(amount, param: "amount")
        let currency = (form.given("currency") ?? card.text("currency") ?? "usd").lowercased()
        let merchantCurrency = (form.given("merchant_currency") ?? currency).lowercased()
        var authorization = try account.shaped(call, skipping: ["card", "amount", "merchant_amount"])
        authorization.set("card", card)
        authorization.set("cardholder", card["cardholder"]?["id"]?.stringValue)
        authorization.set("authorization_method", form.given("authorization_method") ?? "online")
        authorization.set("currency", currency)
        authorization.set("merchant_amount", form.integer("merchant_amount") ?? amount)
        authorization.set("merchant_currency", merchantCurrency)
        authorization.set("status", "pending")
        let request = request(for: amount, authorization)
        let refusal = IssuingSpending.refusal(of: request, card: card, account, now: call.now)
        let id = account.create(.issuingAuthorization, authorization, call.cause).id
        if refusal == nil, isAsked(account) {
            ask(authorization, request, isControllable: form.flag("is_amount_controllable") ?? false, &account, call)
        } else {
            decide(
                authorization, amount: amount, refusal ?? "card_active", isApproved: refusal == nil, &account,
                call.cause)
        }
        return .stored(.issuingAuthorization, id: id)
    }

    static func approve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let (authorization, asked) = try asked(call, account)
        let amount = call.form.integer("amount") ?? asked.integer("amount")
        guard call.form["amount"] == nil || asked.flag("is_amount_controllable") else {
            throw .invalid("The amount of this authorization is not controllable.", param: "amount")
        }
        try AmountLimits.check(amount, 0...asked.integer("amount"), param: "amount")
        let changed = try account.shaped(call, into: authorization, skipping: ["amount"])
        decide(changed, amount: amount, "webhook_approved", isApproved: true, &account, call.cause)
        return .stored(.issuingAuthorization, id: call.pathValue())
    }

    static func decline(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let (authorization, asked) = try asked(call, account)
        let changed = try account.shaped(call, into: authorization)
        decide(
            changed, amount: asked.integer("amount"), "webhook_declined", isApproved: false, &account, call.cause)
        return .stored(.issuingAuthorization, id: call.pathValue())
    }

    /// Nobody has answered in time.
    static func timeOut(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let authorization = account.store.object(.issuingAuthorization, id: id)?.tree,
            let asked = authorization.object("pending_request")
        else { return }
        decide(authorization, amount: asked.integer("amount"), "webhook_timeout", isApproved: false, &account, cause)
    }

    static func increment(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var authorization = try held(call, account, toBe: "incremented")
        let increment = try call.form.requiredInteger("increment_amount")
        guard increment >= 1 else { throw .integerTooSmall("increment_amount", minimum: 1) }
        try AmountLimits.check(increment, param: "increment_amount")
        try AmountLimits.check(authorization.integer("amount") + increment, param: "increment_amount")
        let card = authorization.object("card") ?? JSONObject()
        let refusal = IssuingSpending.refusal(
            of: request(for: increment, authorization), card: card, account, now: call.now)
        note(&authorization, amount: increment, refusal ?? "card_active", isApproved: refusal == nil, call.cause)
        if refusal == nil {
            authorization.set("amount", authorization.integer("amount") + increment)
            hold(&authorization, increment, &account, call.cause)
        }
        return replace(authorization, &account, call)
    }

    static func reverse(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var authorization = try held(call, account, toBe: "reversed")
        let left = remaining(authorization)
        let amount = call.form.integer("reverse_amount") ?? left
        try AmountLimits.check(amount, 1...max(1, left), param: "reverse_amount")
        authorization.set("amount", authorization.integer("amount") - amount)
        hold(&authorization, -amount, &account, call.cause)
        if amount == left { authorization.set("status", "reversed") }
        return replace(authorization, &account, call)
    }

    static func expire(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var authorization = try held(call, account, toBe: "expired")
        let left = remaining(authorization)
        authorization.set("amount", authorization.integer("amount") - left)
        hold(&authorization, -left, &account, call.cause)
        authorization.set("status", "expired")
        return replace(authorization, &account, call)
    }

    static func finalizeAmount(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var authorization = try held(call, account, toBe: "finalized")
        let amount = try call.form.requiredInteger("final_amount")
        let captured = authorization.integer("amount") - remaining(authorization)
        try AmountLimits.check(amount, max(0, captured)...AmountLimits.callMax, param: "final_amount")
        hold(&authorization, amount - authorization.integer("amount"), &account, call.cause)
        let changed = try account.shaped(call, into: authorization)
        authorization = changed
        authorization.set("amount", amount)
        return replace(authorization, &account, call)
    }

    static func capture(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var authorization = try held(call, account, toBe: "captured")
        let left = remaining(authorization)
        let amount = call.form.integer("capture_amount") ?? left
        try AmountLimits.check(amount, 1...max(1, left), param: "capture_amount")
        let closes = call.form.flag("close_authorization") ?? true
        hold(&authorization, closes ? -left : -amount, &account, call.cause)
        let transaction = IssuingTransactions.capture(amount, of: authorization, call, &account)
        authorization["transactions"] = .array(
            (authorization["transactions"]?.arrayValue ?? []) + [.object(transaction)])
        if closes || amount == left { authorization.set("status", "closed") }
        return replace(authorization, &account, call)
    }

    static func respond(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let authorization = try account.named(.issuingAuthorization, call)
        guard var challenge = authorization["fraud_challenges"]?.arrayValue?.last?.objectValue,
            challenge.text("status") == "pending"
        else { throw .invalid("This authorization has no fraud challenge that waits for an answer.") }
        let isConfirmed = call.form.flag("confirmed") ?? false
        challenge.set("status", isConfirmed ? "verified" : "rejected")
        var changed = authorization
        changed["fraud_challenges"] = [.object(challenge)]
        changed.set("verified_by_fraud_challenge", isConfirmed)
        return replace(changed, &account, call)
    }
}

// MARK: Deciding

extension IssuingAuthorizations {
    private static func request(for amount: Int64, _ authorization: JSONObject) -> IssuingSpending.Request {
        IssuingSpending.Request(
            amount: amount, currency: authorization.text("currency") ?? "",
            merchant: authorization.object("merchant_data") ?? JSONObject(),
            presence: authorization.text("card_presence")
                ?? (authorization.text("authorization_method") == "online" ? "not_present" : "present"))
    }

    /// Whether an endpoint wants to decide itself.
    private static func isAsked(_ account: Account) -> Bool {
        account.webhooks.listeners.contains { !$0.isConnect && $0.hears("issuing_authorization.request") }
    }

    private static func ask(
        _ original: JSONObject, _ request: IssuingSpending.Request, isControllable: Bool, _ account: inout Account,
        _ call: Call
    ) {
        var authorization = original
        authorization.set(
            "pending_request",
            [
                "amount": .integer(request.amount), "amount_details": nil, "currency": .string(request.currency),
                "is_amount_controllable": .bool(isControllable),
                "merchant_amount": authorization["merchant_amount"] ?? 0,
                "merchant_currency": authorization["merchant_currency"] ?? "", "network_risk_score": nil,
            ])
        let id = authorization.text("id") ?? ""
        account.update(.issuingAuthorization, authorization, call.cause)
        account.emit("issuing_authorization.request", .issuingAuthorization, id: id, call.cause)
        account.agenda.add(.issuingRequestTimesOut(id: id), at: call.now + requestSeconds)
    }

    private static func asked(_ call: Call, _ account: Account) throws(StripeError) -> (JSONObject, JSONObject) {
        let authorization = try account.find(
            .issuingAuthorization, call.pathValue(), param: "authorization", status: 404
        ).tree
        guard let asked = authorization.object("pending_request") else {
            throw .invalid("This authorization is not waiting for a decision.")
        }
        return (authorization, asked)
    }

    private static func decide(
        _ original: JSONObject, amount: Int64, _ reason: String, isApproved: Bool, _ account: inout Account,
        _ cause: Cause
    ) {
        var authorization = original
        authorization.set("amount", amount)
        authorization.set("approved", isApproved)
        authorization["pending_request"] = .null
        authorization.set("status", isApproved ? "pending" : "closed")
        note(&authorization, amount: amount, reason, isApproved: isApproved, cause)
        if isApproved { hold(&authorization, amount, &account, cause) }
        account.update(.issuingAuthorization, authorization, cause)
        account.emit(
            "issuing_authorization.created", .issuingAuthorization, id: authorization.text("id") ?? "", cause)
    }

    /// Remembers a decision, the newest first.
    private static func note(
        _ authorization: inout JSONObject, amount: Int64, _ reason: String, isApproved: Bool, _ cause: Cause
    ) {
        let entry: JSONValue = [
            "amount": .integer(amount), "amount_details": nil, "approved": .bool(isApproved),
            "authorization_code": isApproved ? .string(String(cause.now % 1_000_000)) : .null,
            "created": .integer(cause.now),
            "currency": authorization["currency"] ?? "", "merchant_amount": authorization["merchant_amount"] ?? 0,
            "merchant_currency": authorization["merchant_currency"] ?? "", "network_risk_score": nil,
            "reason": .string(reason), "reason_message": nil, "requested_at": .integer(cause.now),
        ]
        authorization["request_history"] = .array([entry] + (authorization["request_history"]?.arrayValue ?? []))
    }

    /// The authorization that the path names, whose amount is held.
    private static func held(_ call: Call, _ account: Account, toBe verb: String) throws(StripeError) -> JSONObject {
        let authorization = try account.find(
            .issuingAuthorization, call.pathValue(), param: "authorization", status: 404
        ).tree
        try Shaped.check(authorization, isOneOf: "pending", toBe: verb)
        guard authorization.flag("approved") else { throw .invalid("This authorization has not been approved.") }
        return authorization
    }

    /// What is held and not captured yet.
    private static func remaining(_ authorization: JSONObject) -> Int64 {
        // Captures are negative.
        (authorization["transactions"]?.arrayValue ?? []).reduce(authorization.integer("amount")) {
            $0 + ($1["amount"]?.integerValue ?? 0)
        }
    }

    /// Holds money for a card's payment; a negative amount is let go.
    private static func hold(
        _ authorization: inout JSONObject, _ amount: Int64, _ account: inout Account, _ cause: Cause
    ) {
        guard amount != 0 else { return }
        let transaction = IssuingSpending.book(
            amount > 0 ? "issuing_authorization_hold" : "issuing_authorization_release", amount: -amount,
            currency: authorization.text("currency") ?? "", source: authorization.text("id") ?? "", &account, cause)
        authorization["balance_transactions"] = .array(
            (authorization["balance_transactions"]?.arrayValue ?? []) + [.object(transaction)])
    }

    private static func replace(_ authorization: JSONObject, _ account: inout Account, _ call: Call) -> Reply {
        account.update(.issuingAuthorization, authorization, event: "issuing_authorization.updated", call.cause)
        return .stored(.issuingAuthorization, id: call.pathValue())
    }
}
