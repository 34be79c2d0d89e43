internal import KeybrakeStripe

/// The money of financial accounts: each flow has a transaction, each step of it an entry, and the account's balance is
/// the sum of all entries.
enum TreasuryBooks {
    /// What an entry does to a balance.
    struct Impact {
        var cash: Int64 = 0
        var inboundPending: Int64 = 0
        var outboundPending: Int64 = 0

        var json: JSONObject {
            [
                "cash": .integer(cash), "inbound_pending": .integer(inboundPending),
                "outbound_pending": .integer(outboundPending),
            ]
        }
    }

    /// Where a transaction stands afterwards.
    enum Standing: String {
        case open
        case posted
        case void
    }

    /// An open financial account.
    ///
    /// - Throws: when there is none of that id, or it is closed.
    static func open(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let id = try call.form.required("financial_account")
        let holder = try account.find(.treasuryFinancialAccount, id, param: "financial_account").tree
        guard holder.text("status") == "open" else {
            throw .invalid("The financial account \(id) is closed.", param: "financial_account")
        }
        return holder
    }

    /// The amount that a flow is about, in dollars, the only currency of financial accounts.
    static func amount(_ call: Call) throws(StripeError) -> Int64 {
        let amount = try call.form.requiredInteger("amount")
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        try AmountLimits.check(amount, param: "amount")
        guard try call.form.required("currency").lowercased() == "usd" else {
            throw .invalid("Financial accounts only hold usd.", param: "currency")
        }
        return amount
    }

    static func cash(_ holder: JSONObject) -> Int64 {
        holder["balance"]?["cash"]?["usd"]?.integerValue ?? 0
    }

    /// Refuses to move money that is not there.
    static func checkCash(_ amount: Int64, _ holder: JSONObject) throws(StripeError) {
        guard amount <= cash(holder) else {
            throw .coded(
                "balance_insufficient", "The financial account has insufficient funds for this.", param: "amount")
        }
    }

    /// Begins the transaction of a flow with its first entry.
    ///
    /// - Returns: the transaction's id.
    static func begin(
        _ flow: JSONObject, _ type: String, amount: Int64, _ impact: Impact, _ standing: Standing,
        _ account: inout Account, _ cause: Cause
    ) -> String {
        var transaction = account.blank(.treasuryTransaction, now: cause.now)
        let id = transaction.text("id") ?? ""
        transaction.set("amount", amount)
        transaction.set("currency", "usd")
        transaction.set("description", flow.text("description") ?? "")
        transaction["entries"] = nil
        transaction.set("financial_account", flow.text("financial_account"))
        transaction.set("flow", flow.text("id"))
        transaction.set("flow_type", type)
        account.create(.treasuryTransaction, transaction, cause)
        add(type, impact, to: id, standing, &account, cause)
        return id
    }

    /// Adds an entry to a transaction.
    static func add(
        _ type: String, _ impact: Impact, to id: String, _ standing: Standing, _ account: inout Account,
        _ cause: Cause
    ) {
        guard var transaction = account.store.object(.treasuryTransaction, id: id)?.tree else { return }
        var entry = account.blank("treasury.transaction_entry", now: cause.now)
        for member in ["currency", "financial_account", "flow", "flow_type"] {
            entry[member] = transaction[member] ?? .null
        }
        entry.set("balance_impact", impact.json)
        entry.set("effective_at", cause.now)
        entry.set("transaction", id)
        entry.set("type", type)
        account.create("treasury.transaction_entry", entry, cause)
        transaction.set("balance_impact", sum(transaction.object("balance_impact"), impact))
        transaction.set("status", standing.rawValue)
        var transitions = transaction.object("status_transitions") ?? JSONObject()
        if standing != .open { transitions.set("\(standing.rawValue)_at", cause.now) }
        transaction.set("status_transitions", transitions)
        account.update(.treasuryTransaction, transaction, cause)
        change(transaction.text("financial_account") ?? "", impact, &account, cause)
    }

    private static func sum(_ old: JSONObject?, _ impact: Impact) -> JSONObject {
        Impact(
            cash: (old?.integer("cash") ?? 0) + impact.cash,
            inboundPending: (old?.integer("inbound_pending") ?? 0) + impact.inboundPending,
            outboundPending: (old?.integer("outbound_pending") ?? 0) + impact.outboundPending
        ).json
    }

    private static func change(_ id: String, _ impact: Impact, _ account: inout Account, _ cause: Cause) {
        guard var holder = account.store.object(.treasuryFinancialAccount, id: id)?.tree else { return }
        var balance = holder.object("balance") ?? JSONObject()
        for member in impact.json.members {
            let old = balance[member.name]?["usd"]?.integerValue ?? 0
            balance[member.name] = ["usd": .integer(old + (member.value.integerValue ?? 0))]
        }
        holder.set("balance", balance)
        account.update(.treasuryFinancialAccount, holder, cause)
    }
}
