internal import KeybrakeStripe

/// A customer's balance, what they owe (above zero) or are owed (below) at their next invoice, and its transactions.
///
///     every change ─→ one transaction: adjustment, applied_to_invoice, invoice_too_small, credit_note, …
enum CustomerBalance {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/customers/{customer}/balance_transactions", create),
        ("GET /v1/customers/{customer}/balance_transactions", list),
        ("GET /v1/customers/{customer}/balance_transactions/{transaction}", retrieve),
        ("POST /v1/customers/{customer}/balance_transactions/{transaction}", update),
    ]

    static let kind = ObjectKind("customer_balance_transaction")

    /// One change of a balance.
    struct Entry {
        /// Below zero in the customer's favour.
        var amount: Int64
        var currency: String
        /// `adjustment`, `applied_to_invoice`, …
        var type: String
        var invoice: String?
        var creditNote: String?
        var description: String?
        var metadata = JSONObject()
    }

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call)
        let amount = try call.form.requiredInteger("amount")
        try AmountLimits.check(amount, param: "amount")
        guard amount != 0 else { throw .invalid("Amount must be non-zero.", param: "amount") }
        let currency = try call.form.required("currency").lowercased()
        if let own = customer.tree.text("currency"), own != currency {
            throw .invalid(
                "You cannot combine currencies on a single customer. This customer has had a balance, invoice or "
                    + "subscription with the currency \(own).", param: "currency")
        }
        let entry = Entry(
            amount: amount, currency: currency, type: "adjustment", description: call.form.given("description"),
            metadata: try Metadata.merge(call.form["metadata"]))
        return .stored(kind, id: book(entry, on: customer.id, &account, call.cause))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call)
        let invoice = call.form.given("invoice")
        return try account.page(
            kind, call, url: "/v1/customers/\(customer.id)/balance_transactions",
            filters: [("customer", customer.id), ("invoice", invoice)])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(kind, id: try transaction(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try transaction(call, account)
        var tree = stored.tree
        if let text = call.form.text("description") { tree.set("description", text.isEmpty ? nil : text) }
        tree.set("metadata", try Metadata.merge(call.form["metadata"], into: tree.object("metadata") ?? [:]))
        account.update(kind, tree, call.cause)
        return .stored(kind, id: stored.id)
    }

    private static func transaction(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        let customer = try account.target(.customer, call)
        let found = try account.find(kind, call.pathValue(1), param: "transaction", status: 404)
        guard found.text("customer") == customer.id else {
            throw .missing("customer balance transaction", id: found.id, param: "transaction")
        }
        return found
    }

    // MARK: What invoices and credit notes do

    /// Changes a customer's balance.
    ///
    /// - Returns: the id of the transaction.
    @discardableResult
    static func book(_ entry: Entry, on customer: String, _ account: inout Account, _ cause: Cause) -> String {
        guard var tree = account.store.object(.customer, id: customer)?.tree, !tree.flag("deleted") else { return "" }
        let ending = AmountLimits.clamped(tree.integer("balance") + entry.amount)
        tree.set("balance", ending)
        if tree.text("currency") == nil { tree.set("currency", entry.currency) }
        account.update(.customer, tree, event: "customer.updated", cause)
        return write(entry, ending: ending, on: customer, &account, cause)
    }

    /// Writes down that a call has set a customer's balance.
    static func note(
        from old: Int64, to new: Int64, of customer: String, isInitial: Bool, _ account: inout Account, _ cause: Cause
    ) {
        guard old != new else { return }
        let currency = account.store.object(.customer, id: customer)?.text("currency") ?? "usd"
        let entry = Entry(amount: new - old, currency: currency, type: isInitial ? "initial" : "adjustment")
        write(entry, ending: new, on: customer, &account, cause)
    }

    /// A balance in another currency does not count.
    static func balance(_ customer: JSONObject, currency: String) -> Int64 {
        let own = customer.text("currency")
        return own == nil || own == currency ? customer.integer("balance") : 0
    }

    @discardableResult
    private static func write(
        _ entry: Entry, ending: Int64, on customer: String, _ account: inout Account, _ cause: Cause
    ) -> String {
        let transaction: JSONObject = [
            "id": .string(account.ids.next("cbtxn")), "object": "customer_balance_transaction",
            "amount": .integer(entry.amount), "checkout_session": nil, "created": .integer(cause.now),
            "credit_note": JSONValue(entry.creditNote), "currency": .string(entry.currency),
            "customer": .string(customer), "customer_account": nil, "description": JSONValue(entry.description),
            "ending_balance": .integer(ending), "invoice": JSONValue(entry.invoice), "livemode": false,
            "metadata": .object(entry.metadata), "type": .string(entry.type),
        ]
        return account.create(kind, transaction, cause).id
    }
}
