internal import KeybrakeStripe

/// Payouts: available money leaves for the bank.
///
///     create ─→ pending ─ the second day, instant ones at once ─┬─→ paid ─ reverse ─→ (a payout back)
///                   │                                            └─→ failed, the money is back
///                   └─ cancel ─→ canceled, the money is back
enum Payouts {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/payouts", create),
        ("POST /v1/payouts/{payout}/cancel", cancel),
        ("POST /v1/payouts/{payout}/reverse", reverse),
    ]

    /// How long an instant payout takes.
    static let instantSeconds: Int64 = 30 * 60

    private static let plan = SynthesisPlan(named: "POST /v1/payouts")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let amount = try call.form.requiredInteger("amount")
        let currency = try call.form.required("currency").lowercased()
        let isInstant = call.form.given("method") == "instant"
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        try AmountLimits.check(amount, param: "amount")
        let fee = isInstant ? FeeSchedule.instantPayout(amount: amount, currency: currency) : 0
        try BalanceMovements.check(amount: amount + fee, currency: currency, account)
        let destination = try destination(call.form, currency: currency, isInstant: isInstant, &account, call.cause)
        let draft = Draft(
            amount: amount, currency: currency, destination: destination, method: isInstant ? "instant" : "standard",
            fee: fee)
        return .stored(.payout, id: try make(draft, call.form, &account, call.cause))
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var payout = try account.find(.payout, call.pathValue(), param: "payout", status: 404).tree
        guard payout.text("status") == "pending", payout.text("original_payout") == nil,
            payout.text("method") != "instant"
        else {
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
        guard payout.text("status") == "paid", payout.text("reversed_by") == nil,
            payout.text("original_payout") == nil
        else {
            throw .invalid("Payouts can only be reversed once, after they were paid.")
        }
        let draft = Draft(
            amount: -payout.integer("amount"), currency: payout.text("currency") ?? "",
            destination: payout.text("destination"), original: call.pathValue())
        let id = try make(draft, call.form, &account, call.cause)
        payout.set("reversed_by", id)
        account.update(.payout, payout, event: "payout.updated", call.cause)
        return .stored(.payout, id: id)
    }

    /// The bank has the money, or does not take it.
    static func arrive(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var payout = account.store.object(.payout, id: id)?.tree, payout.text("status") == "pending" else {
            return
        }
        let isAutomatic = payout.flag("automatic")
        if isAutomatic { payout.set("reconciliation_status", "completed") }
        let last4 = payout.text("destination").flatMap { id in
            ExternalAccounts.all(account).first { $0.id == id }?.text("last4")
        }
        if payout.integer("amount") > 0, let last4, let refusal = BankAccounts.refusal(last4: last4) {
            return fail(&payout, refusal, &account, cause)
        }
        payout.set("status", "paid")
        account.update(.payout, payout, cause)
        account.emit("payout.paid", .payout, id: id, cause)
        if isAutomatic { account.emit("payout.reconciliation_completed", .payout, id: id, cause) }
    }

    private static func fail(
        _ payout: inout JSONObject, _ refusal: BankAccounts.Refusal, _ account: inout Account, _ cause: Cause
    ) {
        payout.set("failure_code", refusal.code)
        payout.set("failure_message", refusal.message)
        payout.set(
            "failure_balance_transaction",
            BalanceMovements.book(
                payout, type: "payout_failure", category: "payout_reversal", sign: 1, &account, cause))
        payout.set("status", "failed")
        account.update(.payout, payout, cause)
        account.emit("payout.failed", .payout, id: payout.text("id") ?? "", cause)
        ExternalAccounts.mark(payout.text("destination") ?? "", status: "errored", &account, cause)
    }

    /// Where the money goes: what is named, or the default of the currency.
    private static func destination(
        _ form: FormMap, currency: String, isInstant: Bool, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String {
        let own = try Accounts.own(&account, cause).tree
        guard own.flag("payouts_enabled") else {
            throw .coded("payouts_not_allowed", "Payouts have been disabled on this account.")
        }
        let chosen: StoredObject
        if let id = form.given("destination") {
            guard let named = ExternalAccounts.all(account).first(where: { $0.id == id }) else {
                throw .missing("external account", id: id, param: "destination", status: 400)
            }
            chosen = named
        } else if let standard = ExternalAccounts.standard(currency, account) {
            chosen = standard
        } else if account.hasAnyBank {
            return ExternalAccounts.addTestBank(currency: currency, &account, cause)
        } else {
            throw .invalid("Sorry, you don't have any external accounts in that currency (\(currency)).")
        }
        guard chosen.text("currency") == currency else {
            throw .invalid(
                "The external account \(chosen.id) takes \(chosen.text("currency") ?? ""), not \(currency).",
                param: "currency")
        }
        guard
            !isInstant || account.hasAnyBank
                || chosen.tree["available_payout_methods"]?.arrayValue?
                    .contains("instant") == true
        else {
            throw .coded(
                "instant_payouts_unsupported", "The external account \(chosen.id) does not support instant payouts.",
                param: "method")
        }
        return chosen.id
    }

    /// A payout as it is asked for.
    struct Draft {
        /// Negative for the payout that brings another one back.
        var amount: Int64
        var currency: String
        var destination: String?
        var method = "standard"
        var fee: Int64 = 0
        var isAutomatic = false
        var original: String?
    }

    /// - Returns: the payout's id.
    static func make(_ draft: Draft, _ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> String
    {
        guard let plan else { throw .invalid("The emulator does not know payouts.") }
        var payout = try FormMerge.merged(
            form, into: nil, plan, skipping: ["amount", "currency", "destination", "method"], &account, now: cause.now)
        let id = payout.text("id") ?? ""
        let isInstant = draft.method == "instant"
        let arrival = isInstant ? cause.now + instantSeconds : BalanceTransactions.availableOn(cause.now)
        payout.set("amount", draft.amount)
        payout.set("arrival_date", arrival)
        payout.set("automatic", draft.isAutomatic)
        payout.set("currency", draft.currency)
        payout.set("destination", draft.destination)
        payout.set("method", draft.method)
        payout.set("original_payout", draft.original)
        payout.set("reconciliation_status", draft.isAutomatic ? "in_progress" : "not_applicable")
        payout.set("source_type", form.given("source_type") ?? "card")
        payout.set("status", "pending")
        payout.set("type", draft.destination?.hasPrefix("card_") == true ? "card" : "bank_account")
        payout.set(
            "balance_transaction",
            BalanceTransactions.book(
                .init(
                    type: "payout", category: "payout", amount: -draft.amount, fee: draft.fee,
                    currency: draft.currency, source: id,
                    description: draft.isAutomatic ? "STRIPE PAYOUT" : payout.text("description")), &account, cause))
        account.create(.payout, payout, event: "payout.created", cause)
        account.agenda.add(.payoutArrives(id: id), at: arrival)
        return id
    }
}
