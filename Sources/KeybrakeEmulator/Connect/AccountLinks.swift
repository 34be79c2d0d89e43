internal import KeybrakeStripe

/// Links by which the holders of connected accounts come to Stripe's pages.
///
///     account_onboarding ─→ a minute later its holder has given everything ─→ the account is enabled
///
/// Nobody is there to fill in the hosted form, so the emulator does it in the account's name.
enum AccountLinks {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/account_links", create),
        ("POST /v1/account_sessions", createSession),
        ("POST /v1/accounts/{account}/login_links", createLogin),
    ]

    static let linkSeconds: Int64 = 5 * 60
    static let sessionSeconds: Int64 = 60 * 60
    /// How long a holder takes to fill in the form.
    static let onboardingSeconds: Int64 = 60

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("account")
        let type = try call.form.required("type")
        for name in ["refresh_url", "return_url"] where call.form.given(name) == nil { throw .parameterMissing(name) }
        return try Accounts.reach(id, status: 400, call.cause, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            if type == "account_onboarding" {
                other.agenda.addToWorld(.onboardingEnds, at: call.cause.worldNow + onboardingSeconds)
            }
            return .object([
                "object": "account_link", "created": .integer(call.now),
                "expires_at": .integer(call.now + linkSeconds),
                "url": .string("https://connect.stripe.com/setup/s/\(other.id)/\(other.ids.letters(12))"),
            ])
        }
    }

    /// The holder has filled in the hosted form.
    static func onboard(_ account: inout Account, _ cause: Cause) {
        guard let object = account.store.object(.account, id: account.id), !object.isDeleted, !object.isSetUp else {
            return
        }
        account.setUp(.account, id: account.id)
        if ExternalAccounts.all(account).isEmpty { ExternalAccounts.addTestBank(currency: nil, &account, cause) }
        Accounts.refresh(&account, cause)
    }

    static func createLogin(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            guard AccountController(try Accounts.own(&other, call.cause).tree).dashboard == "express" else {
                throw .invalid(
                    "Cannot create a login link for an account that does not have access to the Express Dashboard.")
            }
            return .object([
                "object": "login_link", "created": .integer(call.now),
                "url": .string("https://connect.stripe.com/express/\(other.ids.letters(12))"),
            ])
        }
    }

    static func createSession(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("account")
        guard let shape = Catalogue.shared.resource("account_session")?.object else {
            throw .invalid("The emulator does not know account sessions.")
        }
        return try Accounts.reach(id, status: 400, call.cause, &account) { other throws(StripeError) in
            var filler = ShapeFiller(now: call.now, ids: other.ids)
            let blank = filler.object(ofResource: "account_session")
            other.ids = filler.ids
            var session = FormMerge.echoed(call.form, in: blank, shape, &other, now: call.now)
            session.set("account", id)
            session.set("client_secret", "accs_secret__\(other.ids.letters(32))")
            session.set("expires_at", call.now + sessionSeconds)
            return .object(session)
        }
    }
}
