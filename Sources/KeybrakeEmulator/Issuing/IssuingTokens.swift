internal import KeybrakeStripe

/// Tokens of issued cards in wallets. They come from wallets, so here from seeds alone.
///
///     requested ─→ active ⇄ suspended ─→ deleted
enum IssuingTokens {
    static let routes: [(String, Behaviour)] =
        [("POST /v1/issuing/tokens/{token}", update)]
        + Shaped.plain("GET /v1/issuing/tokens", "GET /v1/issuing/tokens/{token}")

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var token = try account.named(ObjectKind("issuing.token"), call)
        try Shaped.check(token, isOneOf: "requested", "active", "suspended", toBe: "updated")
        token.set("status", try call.form.required("status"))
        token.set("network_updated_at", call.now)
        account.update(ObjectKind("issuing.token"), token, event: "issuing_token.updated", call.cause)
        return .stored(ObjectKind("issuing.token"), id: call.pathValue())
    }
}
