internal import KeybrakeStripe

/// Reviews: payments of elevated risk that somebody is to look at.
///
///     a risky card is charged ─→ open ─┬─ approve ─→ closed: approved
///                                      └─ the charge is refunded ─→ closed: refunded, or refunded_as_fraud
enum Reviews {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/reviews", list),
        ("POST /v1/reviews/{review}/approve", approve),
    ]

    static let kind: ObjectKind = "review"

    /// Only the open ones are listed.
    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(kind, call, url: "/v1/reviews") { $0.tree.flag("open") }
    }

    static func approve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let review = try account.find(kind, call.pathValue(), param: "review", status: 404).tree
        guard review.flag("open") else { throw .invalid("This review is closed already.", param: "review") }
        close(review, as: "approved", &account, call.cause)
        return .stored(kind, id: call.pathValue())
    }

    /// Whether payments with the card are put aside.
    static func wants(_ card: TestCard) -> Bool {
        if case .risk("elevated", _) = card.behaviour { true } else { false }
    }

    /// Puts a charge aside; the caller tells of it.
    ///
    /// - Returns: the review's id.
    static func open(_ charge: inout JSONObject, _ account: inout Account, _ cause: Cause) -> String {
        let id = account.ids.next("prv")
        let zip = charge["billing_details"]?["address"]?["postal_code"]
        var review: JSONObject = [
            "id": .string(id), "object": "review", "billing_zip": zip ?? .null, "charge": charge["id"] ?? .null,
            "closed_reason": nil, "created": .integer(cause.now),
            "ip_address": nil, "ip_address_location": nil, "livemode": false, "open": true, "opened_reason": "rule",
            "reason": "rule", "session": nil,
        ]
        if let intent = charge.text("payment_intent") { review.set("payment_intent", intent) }
        charge.set("review", id)
        return account.create(kind, review, cause).id
    }

    /// The charge has been given back, so there is nothing to look at any more.
    static func refunded(_ charge: JSONObject, reason: String?, _ account: inout Account, _ cause: Cause) {
        guard charge.flag("refunded"), let id = charge.text("review"),
            let review = account.store.object(kind, id: id)?.tree, review.flag("open")
        else { return }
        close(review, as: reason == "fraudulent" ? "refunded_as_fraud" : "refunded", &account, cause)
    }

    private static func close(_ original: JSONObject, as reason: String, _ account: inout Account, _ cause: Cause) {
        var review = original
        review.set("closed_reason", reason)
        review.set("open", false)
        review.set("reason", reason)
        account.update(kind, review, cause)
        account.emit("review.closed", kind, id: review.text("id") ?? "", cause)
    }
}
