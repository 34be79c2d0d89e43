internal import KeybrakeStripe

/// Top-ups: money from the bank onto the balance.
///
///     create ─→ pending ─ the second day ─→ succeeded (the money is there)
///                   └─ cancel ─→ canceled
enum TopUps {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/topups", create),
        ("POST /v1/topups/{topup}/cancel", cancel),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/topups")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know top-ups.") }
        let amount = try call.form.requiredInteger("amount")
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        try AmountLimits.check(amount, param: "amount")
        var topUp = try FormMerge.merged(call.form, into: nil, plan, skipping: ["source"], &account, now: call.now)
        let id = topUp.text("id") ?? ""
        topUp.set("currency", try call.form.required("currency").lowercased())
        topUp.set("expected_availability_date", BalanceTransactions.availableOn(call.now))
        topUp.set("status", "pending")
        account.create(.topUp, topUp, event: "topup.created", call.cause)
        account.agenda.add(.topUpArrives(id: id), at: BalanceTransactions.availableOn(call.now))
        return .stored(.topUp, id: id)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var topUp = try account.find(.topUp, call.pathValue(), param: "topup", status: 404).tree
        guard topUp.text("status") == "pending" else {
            throw .invalid("Top-ups can only be canceled while they are pending.")
        }
        topUp.set("status", "canceled")
        account.update(.topUp, topUp, call.cause)
        account.emit("topup.canceled", .topUp, id: call.pathValue(), call.cause)
        return .stored(.topUp, id: call.pathValue())
    }

    static func arrive(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var topUp = account.store.object(.topUp, id: id)?.tree, topUp.text("status") == "pending" else { return }
        topUp.set("status", "succeeded")
        topUp.set(
            "balance_transaction",
            BalanceMovements.book(topUp, type: "topup", category: "topup", sign: 1, &account, cause))
        account.update(.topUp, topUp, cause)
        account.emit("topup.succeeded", .topUp, id: id, cause)
    }
}
