internal import KeybrakeStripe

/// Where an account collects taxes, and from where it does business.
///
///     create ─→ scheduled ─ active_from ─→ active ─ expires_at ─→ expired
enum TaxRegistrations {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/tax/registrations", create),
            ("POST /v1/tax/registrations/{id}", update),
            ("POST /v1/tax/settings", updateSettings),
        ]
        + Shaped.plain("GET /v1/tax/registrations", "GET /v1/tax/registrations/{id}", "GET /v1/tax/settings")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let country = try call.form.required("country").uppercased()
        let key = country.lowercased()
        guard let options = call.form.map("country_options")?.map(key) else {
            throw .parameterMissing("country_options[\(key)]")
        }
        guard country != "US" || options.given("state") != nil else {
            throw .parameterMissing("country_options[us][state]")
        }
        var registration = try account.shaped(call, skipping: ["active_from", "expires_at"])
        registration.set("active_from", call.now)
        registration.set("country", country)
        try takeTimes(call, &registration)
        let id = registration.text("id") ?? ""
        schedule(&registration, &account, call.cause)
        account.create(.taxRegistration, registration, call.cause)
        return .stored(.taxRegistration, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var registration = try account.named(.taxRegistration, call)
        try Shaped.check(registration, isOneOf: "active", "scheduled", toBe: "updated")
        guard call.form["active_from"] == nil || registration.text("status") == "scheduled" else {
            throw .invalid("This registration is active already.", param: "active_from")
        }
        try takeTimes(call, &registration)
        schedule(&registration, &account, call.cause)
        account.update(.taxRegistration, registration, call.cause)
        return .stored(.taxRegistration, id: call.pathValue())
    }

    /// A registration's time begins or ends.
    static func review(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var registration = account.store.object(.taxRegistration, id: id)?.tree else { return }
        registration.set("status", status(registration, now: cause.now))
        account.update(.taxRegistration, registration, cause)
    }

    /// Whether taxes are collected there.
    static func collects(country: String, state: String?, _ account: Account) -> Bool {
        (account.store.collection(.taxRegistration)?.objects ?? []).contains { object in
            guard object.text("status") == "active", object.text("country") == country else { return false }
            return country != "US"
                || object.tree["country_options"]?["us"]?["state"]?.stringValue?.uppercased() == state?.uppercased()
        }
    }

    /// The settings are active as soon as the head office is known.
    static func updateSettings(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let kind = ObjectKind("tax.settings")
        let old = account.store.object(kind, id: kind.name)?.tree ?? account.blank(kind, now: call.now)
        var settings = try account.shaped(call, into: old)
        let isKnown = settings.object("head_office") != nil
        settings.set("status", isKnown ? "active" : "pending")
        settings["status_details"] = isKnown ? ["active": [:]] : ["pending": ["missing_fields": ["head_office"]]]
        let stored = StoredObject(id: kind.name, created: call.now, bytes: settings.bytes)
        account.store.insert(kind, stored)
        let previous = PreviousAttributes.between(old, settings)
        account.emit("tax.settings.updated", object: stored.bytes, previous: previous.bytes, call.cause)
        return .object(settings)
    }

    private static func takeTimes(_ call: Call, _ registration: inout JSONObject) throws(StripeError) {
        for name in ["active_from", "expires_at"] {
            guard let text = call.form.text(name) else { continue }
            registration[name] = text == "now" ? .integer(call.now) : JSONValue(Int64(text))
        }
        guard let end = registration["expires_at"]?.integerValue else { return }
        guard end > registration.integer("active_from") || call.form.text("expires_at") == "now" else {
            throw .invalid("A registration must expire after it becomes active.", param: "expires_at")
        }
    }

    private static func schedule(_ registration: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        registration.set("status", status(registration, now: cause.now))
        for name in ["active_from", "expires_at"] {
            guard let time = registration[name]?.integerValue, time > cause.now else { continue }
            account.agenda.add(.taxRegistrationChanges(id: registration.text("id") ?? ""), at: time)
        }
    }

    private static func status(_ registration: JSONObject, now: Int64) -> String {
        if let end = registration["expires_at"]?.integerValue, end <= now { return "expired" }
        return registration.integer("active_from") > now ? "scheduled" : "active"
    }
}
