internal import KeybrakeStripe

/// Inbound transfers: money that a financial account pulls from a bank.
///
///     create ─→ processing ─┬─ succeed ─→ succeeded (the money is there) ─ return ─→ succeeded and returned
///                           ├─ fail ─→ failed
///                           └─ cancel ─→ canceled
enum TreasuryInboundTransfers {
    private static let path = "/v1/treasury/inbound_transfers"
    private static let test = "POST /v1/test_helpers/treasury/inbound_transfers/{id}"
    private static let type = "inbound_transfer"

    static let routes: [(String, Behaviour)] =
        [
            ("POST " + path, create),
            ("POST \(path)/{inbound_transfer}/cancel", cancel),
            (test + "/succeed", succeed),
            (test + "/fail", fail),
            (test + "/return", giveBack),
        ] + Shaped.plain("GET " + path, "GET \(path)/{id}")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        _ = try TreasuryBooks.open(call, account)
        let amount = try TreasuryBooks.amount(call)
        let method = try account.find(
            .paymentMethod, try call.form.required("origin_payment_method"), param: "origin_payment_method")
        guard method.text("type") == "us_bank_account" else {
            throw .invalid("Money comes from a us_bank_account.", param: "origin_payment_method")
        }
        var transfer = try account.shaped(call)
        transfer.set("cancelable", true)
        transfer.set("currency", "usd")
        transfer.set("origin_payment_method", method.id)
        transfer.set("origin_payment_method_details", TreasuryParties.bank(method.tree, network: "ach"))
        transfer.set("returned", false)
        transfer.set("status", "processing")
        transfer.set(
            "transaction",
            TreasuryBooks.begin(
                transfer, type, amount: amount, .init(inboundPending: amount), .open, &account, call.cause))
        let event = "treasury.inbound_transfer.created"
        let id = account.create(.treasuryInboundTransfer, transfer, event: event, call.cause).id
        return .stored(.treasuryInboundTransfer, id: id)
    }

    static func succeed(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let transfer = try processing(call, account, toBe: "succeeded")
        let amount = transfer.integer("amount")
        move(transfer, type, .init(cash: amount, inboundPending: -amount), .posted, &account, call.cause)
        return end(transfer, "succeeded", &account, call)
    }

    static func fail(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var transfer = try processing(call, account, toBe: "failed")
        transfer["failure_details"] = [
            "code": .string(call.form.map("failure_details")?.given("code") ?? "other")
        ]
        move(transfer, type, .init(inboundPending: -transfer.integer("amount")), .void, &account, call.cause)
        return end(transfer, "failed", &account, call)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let transfer = try processing(call, account, toBe: "canceled")
        move(transfer, type, .init(inboundPending: -transfer.integer("amount")), .void, &account, call.cause)
        return end(transfer, "canceled", &account, call)
    }

    static func giveBack(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var transfer = try target(call, account)
        try Shaped.check(transfer, isOneOf: "succeeded", toBe: "returned")
        guard !transfer.flag("returned") else { throw .invalid("This inbound transfer has been returned already.") }
        transfer.set("returned", true)
        let impact = TreasuryBooks.Impact(cash: -transfer.integer("amount"))
        move(transfer, "inbound_transfer_return", impact, .posted, &account, call.cause)
        account.update(.treasuryInboundTransfer, transfer, call.cause)
        return .stored(.treasuryInboundTransfer, id: call.pathValue())
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(
            .treasuryInboundTransfer, call.pathValue(), param: call.path.first?.name ?? "id", status: 404
        ).tree
    }

    private static func processing(_ call: Call, _ account: Account, toBe verb: String) throws(StripeError)
        -> JSONObject
    {
        let transfer = try target(call, account)
        try Shaped.check(transfer, isOneOf: "processing", toBe: verb)
        return transfer
    }

    private static func move(
        _ transfer: JSONObject, _ type: String, _ impact: TreasuryBooks.Impact, _ standing: TreasuryBooks.Standing,
        _ account: inout Account, _ cause: Cause
    ) {
        TreasuryBooks.add(type, impact, to: transfer.text("transaction") ?? "", standing, &account, cause)
    }

    private static func end(_ original: JSONObject, _ status: String, _ account: inout Account, _ call: Call) -> Reply {
        var transfer = original
        transfer.set("cancelable", false)
        transfer.set("status", status)
        var transitions = transfer.object("status_transitions") ?? JSONObject()
        transitions.set("\(status)_at", call.now)
        transfer.set("status_transitions", transitions)
        account.update(.treasuryInboundTransfer, transfer, event: events[status], call.cause)
        return .stored(.treasuryInboundTransfer, id: call.pathValue())
    }

    private static let events = [
        "succeeded": "treasury.inbound_transfer.succeeded", "failed": "treasury.inbound_transfer.failed",
        "canceled": "treasury.inbound_transfer.canceled",
    ]
}
