internal import KeybrakeStripe

/// Outbound payments (to others) and outbound transfers (to the holder's own bank), which go the same way.
///
///     create (the money is set aside) ─→ processing ─┬─ post ─→ posted ─ return ─→ returned, the money is back
///                                                    ├─ fail ─→ failed, the money is back
///                                                    └─ cancel ─→ canceled, the money is back
struct TreasuryOutboundFlows {
    /// `outbound_payment` or `outbound_transfer`.
    private let type: String
    /// What paths call the object.
    private let parameter: String
    /// The events by the status that is reached.
    private let events: [String: String]

    private var kind: ObjectKind { ObjectKind("treasury." + type) }

    static let routes: [(String, Behaviour)] = payments.routes + transfers.routes

    private static let payments = TreasuryOutboundFlows(
        type: "outbound_payment", parameter: "{id}",
        events: [
            "processing": "treasury.outbound_payment.created", "canceled": "treasury.outbound_payment.canceled",
            "failed": "treasury.outbound_payment.failed", "posted": "treasury.outbound_payment.posted",
            "returned": "treasury.outbound_payment.returned",
            "tracked": "treasury.outbound_payment.tracking_details_updated",
        ])
    private static let transfers = TreasuryOutboundFlows(
        type: "outbound_transfer", parameter: "{outbound_transfer}",
        events: [
            "processing": "treasury.outbound_transfer.created", "canceled": "treasury.outbound_transfer.canceled",
            "failed": "treasury.outbound_transfer.failed", "posted": "treasury.outbound_transfer.posted",
            "returned": "treasury.outbound_transfer.returned",
            "tracked": "treasury.outbound_transfer.tracking_details_updated",
        ])

    private var routes: [(String, Behaviour)] {
        let path = "/v1/treasury/\(type)s"
        let test = "POST /v1/test_helpers/treasury/\(type)s/\(parameter)"
        let creating: Behaviour = { call, account throws(StripeError) in try create(call, &account) }
        let tracking: Behaviour = { call, account throws(StripeError) in try track(call, &account) }
        let own: [(String, Behaviour)] = [
            ("POST " + path, creating),
            ("POST \(path)/\(parameter)/cancel", step("canceled", from: "processing", "cancellation", .void)),
            (test, tracking),
            (test + "/post", step("posted", from: "processing", "posting", .posted)),
            (test + "/fail", step("failed", from: "processing", "failure", .void)),
            (test + "/return", step("returned", from: "posted", "return", .posted)),
        ]
        return own + Shaped.plain("GET " + path, "GET \(path)/\(parameter)")
    }

    private func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let holder = try TreasuryBooks.open(call, account)
        let amount = try TreasuryBooks.amount(call)
        try TreasuryBooks.checkCash(amount, holder)
        if let customer = call.form.given("customer") { _ = try account.find(.customer, customer, param: "customer") }
        let destination = try TreasuryParties.destination(call, &account)
        var flow = try account.shaped(call, skipping: ["destination_payment_method"])
        flow.set("cancelable", true)
        flow.set("currency", "usd")
        flow.set("destination_payment_method", destination.method)
        flow.set("destination_payment_method_details", destination.details)
        flow.set("expected_arrival_date", CivilTime.startOfDay(call.now) + 2 * CivilTime.secondsPerDay)
        flow.set("status", "processing")
        flow.set(
            "transaction",
            TreasuryBooks.begin(
                flow, type, amount: -amount, .init(cash: -amount, outboundPending: amount), .open, &account, call.cause
            ))
        let id = account.create(kind, flow, event: events["processing"], call.cause).id
        return .stored(kind, id: id)
    }

    /// One step along the flow.
    private func step(
        _ status: String, from before: String, _ entry: String, _ standing: TreasuryBooks.Standing
    ) -> Behaviour {
        { call, account throws(StripeError) in
            var flow = try target(call, account)
            try Shaped.check(flow, isOneOf: before, toBe: status)
            let amount = flow.integer("amount")
            let transaction = flow.text("transaction") ?? ""
            let impact: TreasuryBooks.Impact =
                switch status {
                case "posted": .init(outboundPending: -amount)
                case "returned": .init(cash: amount)
                default: .init(cash: amount, outboundPending: -amount)
                }
            TreasuryBooks.add("\(type)_\(entry)", impact, to: transaction, standing, &account, call.cause)
            flow.set("cancelable", false)
            flow.set("status", status)
            if status == "returned" {
                let code = call.form.map("returned_details")?.given("code") ?? "other"
                flow["returned_details"] = ["code": .string(code), "transaction": .string(transaction)]
            }
            var transitions = flow.object("status_transitions") ?? JSONObject()
            transitions.set("\(status)_at", call.now)
            flow.set("status_transitions", transitions)
            account.update(kind, flow, event: events[status], call.cause)
            return .stored(kind, id: call.pathValue())
        }
    }

    private func track(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let flow = try account.shaped(call, into: try target(call, account))
        account.update(kind, flow, event: events["tracked"], call.cause)
        return .stored(kind, id: call.pathValue())
    }

    private func target(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(kind, call.pathValue(), param: call.path.first?.name ?? "id", status: 404).tree
    }
}
