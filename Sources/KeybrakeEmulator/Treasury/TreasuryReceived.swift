internal import KeybrakeStripe

/// Money that others send to a financial account, or take from it, and what is sent back.
///
///     received credit: succeeded, or failed (the account is closed)
///     received debit: succeeded, or failed (too little money, the account is closed)
///
///     credit reversal: processing ─ a day ─→ posted
///     debit reversal: processing ─ a day ─→ succeeded, the money is back
enum TreasuryReceived {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/test_helpers/treasury/received_credits", receiveCredit),
            ("POST /v1/test_helpers/treasury/received_debits", receiveDebit),
            ("POST /v1/treasury/credit_reversals", reverseCredit),
            ("POST /v1/treasury/debit_reversals", reverseDebit),
        ]
        + Shaped.plain(
            "GET /v1/treasury/received_credits", "GET /v1/treasury/received_credits/{id}",
            "GET /v1/treasury/received_debits", "GET /v1/treasury/received_debits/{id}",
            "GET /v1/treasury/credit_reversals", "GET /v1/treasury/credit_reversals/{credit_reversal}",
            "GET /v1/treasury/debit_reversals", "GET /v1/treasury/debit_reversals/{debit_reversal}")

    static func receiveCredit(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let amount = try TreasuryBooks.amount(call)
        let isOpen = try holder(call, account).text("status") == "open"
        var credit = try received(call, &account)
        credit.set("failure_code", isOpen ? nil : "account_closed")
        credit.set("status", isOpen ? "succeeded" : "failed")
        if isOpen {
            credit.set(
                "transaction",
                TreasuryBooks.begin(
                    credit, "received_credit", amount: amount, .init(cash: amount), .posted, &account, call.cause))
        }
        let id = account.create(.treasuryReceivedCredit, credit, event: "treasury.received_credit.created", call.cause)
            .id
        account.emit(
            isOpen ? "treasury.received_credit.succeeded" : "treasury.received_credit.failed", .treasuryReceivedCredit,
            id: id, call.cause)
        return .stored(.treasuryReceivedCredit, id: id)
    }

    static func receiveDebit(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let amount = try TreasuryBooks.amount(call)
        let holder = try holder(call, account)
        let failure =
            holder.text("status") != "open"
            ? "account_closed" : TreasuryBooks.cash(holder) < amount ? "insufficient_funds" : nil
        var debit = try received(call, &account)
        debit.set("failure_code", failure)
        debit.set("status", failure == nil ? "succeeded" : "failed")
        if failure == nil {
            debit.set(
                "transaction",
                TreasuryBooks.begin(
                    debit, "received_debit", amount: -amount, .init(cash: -amount), .posted, &account, call.cause))
        }
        let id = account.create(.treasuryReceivedDebit, debit, event: "treasury.received_debit.created", call.cause).id
        return .stored(.treasuryReceivedDebit, id: id)
    }

    static func reverseCredit(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("received_credit")
        var credit = try account.find(.treasuryReceivedCredit, id, param: "received_credit").tree
        let amount = credit.integer("amount")
        try checkReversible(credit, "credit_reversal", param: "received_credit")
        let holder = account.store.object(.treasuryFinancialAccount, id: credit.text("financial_account") ?? "")?.tree
        try TreasuryBooks.checkCash(amount, holder ?? JSONObject())
        var reversal = try reversal(of: credit, call, &account)
        reversal.set(
            "transaction",
            TreasuryBooks.begin(
                reversal, "credit_reversal", amount: -amount, .init(cash: -amount, outboundPending: amount), .open,
                &account, call.cause))
        link(&credit, "credit_reversal", reversal)
        account.update(.treasuryReceivedCredit, credit, call.cause)
        let made = account.create(
            .treasuryCreditReversal, reversal, event: "treasury.credit_reversal.created", call.cause
        ).id
        account.agenda.add(.treasuryCreditReversalPosts(id: made), at: call.now + CivilTime.secondsPerDay)
        return .stored(.treasuryCreditReversal, id: made)
    }

    static func reverseDebit(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("received_debit")
        var debit = try account.find(.treasuryReceivedDebit, id, param: "received_debit").tree
        try checkReversible(debit, "debit_reversal", param: "received_debit")
        let amount = debit.integer("amount")
        var reversal = try reversal(of: debit, call, &account)
        reversal.set(
            "transaction",
            TreasuryBooks.begin(
                reversal, "debit_reversal", amount: amount, .init(inboundPending: amount), .open, &account, call.cause))
        link(&debit, "debit_reversal", reversal)
        account.update(.treasuryReceivedDebit, debit, call.cause)
        let made = account.create(
            .treasuryDebitReversal, reversal, event: "treasury.debit_reversal.created", call.cause
        ).id
        account.agenda.add(.treasuryDebitReversalCompletes(id: made), at: call.now + CivilTime.secondsPerDay)
        return .stored(.treasuryDebitReversal, id: made)
    }

    /// The money has gone back to who sent it.
    static func post(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let reversal = account.store.object(.treasuryCreditReversal, id: id)?.tree else { return }
        TreasuryBooks.add(
            "credit_reversal_posting", .init(outboundPending: -reversal.integer("amount")),
            to: reversal.text("transaction") ?? "", .posted, &account, cause)
        end(
            reversal, .treasuryCreditReversal, "posted", transition: "posted_at", "treasury.credit_reversal.posted",
            &account, cause)
    }

    /// The money has come back from who took it.
    static func complete(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let reversal = account.store.object(.treasuryDebitReversal, id: id)?.tree else { return }
        let amount = reversal.integer("amount")
        TreasuryBooks.add(
            "debit_reversal", .init(cash: amount, inboundPending: -amount), to: reversal.text("transaction") ?? "",
            .posted, &account, cause)
        end(
            reversal, .treasuryDebitReversal, "succeeded", transition: "completed_at",
            "treasury.debit_reversal.completed", &account, cause)
    }

    private static func holder(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let id = try call.form.required("financial_account")
        return try account.find(.treasuryFinancialAccount, id, param: "financial_account").tree
    }

    private static func received(_ call: Call, _ account: inout Account) throws(StripeError) -> JSONObject {
        var flow = try account.shaped(call, skipping: ["initiating_payment_method_details"])
        let given = call.form.map("initiating_payment_method_details")?.map("us_bank_account")
        var method = JSONObject()
        method["us_bank_account"] = [
            "bank_name": "STRIPE TEST BANK",
            "last4": .string(String((given?.given("account_number") ?? "6789").suffix(4))),
            "routing_number": .string(given?.given("routing_number") ?? "110000000"),
        ]
        var party = TreasuryParties.bank(method, network: "ach")
        if var bank = party.object("us_bank_account") {
            for name in ["account_holder_type", "account_type", "fingerprint", "network"] { bank[name] = nil }
            party.set("us_bank_account", bank)
        }
        flow.set("initiating_payment_method_details", party)
        flow.set("currency", "usd")
        flow.set("network", call.form.given("network") ?? "ach")
        flow["reversal_details"] = [
            "deadline": .integer(call.now + 2 * CivilTime.secondsPerDay), "restricted_reason": nil,
        ]
        return flow
    }

    private static func checkReversible(_ flow: JSONObject, _ link: String, param: String) throws(StripeError) {
        guard flow.text("status") == "succeeded" else { throw .invalid("Nothing was moved.", param: param) }
        guard flow.text("network") == "ach" else {
            throw .invalid("Only what came through ach can be reversed.", param: param)
        }
        guard flow["linked_flows"]?[link]?.stringValue == nil else {
            throw .invalid("This has been reversed already.", param: param)
        }
    }

    private static func reversal(of flow: JSONObject, _ call: Call, _ account: inout Account) throws(StripeError)
        -> JSONObject
    {
        var reversal = try account.shaped(call)
        for member in ["amount", "currency", "financial_account", "network"] {
            reversal[member] = flow[member] ?? .null
        }
        reversal.set("status", "processing")
        return reversal
    }

    private static func link(_ flow: inout JSONObject, _ name: String, _ reversal: JSONObject) {
        var links = flow.object("linked_flows") ?? JSONObject()
        links.set(name, reversal.text("id"))
        flow.set("linked_flows", links)
        var details = flow.object("reversal_details") ?? JSONObject()
        details.set("restricted_reason", "already_reversed")
        flow.set("reversal_details", details)
    }

    private static func end(
        _ original: JSONObject, _ kind: ObjectKind, _ status: String, transition: String, _ event: String,
        _ account: inout Account, _ cause: Cause
    ) {
        var reversal = original
        reversal.set("status", status)
        var transitions = reversal.object("status_transitions") ?? JSONObject()
        transitions.set(transition, cause.now)
        reversal.set("status_transitions", transitions)
        account.update(kind, reversal, event: event, cause)
    }
}
