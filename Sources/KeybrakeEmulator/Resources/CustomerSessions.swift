internal import KeybrakeStripe

/// Short-lived secrets that a client uses in a customer's name: customer sessions and ephemeral keys.
///
///     create ─→ valid ─ time, or delete ─→ expired
enum CustomerSessions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/customer_sessions", create),
        ("POST /v1/ephemeral_keys", createKey),
        ("DELETE /v1/ephemeral_keys/{key}", deleteKey),
    ]

    private static let sessionSeconds: Int64 = 30 * 60
    private static let keySeconds: Int64 = 3_600
    private static let key: ObjectKind = "ephemeral_key"

    /// A session has no id, so nobody can ask for it again.
    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let shape = Catalogue.shared.resource("customer_session")?.object else {
            throw .invalid("The emulator does not know customer sessions.")
        }
        let customer = try account.find(.customer, try call.form.required("customer"), param: "customer").id
        guard call.form.map("components") != nil else { throw .parameterMissing("components") }
        var filler = ShapeFiller(now: call.now, ids: account.ids)
        let blank = filler.object(ofResource: "customer_session")
        account.ids = filler.ids
        var session = FormMerge.echoed(call.form, in: blank, shape, &account, now: call.now)
        session.set("client_secret", "cuss_secret_\(account.ids.letters(40))")
        session.set("created", call.now)
        session.set("customer", customer)
        session.set("expires_at", call.now + sessionSeconds)
        return .object(session)
    }

    static func createKey(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let owners = ["customer", "issuing_card", "verification_session"].filter { form.given($0) != nil }
        guard owners.count == 1 else { throw .parameterMissing("customer") }
        if let customer = form.given("customer") { _ = try account.find(.customer, customer, param: "customer") }
        let id = account.ids.next("ephkey")
        let made: JSONObject = [
            "id": .string(id), "object": "ephemeral_key",
            "associated_objects": [
                [
                    "id": JSONValue(form.given(owners[0])),
                    "type": .string(owners[0].split(separator: "_").joined(separator: ".")),
                ]
            ], "created": .integer(call.now), "expires": .integer(call.now + keySeconds), "livemode": false,
            "secret": .string("ek_test_\(account.ids.letters(40))"),
        ]
        account.create(key, made, call.cause)
        return .stored(key, id: id)
    }

    /// The key ends at once; the answer shows it once more, without its secret.
    static func deleteKey(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var made = try account.find(key, call.pathValue(), param: "key", status: 404).tree
        made["secret"] = nil
        made.set("expires", call.now)
        guard let position = account.store.position(key, id: call.pathValue()) else { return .object(made) }
        account.store.delete(key, at: position, answering: made.bytes)
        return .object(made)
    }
}
