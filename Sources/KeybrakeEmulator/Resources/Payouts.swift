internal import KeybrakeStripe

/// Payouts: available money leaves for the bank.
///
///     create ─→ pending ─ the second day ─→ paid ─ reverse ─→ (a payout back)
///                   └─ cancel ─→ canceled (the money is back)
enum Payouts {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/payouts", create),
        ("POST /v1/payouts/{payout}/cancel", cancel),
        ("POST /v1/payouts/{payout}/reverse", reverse),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/payouts")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let amount = try call.form.requiredInteger("amount")
        let currency = try call.form.required("currency").lowercased()
        try BalanceMovements.check(amount: amount, currency: currency, account)
        let id = try make(call.form, amount: amount, currency: currency, original: nil, call, &account)
        return .stored(.payout, id: id)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var payout = try account.find(.payout, call.pathValue(), param: "payout", status: 404).tree
        guard payout.text("status") == "pending", payout.text("original_payout") == nil else {
            throw .invalid("Payouts can only be canceled while they are pending.")
        }
        let transaction = BalanceMovements.book(
            payout, type: "payout_cancel", category: "payout_reversal", sign: 1, &account, call.cause)
        payout.set("failure_balance_transaction", transaction)
        payout.set("status", "canceled")
        account.update(.payout, payout, call.cause)
        account.emit("payout.canceled", .payout, id: call.pathValue(), call.cause)
        return .stored(.payout, id: call.pathValue())
    }

    static func reverse(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var payout = try account.find(.payout, call.pathValue(), param: "payout", status: 404).tree
        guard payout.text("status") == "paid", payout.text("reversed_by") == nil else {
            throw .invalid("Payouts can only be reversed once, after they were paid.")
        }
        let id = try make(
            call.form, amount: -payout.integer("amount"), currency: payout.text("currency") ?? "",
            original: call.pathValue(), call, &account)
        payout.set("reversed_by", id)
        account.update(.payout, payout, event: "payout.updated", call.cause)
        return .stored(.payout, id: id)
    }

    /// The bank has the money.
    static func arrive(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var payout = account.store.object(.payout, id: id)?.tree, payout.text("status") == "pending" else {
            return
        }
        payout.set("status", "paid")
        account.update(.payout, payout, cause)
        account.emit("payout.paid", .payout, id: id, cause)
    }

    /// - Parameter amount: negative for the payout that brings another one back.
    /// - Returns: the payout's id.
    private static func make(
        _ form: FormMap, amount: Int64, currency: String, original: String?, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> String {
        guard let plan else { throw .invalid("The emulator does not know payouts.") }
        var payout = try FormMerge.merged(
            form, into: nil, plan, skipping: ["amount", "currency"], &account, now: call.now)
        let id = payout.text("id") ?? ""
        let arrival = BalanceTransactions.availableOn(call.now)
        payout.set("amount", amount)
        payout.set("arrival_date", arrival)
        payout.set("currency", currency)
        payout.set("method", form.given("method") ?? "standard")
        payout.set("original_payout", original)
        payout.set("reconciliation_status", "not_applicable")
        payout.set("source_type", form.given("source_type") ?? "card")
        payout.set("status", "pending")
        payout.set("type", "bank_account")
        payout.set(
            "balance_transaction",
            BalanceMovements.book(payout, type: "payout", category: "payout", sign: -1, &account, call.cause))
        account.create(.payout, payout, event: "payout.created", call.cause)
        account.agenda.add(.payoutArrives(id: id), at: arrival)
        return id
    }
}
