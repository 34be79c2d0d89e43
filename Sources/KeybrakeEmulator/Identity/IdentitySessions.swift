internal import KeybrakeStripe

/// Identity: sessions in which somebody shows who they are, and the reports of it.
///
///     create ─→ requires_input ─┬─ shown ─→ processing ─┬─→ verified
///                    ↑          │                       └─→ requires_input, with the error
///                    └──────────┼───────────────────────────────┘
///                               └─ cancel ─→ canceled
///     redact: processing ─ a minute ─→ redacted, nothing personal is left
///
/// People show themselves on a page that is not Stripe's API; ``submit(_:failure:_:_:)`` stands for it.
enum IdentitySessions {
    private static let path = "/v1/identity/verification_sessions"
    static let redactionSeconds: Int64 = 60

    static let routes: [(String, Behaviour)] =
        [
            ("POST " + path, create),
            ("POST \(path)/{session}", update),
            ("POST \(path)/{session}/cancel", cancel),
            ("POST \(path)/{session}/redact", redact),
        ]
        + Shaped.plain(
            "GET " + path, "GET \(path)/{session}", "GET /v1/identity/verification_reports",
            "GET /v1/identity/verification_reports/{report}")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let flow = call.form.given("verification_flow")
        guard flow != nil || call.form.given("type") != nil else { throw .parameterMissing("type") }
        if let customer = call.form.given("related_customer") {
            _ = try account.find(.customer, customer, param: "related_customer")
        }
        var session = try account.shaped(call)
        let id = session.text("id") ?? ""
        session.set("client_secret", "\(id)_secret_" + account.ids.letters(24))
        session.set("status", "requires_input")
        session.set("type", flow == nil ? call.form.given("type") : "verification_flow")
        session.set("url", "https://verify.stripe.com/start/test_" + account.ids.letters(40))
        if session.object("options") == nil { session.set("options", JSONObject()) }
        let event = "identity.verification_session.created"
        account.create(.identitySession, session, event: event, call.cause)
        return .stored(.identitySession, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try target(call, account)
        try Shaped.check(old, isOneOf: "requires_input", toBe: "updated")
        account.update(.identitySession, try account.shaped(call, into: old), call.cause)
        return .stored(.identitySession, id: call.pathValue())
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var session = try target(call, account)
        try Shaped.check(session, isOneOf: "requires_input", toBe: "canceled")
        session.set("status", "canceled")
        session.set("url", nil as String?)
        session.set("client_secret", nil as String?)
        account.update(.identitySession, session, event: "identity.verification_session.canceled", call.cause)
        return .stored(.identitySession, id: call.pathValue())
    }

    static func redact(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var session = try target(call, account)
        try Shaped.check(session, isOneOf: "requires_input", "verified", "canceled", toBe: "redacted")
        guard session.object("redaction") == nil else { return .stored(.identitySession, id: call.pathValue()) }
        if session.text("status") == "requires_input" { session.set("status", "canceled") }
        session["redaction"] = ["status": "processing"]
        account.update(.identitySession, session, call.cause)
        account.agenda.add(.identityRedacted(id: call.pathValue()), at: call.now + redactionSeconds)
        return .stored(.identitySession, id: call.pathValue())
    }

    /// Somebody has shown who they are, or failed to.
    ///
    /// - Parameter failure: Stripe's code of what is wrong; `nil` when they are who they say.
    static func submit(_ id: String, failure: String?, _ account: inout Account, _ cause: Cause) throws(StripeError) {
        var session = try account.find(.identitySession, id, param: "session", status: 404).tree
        try Shaped.check(session, isOneOf: "requires_input", toBe: "submitted")
        session.set("status", "processing")
        session["last_error"] = .null
        account.update(.identitySession, session, event: "identity.verification_session.processing", cause)
        let report = IdentityReports.make(of: session, failure: failure, &account, cause)
        session.set("last_verification_report", report)
        guard failure == nil else {
            session["last_error"] = [
                "code": JSONValue(failure), "reason": .string(IdentityReports.reason(failure ?? "")),
            ]
            session.set("status", "requires_input")
            account.update(.identitySession, session, event: "identity.verification_session.requires_input", cause)
            return
        }
        session.set("status", "verified")
        session.set("url", nil as String?)
        session.set("client_secret", nil as String?)
        session.set("verified_outputs", IdentityReports.outputs)
        account.update(.identitySession, session, event: "identity.verification_session.verified", cause)
    }

    /// Everything personal is gone.
    static func finishRedaction(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var session = account.store.object(.identitySession, id: id)?.tree else { return }
        IdentityReports.redact(of: id, &account, cause)
        session["redaction"] = ["status": "redacted"]
        session["provided_details"] = .null
        if var outputs = session.object("verified_outputs") {
            for member in outputs.members {
                outputs[member.name] = member.value.stringValue == nil ? .null : "[redacted]"
            }
            outputs["id_number_type"] = .null
            session.set("verified_outputs", outputs)
        }
        account.update(.identitySession, session, event: "identity.verification_session.redacted", cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(.identitySession, call.pathValue(), param: "session", status: 404).tree
    }
}
