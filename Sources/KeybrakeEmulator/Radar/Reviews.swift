internal import KeybrakeStripe

/// Reviews of payments by people. Rules open them, so here they come from seeds.
///
///     open ─ approve ─→ closed (approved)
enum Reviews {
    static let routes: [(String, Behaviour)] =
        [("POST /v1/reviews/{review}/approve", approve)] + Shaped.plain("GET /v1/reviews", "GET /v1/reviews/{review}")

    static func approve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var review = try account.find("review", call.pathValue(), param: "review", status: 404).tree
        guard review.flag("open") else { throw .invalid("This review has been closed already.") }
        review.set("closed_reason", "approved")
        review.set("open", false)
        review.set("reason", "approved")
        account.update("review", review, event: "review.closed", call.cause)
        for (member, kind) in [("charge", ObjectKind.charge), ("payment_intent", .paymentIntent)] {
            guard let id = review.text(member), var payment = account.store.object(kind, id: id)?.tree else { continue }
            payment["review"] = .null
            account.update(kind, payment, call.cause)
        }
        return .stored("review", id: call.pathValue())
    }
}
