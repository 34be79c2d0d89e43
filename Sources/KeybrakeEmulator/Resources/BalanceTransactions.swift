internal import KeybrakeStripe

/// Balance transactions and the balance: every movement of the account's money, and its sum.
///
///     booked ─→ pending ─ (two days later) ─→ available
enum BalanceTransactions {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/balance_transactions", list),
        ("GET /v1/balance/history", list),
        ("GET /v1/balance_transactions/{id}", retrieve),
        ("GET /v1/balance/history/{id}", retrieve),
        ("GET /v1/balance", balance),
    ]

    /// Money from card payments arrives at the beginning of the second day after the payment.
    static let settlementDays: Int64 = 2

    /// When money that is taken now becomes available.
    static func availableOn(_ now: Int64) -> Int64 {
        CivilTime.startOfDay(now) + settlementDays * CivilTime.secondsPerDay
    }

    /// One movement of money.
    struct Entry {
        var type: String
        var category: String
        /// Positive into the account.
        var amount: Int64
        /// What Stripe takes.
        var fee: Int64 = 0
        /// What the platform takes; negative when it gives something back.
        var applicationFee: Int64 = 0
        var currency: String
        var source: String
        var description: String?
        /// `nil` when it is available at once.
        var availableOn: Int64?
        /// Whether the amount comes from, or goes to, another account of the world.
        var isBetweenAccounts = false
        /// What an issued card spends or gets back.
        var isIssuing = false
    }

    /// Books a movement and remembers its balance transaction.
    ///
    /// - Returns: the transaction's id.
    static func book(_ entry: Entry, _ account: inout Account, _ cause: Cause) -> String {
        // A test clock moves no bank: money arrives in the world's time.
        let arrival = entry.availableOn.map { cause.testClock == nil ? $0 : availableOn(cause.worldNow) }
        let id = account.ids.next("txn")
        var transaction = template
        transaction.set("id", id)
        transaction.set("amount", entry.amount)
        transaction.set("available_on", arrival ?? cause.worldNow)
        if entry.isIssuing { transaction.set("balance_type", "issuing") }
        transaction.set("created", cause.worldNow)
        transaction.set("currency", entry.currency)
        transaction.set("description", entry.description)
        transaction.set("fee", entry.fee + entry.applicationFee)
        transaction["fee_details"] = .array(feeDetails(entry, account))
        transaction.set("net", entry.amount - entry.fee - entry.applicationFee)
        transaction.set("reporting_category", entry.category)
        transaction.set("source", entry.source)
        transaction.set("status", arrival == nil ? "available" : "pending")
        transaction.set("type", entry.type)
        account.create(.balanceTransaction, transaction, cause)
        let isFirstOfDay = account.ledger.book(
            .init(
                transactionID: id, currency: entry.currency, amount: entry.amount, fee: entry.fee,
                applicationFee: entry.applicationFee, isBetweenAccounts: entry.isBetweenAccounts,
                isIssuing: entry.isIssuing, availableOn: arrival))
        if let day = arrival, isFirstOfDay {
            account.agenda.addToWorld(.fundsAvailable(day: day), at: day)
        }
        return id
    }

    /// What the fee of a movement is made of.
    private static func feeDetails(_ entry: Entry, _ account: Account) -> [JSONValue] {
        var details: [JSONValue] = []
        if entry.applicationFee != 0 {
            details.append([
                "amount": .integer(entry.applicationFee), "application": .string(ApplicationFees.application(account)),
                "currency": .string(entry.currency), "description": "Application fee", "type": "application_fee",
            ])
        }
        if entry.fee != 0 {
            details.append([
                "amount": .integer(entry.fee), "application": nil, "currency": .string(entry.currency),
                "description": "Stripe processing fees", "type": "stripe_fee",
            ])
        }
        return details
    }

    /// The money of a day arrives.
    static func release(day: Int64, _ account: inout Account, _ cause: Cause) {
        for id in account.ledger.release(day: day) {
            guard var transaction = account.store.object(.balanceTransaction, id: id)?.tree else { continue }
            transaction.set("status", "available")
            account.update(.balanceTransaction, transaction, cause)
        }
        account.emit("balance.available", object: balanceObject(account).bytes, cause)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let payout = form.given("payout")
        if let payout { _ = try account.find(.payout, payout, param: "payout") }
        return try account.page(
            .balanceTransaction, call, url: call.operation.pathTemplate,
            filters: [
                ("source", form.given("source")), ("type", form.given("type")),
                ("currency", form.given("currency")?.lowercased()),
            ]
        ) { transaction in payout == nil || transaction.owner == payout || transaction.text("source") == payout }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.balanceTransaction, id: try account.target(.balanceTransaction, call).id)
    }

    static func balance(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(balanceObject(account))
    }

    private static func balanceObject(_ account: Account) -> JSONObject {
        var purses = account.ledger.purses
        if purses.isEmpty { purses["usd"] = Ledger.Purse() }
        let currencies = purses.keys.sorted()
        let list = { (amount: (Ledger.Purse) -> Int64) -> JSONValue in
            .array(
                currencies.map { currency in
                    let sum = JSONValue.integer(amount(purses[currency] ?? Ledger.Purse()))
                    return ["amount": sum, "currency": .string(currency), "source_types": ["card": sum]]
                })
        }
        var balance: JSONObject = [
            "object": "balance", "available": list { $0.available },
            "instant_available": list { max(0, $0.available) }, "livemode": false, "pending": list { $0.pending },
        ]
        if let reserved = Self.reserved(account) { balance["connect_reserved"] = reserved }
        let issuing = account.ledger.issuing.sorted { $0.key < $1.key }.map { currency, purse -> JSONValue in
            ["amount": .integer(purse.available), "currency": .string(currency)]
        }
        if !issuing.isEmpty { balance["issuing"] = ["available": .array(issuing)] }
        return balance
    }

    /// What connected accounts owe, for which the platform answers; `nil` when there are none.
    private static func reserved(_ account: Account) -> JSONValue? {
        guard account.isPlatform, !account.neighbours.ids.isEmpty else { return nil }
        var sums: [String: Int64] = Dictionary(uniqueKeysWithValues: account.ledger.purses.keys.map { ($0, 0) })
        for id in account.neighbours.ids {
            for (currency, purse) in account.neighbours[id]?.ledger.purses ?? [:] {
                sums[currency, default: 0] += max(0, -(purse.available + purse.pending))
            }
        }
        return .array(
            sums.sorted { $0.key < $1.key }.map { currency, sum in
                ["amount": .integer(sum), "currency": .string(currency)]
            })
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"balance_transaction","amount":0,"available_on":0,"balance_type":"payments","created":0,
        "currency":"","description":null,"exchange_rate":null,"fee":0,"fee_details":[],"net":0,
        "reporting_category":"","source":null,"status":"","type":""}
        """#)
}
