internal import KeybrakeStripe

/// Cards that are issued.
///
///     create ─→ inactive ⇄ active ─→ canceled
///
/// The parcel with a physical one:
///
///     pending ─→ submitted ─→ shipped ─┬─→ delivered
///                                      ├─→ returned
///                                      └─→ failure
enum IssuingCards {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/issuing/cards", create),
            ("POST /v1/issuing/cards/{card}", update),
            ("POST /v1/test_helpers/issuing/cards/{card}/shipping/submit", ship("submitted", from: "pending")),
            ("POST /v1/test_helpers/issuing/cards/{card}/shipping/ship", ship("shipped", from: "pending", "submitted")),
            ("POST /v1/test_helpers/issuing/cards/{card}/shipping/deliver", ship("delivered", from: "shipped")),
            ("POST /v1/test_helpers/issuing/cards/{card}/shipping/return", ship("returned", from: "shipped")),
            (
                "POST /v1/test_helpers/issuing/cards/{card}/shipping/fail",
                ship("failure", from: "pending", "submitted", "shipped")
            ),
        ] + Shaped.plain("GET /v1/issuing/cards", "GET /v1/issuing/cards/{card}")

    static let lifetimeYears: Int64 = 3

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let replaced = try replaced(form, account)
        let holderID = form.given("cardholder") ?? replaced?["cardholder"]?["id"]?.stringValue
        guard let holderID else { throw .parameterMissing("cardholder") }
        let holder = try account.find(.issuingCardholder, holderID, param: "cardholder").tree
        let isPhysical = form.given("type") == "physical"
        guard isPhysical || form["shipping"] == nil else {
            throw .invalid("Virtual cards cannot be shipped.", param: "shipping")
        }
        try checkExpiry(form, now: call.now)
        var card = try account.shaped(call, skipping: ["pin", "cardholder"])
        card.set("cardholder", holder)
        card.set("status", form.given("status") ?? "inactive")
        card.set("currency", try form.required("currency").lowercased())
        number(&card, form, now: call.now, &account)
        if isPhysical, var parcel = card.object("shipping") {
            parcel.set("status", "pending")
            parcel.set("service", form.map("shipping")?.given("service") ?? "standard")
            parcel.set("eta", call.now + 10 * CivilTime.secondsPerDay)
            card.set("shipping", parcel)
        }
        let id = account.create(.issuingCard, card, event: "issuing_card.created", call.cause).id
        if var old = replaced {
            old.set("replaced_by", id)
            account.update(.issuingCard, old, event: "issuing_card.updated", call.cause)
        }
        return .stored(.issuingCard, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.named(.issuingCard, call)
        let status = call.form.given("status")
        if status != nil || call.form["cancellation_reason"] != nil {
            try Shaped.check(old, isOneOf: "active", "inactive", toBe: "updated")
        }
        guard call.form["cancellation_reason"] == nil || status == "canceled" else {
            throw .invalid(
                "A cancellation reason can only be given with a status of canceled.", param: "cancellation_reason")
        }
        var card = try account.shaped(call, into: old, skipping: ["pin"])
        if status == "canceled", var parcel = card.object("shipping"), parcel.text("status") == "pending" {
            parcel.set("status", "canceled")
            card.set("shipping", parcel)
        }
        account.update(.issuingCard, card, event: "issuing_card.updated", call.cause)
        return .stored(.issuingCard, id: call.pathValue())
    }

    /// Cards show their holder, who has changed.
    static func refresh(_ holder: JSONObject, _ account: inout Account, _ cause: Cause) {
        let cards = account.store.collection(.issuingCard)?.objects.map(\.tree) ?? []
        for var card in cards where card["cardholder"]?["id"] == holder["id"] {
            card.set("cardholder", holder)
            account.update(.issuingCard, card, cause)
        }
    }

    private static func ship(_ state: String, from states: String...) -> Behaviour {
        { call, account throws(StripeError) in
            var card = try account.named(.issuingCard, call)
            guard var parcel = card.object("shipping"), let status = parcel.text("status") else {
                throw .invalid("This card is not shipped: only physical cards with a shipping address are.")
            }
            guard states.contains(status) else {
                throw .invalid("The shipping status cannot change from \(status) to \(state).")
            }
            parcel.set("status", state)
            if state == "shipped" {
                parcel.set("carrier", "usps")
                parcel.set("tracking_number", String(call.pathValue().suffix(12)).uppercased())
            }
            card.set("shipping", parcel)
            account.update(.issuingCard, card, event: "issuing_card.updated", call.cause)
            return .stored(.issuingCard, id: call.pathValue())
        }
    }

    /// The card that a new one takes the place of.
    private static func replaced(_ form: FormMap, _ account: Account) throws(StripeError) -> JSONObject? {
        guard let id = form.given("replacement_for") else {
            guard form["replacement_reason"] == nil else { throw .parameterMissing("replacement_for") }
            return nil
        }
        _ = try form.required("replacement_reason")
        let card = try account.find(.issuingCard, id, param: "replacement_for").tree
        guard card.text("replaced_by") == nil else {
            throw .invalid("The card \(id) has been replaced already.", param: "replacement_for")
        }
        return card
    }

    private static func checkExpiry(_ form: FormMap, now: Int64) throws(StripeError) {
        try AmountLimits.check(form.integer("exp_month"), 1...12, param: "exp_month")
        let year = CivilTime.date(now).year
        try AmountLimits.check(form.integer("exp_year"), Int64(year)...Int64(year) + 20, param: "exp_year")
    }

    /// Gives a card its last digits and the time until which it is good; the number itself is nobody's.
    private static func number(_ card: inout JSONObject, _ form: FormMap, now: Int64, _ account: inout Account) {
        let today = CivilTime.date(now)
        let digits = StableHash.of(card.text("id") ?? "", seed: account.seed) % 10_000
        let text = String(digits)
        card.set("last4", String(repeating: "0", count: 4 - text.count) + text)
        card.set("brand", "Visa")
        card.set("exp_month", form.integer("exp_month") ?? Int64(today.month))
        card.set("exp_year", form.integer("exp_year") ?? Int64(today.year) + lifetimeYears)
    }
}
