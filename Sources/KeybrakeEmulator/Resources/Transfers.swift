internal import KeybrakeStripe

/// Transfers: available money goes to a connected account.
///
///     create ─→ transferred ─ reversals … ─→ reversed (never more than was transferred)
enum Transfers {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/transfers", create),
        ("POST /v1/transfers/{id}/reversals", reverse),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/transfers")
    private static let reversalPlan = SynthesisPlan(named: "POST /v1/transfers/{id}/reversals")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know transfers.") }
        let form = call.form
        let amount = try form.requiredInteger("amount")
        let currency = try form.required("currency").lowercased()
        let destination = try form.required("destination")
        guard destination.hasPrefix("acct_") else {
            throw .missing("destination", id: destination, param: "destination", status: 400)
        }
        if let source = form.given("source_transaction") {
            let charge = try account.find(.charge, source, param: "source_transaction").tree
            guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
            guard amount <= charge.integer("amount") else {
                throw .coded("amount_too_large", "A transfer cannot exceed its source transaction.", param: "amount")
            }
        } else {
            try BalanceMovements.check(amount: amount, currency: currency, account)
        }
        var transfer = try FormMerge.merged(form, into: nil, plan, &account, now: call.now)
        let id = transfer.text("id") ?? ""
        transfer.set("currency", currency)
        transfer.set("amount_reversed", 0)
        transfer["reversals"] = [
            "object": "list", "data": [], "has_more": false, "url": .string("/v1/transfers/\(id)/reversals"),
        ]
        transfer.set("reversed", false)
        transfer.set(
            "balance_transaction",
            BalanceMovements.book(transfer, type: "transfer", category: "transfer", sign: -1, &account, call.cause))
        account.create(.transfer, transfer, event: "transfer.created", call.cause)
        return .stored(.transfer, id: id)
    }

    static func reverse(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let reversalPlan else { throw .invalid("The emulator does not know reversals.") }
        var transfer = try account.find(.transfer, call.pathValue(), param: "id", status: 404).tree
        let left = transfer.integer("amount") - transfer.integer("amount_reversed")
        let amount = call.form.integer("amount") ?? left
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard amount <= left else {
            throw .invalid(
                "The amount to reverse (\(amount)) is more than what is left of the transfer (\(left)).",
                param: "amount")
        }
        var reversal = try FormMerge.merged(
            call.form, into: nil, reversalPlan, skipping: ["amount"], &account, now: call.now)
        let id = reversal.text("id") ?? ""
        reversal.set("amount", amount)
        reversal.set("currency", transfer.text("currency"))
        reversal.set("transfer", call.pathValue())
        let transaction = BalanceMovements.book(
            reversal, type: "transfer_cancel", category: "transfer_reversal", sign: 1, &account, call.cause)
        reversal.set("balance_transaction", transaction)
        var stored = StoredObject(id: id, created: call.now, bytes: reversal.bytes)
        stored.owner = call.pathValue()
        account.store.insert("transfer_reversal", stored)
        transfer.set("amount_reversed", transfer.integer("amount_reversed") + amount)
        transfer.set("reversed", amount == left)
        var list = transfer.object("reversals") ?? [:]
        list["data"] = .array([.object(reversal)] + (list["data"]?.arrayValue ?? []))
        transfer.set("reversals", list)
        account.update(.transfer, transfer, event: "transfer.reversed", call.cause)
        return .stored("transfer_reversal", id: id)
    }
}

/// What payouts, top-ups and transfers share: they move the balance itself.
enum BalanceMovements {
    /// Refuses to move money that is not available.
    static func check(amount: Int64, currency: String, _ account: Account) throws(StripeError) {
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard amount <= account.ledger.purses[currency]?.available ?? 0 else {
            throw .coded(
                "balance_insufficient",
                "You have insufficient available funds in your Stripe account. Try adding funds directly to your "
                    + "available balance by creating Charges using the 4000000000000077 test card.")
        }
    }

    /// - Returns: the balance transaction's id.
    static func book(
        _ object: JSONObject, type: String, category: String, sign: Int64, _ account: inout Account, _ cause: Cause
    ) -> String {
        BalanceTransactions.book(
            .init(
                type: type, category: category, amount: sign * object.integer("amount"),
                currency: object.text("currency") ?? "", source: object.text("id") ?? "",
                description: object.text("description")),
            &account, cause)
    }
}
