internal import KeybrakeStripe

/// Transactions: money that issued cards have spent (captures, negative) or got back (refunds, positive).
enum IssuingTransactions {
    private static let test = "POST /v1/test_helpers/issuing/transactions"

    static let routes: [(String, Behaviour)] =
        [
            (test + "/create_force_capture", forceCapture),
            (test + "/create_unlinked_refund", unlinkedRefund),
            (test + "/{transaction}/refund", refund),
        ]
        + Shaped.plain(
            "GET /v1/issuing/transactions", "GET /v1/issuing/transactions/{transaction}",
            "POST /v1/issuing/transactions/{transaction}")

    static func forceCapture(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try unlinked(call, sign: -1, &account)
    }

    static func unlinkedRefund(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try unlinked(call, sign: 1, &account)
    }

    static func refund(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let original = try account.find(
            .issuingTransaction, call.pathValue(), param: "transaction", status: 404
        ).tree
        try Shaped.check(original, "type", isOneOf: "capture", toBe: "refunded")
        let left = -original.integer("amount") - refunded(call.pathValue(), account)
        guard left > 0 else { throw .invalid("This transaction has been refunded in full already.") }
        let amount = call.form.integer("refund_amount") ?? left
        try AmountLimits.check(amount, 1...left, param: "refund_amount")
        var refund = original
        refund.set("id", account.ids.next("ipi"))
        refund.set("created", call.now)
        refund.set("dispute", Optional<String>.none)
        refund.set("metadata", JSONObject())
        let id = remember(refund, amount: amount, owner: call.pathValue(), &account, call.cause)
        return .stored(.issuingTransaction, id: id)
    }

    /// Money of an authorization is taken.
    static func capture(_ amount: Int64, of authorization: JSONObject, _ call: Call, _ account: inout Account)
        -> JSONObject
    {
        var transaction = account.blank(.issuingTransaction, now: call.now)
        transaction.set("authorization", authorization.text("id"))
        transaction.set("card", authorization["card"]?["id"]?.stringValue)
        for member in ["cardholder", "currency", "merchant_currency", "merchant_data", "wallet"] {
            transaction[member] = authorization[member] ?? .null
        }
        let id = remember(transaction, amount: -amount, owner: nil, &account, call.cause)
        return account.store.object(.issuingTransaction, id: id)?.tree ?? transaction
    }

    private static func unlinked(_ call: Call, sign: Int64, _ account: inout Account) throws(StripeError) -> Reply {
        let card = try account.find(.issuingCard, try call.form.required("card"), param: "card").tree
        let amount = try call.form.requiredInteger("amount")
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        try AmountLimits.check(amount, param: "amount")
        var transaction = try account.shaped(call, skipping: ["amount"])
        transaction.set("cardholder", card["cardholder"]?["id"]?.stringValue)
        let currency = (call.form.given("currency") ?? card.text("currency") ?? "").lowercased()
        transaction.set("currency", currency)
        transaction.set("merchant_currency", currency)
        let id = remember(transaction, amount: sign * amount, owner: nil, &account, call.cause)
        return .stored(.issuingTransaction, id: id)
    }

    /// How much of a capture was given back.
    private static func refunded(_ id: String, _ account: Account) -> Int64 {
        (account.store.collection(.issuingTransaction)?.objects ?? [])
            .reduce(0) { $0 + ($1.owner == id ? $1.tree.integer("amount") : 0) }
    }

    private static func remember(
        _ original: JSONObject, amount: Int64, owner: String?, _ account: inout Account, _ cause: Cause
    ) -> String {
        var transaction = original
        let id = transaction.text("id") ?? ""
        transaction.set("amount", amount)
        transaction.set("merchant_amount", amount)
        transaction.set("type", amount < 0 ? "capture" : "refund")
        let booked = IssuingSpending.book(
            "issuing_transaction", amount: amount, currency: transaction.text("currency") ?? "", source: id, &account,
            cause)
        transaction.set("balance_transaction", booked.text("id"))
        var stored = StoredObject(id: id, created: cause.now, bytes: transaction.bytes)
        stored.owner = owner
        account.store.insert(.issuingTransaction, stored, tree: transaction)
        account.emit("issuing_transaction.created", .issuingTransaction, id: id, cause)
        return id
    }
}
