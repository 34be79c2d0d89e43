internal import KeybrakeStripe

/// Customers' cash balances: money that they have sent by bank transfer and that waits to pay something.
///
///     fund_cash_balance ─→ available (with a transaction of type `funded`)
enum CashBalances {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/customers/{customer}/cash_balance", retrieve),
        ("POST /v1/customers/{customer}/cash_balance", update),
        ("GET /v1/customers/{customer}/cash_balance_transactions", listTransactions),
        ("GET /v1/customers/{customer}/cash_balance_transactions/{transaction}", retrieveTransaction),
        ("POST /v1/test_helpers/customers/{customer}/fund_cash_balance", fund),
    ]

    private static let kind = ObjectKind("cash_balance")
    private static let transactionKind = ObjectKind("customer_cash_balance_transaction")

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(balance(of: try account.target(.customer, call).id, account))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call).id
        var balance = balance(of: customer, account)
        if let mode = call.form.map("settings")?.given("reconciliation_mode") {
            let isDefault = mode == "merchant_default"
            balance["settings"] = [
                "reconciliation_mode": .string(isDefault ? "automatic" : mode),
                "using_merchant_default": .bool(isDefault),
            ]
        }
        keep(balance, of: customer, &account, call.cause)
        return .object(balance)
    }

    static func listTransactions(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call).id
        return try account.page(
            transactionKind, call, url: "/v1/customers/\(customer)/cash_balance_transactions",
            filters: [("customer", customer)])
    }

    static func retrieveTransaction(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call).id
        let found = try account.find(transactionKind, call.pathValue(1), param: "transaction", status: 404)
        guard found.text("customer") == customer else {
            throw .missing("customer cash balance transaction", id: found.id, param: "transaction")
        }
        return .stored(transactionKind, id: found.id)
    }

    /// A bank transfer arrives.
    static func fund(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.target(.customer, call).id
        let amount = try call.form.requiredInteger("amount")
        try AmountLimits.check(amount, 1...AmountLimits.callMax, param: "amount")
        let currency = try call.form.required("currency").lowercased()
        guard let type = transferTypes[currency] else {
            throw .invalid("Bank transfers are not supported in \(currency).", param: "currency")
        }
        var balance = balance(of: customer, account)
        var available = balance.object("available") ?? [:]
        let ending = AmountLimits.clamped(available.integer(currency) + amount)
        available.set(currency, ending)
        balance.set("available", available)
        keep(balance, of: customer, &account, call.cause)
        let transfer: JSONObject = [
            "reference": JSONValue(call.form.given("reference")), "type": .string(type),
        ]
        let transaction: JSONObject = [
            "id": .string(account.ids.next("ccsbtxn")), "object": "customer_cash_balance_transaction",
            "created": .integer(call.now), "currency": .string(currency), "customer": .string(customer),
            "customer_account": nil, "ending_balance": .integer(ending),
            "funded": ["bank_transfer": .object(transfer)], "livemode": false, "net_amount": .integer(amount),
            "type": "funded",
        ]
        let id = account.create(
            transactionKind, transaction, event: "customer_cash_balance_transaction.created", call.cause
        ).id
        account.emit("cash_balance.funds_available", object: balance.bytes, call.cause)
        return .stored(transactionKind, id: id)
    }

    /// The balance, which every customer has.
    private static func balance(of customer: String, _ account: Account) -> JSONObject {
        account.store.object(kind, id: customer)?.tree ?? [
            "object": "cash_balance", "available": nil, "customer": .string(customer), "customer_account": nil,
            "livemode": false,
            "settings": ["reconciliation_mode": "automatic", "using_merchant_default": true],
        ]
    }

    private static func keep(_ balance: JSONObject, of customer: String, _ account: inout Account, _ cause: Cause) {
        if let position = account.store.position(kind, id: customer) {
            account.store.update(kind, at: position, bytes: balance.bytes)
        } else {
            account.store.insert(kind, StoredObject(id: customer, created: cause.now, bytes: balance.bytes))
        }
    }

    private static let transferTypes = [
        "eur": "eu_bank_transfer", "gbp": "gb_bank_transfer", "jpy": "jp_bank_transfer", "mxn": "mx_bank_transfer",
        "usd": "us_bank_transfer",
    ]
}
