internal import KeybrakeStripe

/// Confirmation tokens: a payment method and its terms, handed over once.
///
///     create (in tests) ─→ unused ─ an intent is confirmed with it ─→ used
enum ConfirmationTokens {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/test_helpers/confirmation_tokens", create)
    ]

    static let kind: ObjectKind = "confirmation_token"
    private static let lifetimeSeconds: Int64 = 12 * 3_600

    private static let plan = SynthesisPlan(named: "POST /v1/test_helpers/confirmation_tokens")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let resource = Catalogue.shared.resource(kind.name)?.object else {
            throw .invalid("The emulator does not know confirmation tokens.")
        }
        let form = call.form
        let method: StoredObject
        if let data = form.map("payment_method_data") {
            method = try PaymentMethods.make(data, param: "payment_method_data", &account, call.cause)
        } else if let id = form.given("payment_method") {
            method = try PaymentMethods.resolve(id, param: "payment_method", &account, call.cause)
        } else {
            throw .parameterMissing("payment_method")
        }
        var filler = ShapeFiller(now: call.now, ids: account.ids)
        let blank = filler.object(ofResource: kind.name)
        account.ids = filler.ids
        var token = FormMerge.echoed(
            form.without("payment_method_data"), in: blank, resource, &account, now: call.now)
        let tree = method.tree
        let type = tree.text("type") ?? "card"
        token.set("created", call.now)
        token.set("expires_at", call.now + lifetimeSeconds)
        token["payment_method_preview"] = .object(preview(tree, type: type))
        token.set("use_stripe_sdk", true)
        var stored = StoredObject(id: token.text("id") ?? "", created: call.now, bytes: token.bytes)
        stored.owner = method.id
        account.store.insert(kind, stored)
        return .stored(kind, id: stored.id)
    }

    /// The payment method of a token, which is used up by the intent that takes it.
    static func take(_ id: String, for intent: JSONObject, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        let stored = try account.find(kind, id, param: "confirmation_token")
        var token = stored.tree
        let member = intent.text("object") ?? ""
        guard token.text("payment_intent") == nil, token.text("setup_intent") == nil else {
            throw .invalid("This ConfirmationToken has already been used.", param: "confirmation_token")
        }
        guard token["expires_at"]?.integerValue ?? 0 > cause.now, let method = stored.owner else {
            throw .invalid("This ConfirmationToken has expired.", param: "confirmation_token")
        }
        token.set(member, intent.text("id"))
        token.set("expires_at", nil as String?)
        account.update(kind, token, cause)
        return method
    }

    private static func preview(_ method: JSONObject, type: String) -> JSONObject {
        [
            "allow_redisplay": method["allow_redisplay"] ?? "unspecified",
            "billing_details": method["billing_details"] ?? .null, type: method[type] ?? [:],
            "customer": method["customer"] ?? .null, "customer_account": nil, "type": .string(type),
        ]
    }
}
