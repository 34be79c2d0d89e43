internal import KeybrakeStripe

/// Mandates: a payer's permission to debit them.
///
///     an intent is confirmed with `mandate_data`, or sets up a debit ─→ active ─ the method is detached ─→ inactive
enum Mandates {
    static let kind: ObjectKind = "mandate"

    /// Whether a method of that type cannot be kept without one.
    static func areNeeded(_ type: String) -> Bool {
        ["acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit", "us_bank_account"].contains(type)
    }

    /// Writes down a permission.
    ///
    /// - Parameter acceptance: how it was given: `customer_acceptance`; offline when nothing is said.
    /// - Returns: the mandate's id.
    static func make(
        _ instrument: Instrument, _ acceptance: FormMap, _ account: inout Account, _ cause: Cause
    ) -> String {
        let type = instrument.type
        let online = acceptance.map("online")
        var accepted: JSONObject = [
            "accepted_at": .integer(acceptance.integer("accepted_at") ?? cause.now),
            "type": .string(online == nil ? "offline" : "online"),
        ]
        if let online {
            accepted["online"] = [
                "ip_address": JSONValue(online.given("ip_address")),
                "user_agent": JSONValue(online.given("user_agent")),
            ]
        } else {
            accepted["offline"] = [:]
        }
        var filler = ShapeFiller(now: cause.now, ids: account.ids)
        let names = ["card": "card_mandate_payment_method_details"]
        var details = filler.object(ofResource: names[type] ?? "mandate_\(type)")
        account.ids = filler.ids
        if details["reference"] != nil { details.set("reference", account.ids.letters(16).uppercased()) }
        if details["url"] != nil { details.set("url", account.pages.base) }
        let mandate: JSONObject = [
            "id": .string(account.ids.next("mandate")), "object": "mandate", "customer_acceptance": .object(accepted),
            "livemode": false, "multi_use": [:], "payment_method": .string(instrument.id),
            "payment_method_details": [type: .object(details), "type": .string(type)], "status": "active",
            "type": "multi_use",
        ]
        return account.create(kind, mandate, cause).id
    }

    /// A method that is gone cannot be debited any more.
    static func end(of method: String, _ account: inout Account, _ cause: Cause) {
        let all = account.store.collection(kind)?.objects.filter { $0.text("payment_method") == method } ?? []
        for stored in all where stored.text("status") == "active" {
            var mandate = stored.tree
            mandate.set("status", "inactive")
            account.update(kind, mandate, event: "mandate.updated", cause)
        }
    }
}
