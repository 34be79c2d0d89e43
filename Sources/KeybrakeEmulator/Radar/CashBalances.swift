internal import KeybrakeStripe

/// Cash that customers have sent by bank transfer.
///
///     a transfer arrives ─→ available, in the customer's balance
enum CashBalances {
    private static let path = "/v1/customers/{customer}/cash_balance"

    static let routes: [(String, Behaviour)] =
        [
            ("GET " + path, retrieve),
            ("POST " + path, update),
            ("POST /v1/test_helpers/customers/{customer}/fund_cash_balance", fund),
        ] + Shaped.plain("GET \(path)_transactions", "GET \(path)_transactions/{transaction}")

    private static let kind = ObjectKind("cash_balance")
    private static let transactions = ObjectKind("customer_cash_balance_transaction")

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(balance(of: try customer(call, account), account))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try customer(call, account)
        var balance = balance(of: customer, account)
        if let mode = call.form.map("settings")?.given("reconciliation_mode") {
            let isDefault = mode == "merchant_default"
            balance["settings"] = [
                "reconciliation_mode": .string(isDefault ? "automatic" : mode),
                "using_merchant_default": .bool(isDefault),
            ]
        }
        keep(balance, of: customer, &account, call)
        return .object(balance)
    }

    static func fund(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try customer(call, account)
        let amount = try call.form.requiredInteger("amount")
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        try AmountLimits.check(amount, param: "amount")
        let currency = try call.form.required("currency").lowercased()
        guard let transfer = transfers[currency] else {
            throw .invalid("Bank transfers are not possible in \(currency).", param: "currency")
        }
        var balance = balance(of: customer, account)
        var available = balance.object("available") ?? JSONObject()
        let ending = available.integer(currency) + amount
        try AmountLimits.check(ending, param: "amount")
        available.set(currency, ending)
        balance.set("available", available)
        var transaction = account.blank(transactions, now: call.now)
        transaction.set("currency", currency)
        transaction.set("customer", customer)
        transaction.set("ending_balance", ending)
        transaction["funded"] = [
            "bank_transfer": ["reference": JSONValue(call.form.given("reference")), "type": .string(transfer)]
        ]
        transaction.set("net_amount", amount)
        transaction.set("type", "funded")
        keep(balance, of: customer, &account, call)
        var stored = StoredObject(id: transaction.text("id") ?? "", created: call.now, bytes: transaction.bytes)
        stored.owner = customer
        account.store.insert(transactions, stored)
        account.emit("customer_cash_balance_transaction.created", transactions, id: stored.id, call.cause)
        account.emit("cash_balance.funds_available", object: balance.bytes, call.cause)
        return .stored(transactions, id: stored.id)
    }

    private static func customer(_ call: Call, _ account: Account) throws(StripeError) -> String {
        try account.find(.customer, call.pathValue(), param: "customer", status: 404).id
    }

    private static func balance(of customer: String, _ account: Account) -> JSONObject {
        account.store.object(kind, id: customer)?.tree ?? [
            "object": "cash_balance", "available": nil, "customer": .string(customer), "customer_account": nil,
            "livemode": false,
            "settings": ["reconciliation_mode": "automatic", "using_merchant_default": true],
        ]
    }

    private static func keep(_ balance: JSONObject, of customer: String, _ account: inout Account, _ call: Call) {
        var stored = StoredObject(id: customer, created: call.now, bytes: balance.bytes)
        stored.owner = customer
        account.store.insert(kind, stored)
    }

    /// How money is sent in each currency.
    private static let transfers = [
        "eur": "eu_bank_transfer", "gbp": "gb_bank_transfer", "jpy": "jp_bank_transfer", "mxn": "mx_bank_transfer",
        "usd": "us_bank_transfer",
    ]
}
