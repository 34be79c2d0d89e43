internal import KeybrakeStripe

/// Cardholders.
///
///     create ─→ active ⇄ inactive
enum IssuingCardholders {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/issuing/cardholders", create),
            ("POST /v1/issuing/cardholders/{cardholder}", update),
        ] + Shaped.plain("GET /v1/issuing/cardholders", "GET /v1/issuing/cardholders/{cardholder}")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var holder = try account.shaped(call)
        let kind = call.form.given("type") ?? "individual"
        let other = kind == "company" ? "individual" : "company"
        guard call.form[other] == nil else {
            throw .invalid("`\(other)` can only be given for a cardholder of that type.", param: other)
        }
        holder.set("type", kind)
        holder.set("status", call.form.given("status") ?? "active")
        show(call.form, in: &holder)
        let id = account.create(.issuingCardholder, holder, event: "issuing_cardholder.created", call.cause).id
        return .stored(.issuingCardholder, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.named(.issuingCardholder, call)
        if call.form["status"] != nil { try Shaped.check(old, isOneOf: "active", "inactive", toBe: "updated") }
        var holder = try account.shaped(call, into: old)
        show(call.form, in: &holder)
        account.update(.issuingCardholder, holder, event: "issuing_cardholder.updated", call.cause)
        IssuingCards.refresh(holder, &account, call.cause)
        return .stored(.issuingCardholder, id: call.pathValue())
    }

    /// A tax id is not shown, only that it is there.
    private static func show(_ form: FormMap, in holder: inout JSONObject) {
        guard form.map("company")?.given("tax_id") != nil, var company = holder.object("company") else { return }
        company.set("tax_id_provided", true)
        holder.set("company", company)
    }
}
