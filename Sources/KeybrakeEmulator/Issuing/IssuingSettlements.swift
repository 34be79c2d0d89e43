internal import KeybrakeStripe

/// Settlements with a card network.
///
///     create ─→ pending ─ complete ─→ complete
enum IssuingSettlements {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/test_helpers/issuing/settlements", create),
            ("POST /v1/test_helpers/issuing/settlements/{settlement}/complete", complete),
        ]
        + Shaped.plain(
            "GET /v1/issuing/settlements/{settlement}", "POST /v1/issuing/settlements/{settlement}")

    private static let kind = ObjectKind("issuing.settlement")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        for name in ["net_total_amount", "interchange_fees_amount", "transaction_amount"] {
            try AmountLimits.check(call.form.integer(name) ?? 0, param: name)
        }
        var settlement = try account.shaped(call)
        settlement.set("currency", try call.form.required("currency").lowercased())
        settlement.set("network", call.form.given("network") ?? "visa")
        settlement.set("status", "pending")
        return .stored(kind, id: account.create(kind, settlement, call.cause).id)
    }

    static func complete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var settlement = try account.find(kind, call.pathValue(), param: "settlement", status: 404).tree
        try Shaped.check(settlement, isOneOf: "pending", toBe: "completed")
        settlement.set("status", "complete")
        account.update(kind, settlement, call.cause)
        return .stored(kind, id: call.pathValue())
    }
}
