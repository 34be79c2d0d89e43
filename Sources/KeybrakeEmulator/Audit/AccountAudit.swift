internal import KeybrakeStripe

/// Checks the money of one account.
struct AccountAudit {
    private let books: AccountBooks
    private(set) var findings: [EmulatorAudit.Finding] = []

    init(_ books: AccountBooks) {
        self.books = books
        checkLedger()
        checkTransactions()
        for charge in books.all(.charge) { check(charge: charge) }
        checkRefunds()
        for payout in books.all(.payout) { check(payout: payout) }
        for topUp in books.all(.topUp) where topUp.text("status") == "succeeded" {
            tie(topUp, "balance_transaction", amount: topUp.integer("amount"))
        }
        for dispute in books.all(.dispute) { check(dispute: dispute) }
        checkFees()
        checkTransfers()
        checkIntents()
    }

    private mutating func report(_ rule: EmulatorAudit.Finding.Rule, _ ids: [String?], _ words: String) {
        findings.append(.init(rule: rule, account: books.id, ids: ids.compactMap(\.self), words: words))
    }

    // MARK: The balance

    private mutating func checkLedger() {
        var available: [String: Int64] = [:]
        var pending: [String: Int64] = [:]
        for transaction in books.transactions where transaction.text("balance_type") != "issuing" {
            let currency = transaction.text("currency") ?? ""
            if transaction.text("status") == "available" {
                available[currency, default: 0] += transaction.integer("net")
            } else {
                pending[currency, default: 0] += transaction.integer("net")
            }
        }
        let currencies = Set(available.keys).union(pending.keys).union(books.ledger.purses.keys)
        for currency in currencies.sorted() {
            let purse = books.ledger.purses[currency] ?? Ledger.Purse()
            if purse.imbalance != 0 {
                report(.doubleEntry, [], "the ledger in \(currency) is off by \(purse.imbalance)")
            }
            for (name, stated, sum) in [
                ("available", purse.available, available[currency] ?? 0),
                ("pending", purse.pending, pending[currency] ?? 0),
            ] where stated != sum {
                report(.balance, [], "\(name) \(currency) is \(stated), but its transactions sum to \(sum)")
            }
        }
    }

    private mutating func checkTransactions() {
        for transaction in books.transactions {
            let id = transaction.text("id")
            let fees = (transaction["fee_details"]?.arrayValue ?? []).reduce(Int64(0)) {
                $0 + ($1["amount"]?.integerValue ?? 0)
            }
            let fee = transaction.integer("fee")
            let net = transaction.integer("net")
            if fee != fees { report(.net, [id], "the fee is \(fee), but its details sum to \(fees)") }
            if net != transaction.integer("amount") - fee {
                report(.net, [id], "net \(net) is not amount \(transaction.integer("amount")) less fee \(fee)")
            }
            let source = transaction.text("source") ?? ""
            if !books.hasSource(source) { report(.tie, [id, source], "the transaction's source does not exist") }
        }
    }

    // MARK: What moved money

    /// The transaction that an object names must be for it, and state that amount.
    private mutating func tie(_ object: JSONObject, _ member: String, amount: Int64) {
        let id = object.text("id")
        guard let transaction = books.transaction(object.text(member)) else {
            report(.tie, [id], "money moved, but there is no \(member)")
            return
        }
        if transaction.text("source") != id {
            report(
                .tie, [id, transaction.text("id")], "the transaction is for \(transaction.text("source") ?? "nothing")")
        }
        if transaction.integer("amount") != amount || transaction.text("currency") != object.text("currency") {
            report(
                .tie, [id, transaction.text("id")],
                "the transaction states \(transaction.integer("amount")), the object \(amount)")
        }
    }

    private mutating func check(charge: JSONObject) {
        let id = charge.text("id")
        let captured = charge.integer("amount_captured")
        let amount = charge.integer("amount")
        if captured > amount { report(.limit, [id], "\(captured) was captured of \(amount)") }
        if charge.integer("amount_refunded") > amount {
            report(.limit, [id], "\(charge.integer("amount_refunded")) was refunded of \(amount)")
        }
        guard charge.text("status") == "succeeded", captured > 0 else {
            if charge.text("balance_transaction") != nil {
                report(.tie, [id], "nothing was captured, but there is a transaction")
            }
            return
        }
        tie(charge, "balance_transaction", amount: captured)
        let takings = books.transactions(for: id ?? "").filter { ["charge", "payment"].contains($0.text("type")) }
        if takings.count != 1 {
            report(.tie, [id] + takings.map { $0.text("id") }, "\(takings.count) transactions took the money")
        }
    }

    private mutating func checkRefunds() {
        var sums: [String: Int64] = [:]
        for refund in books.all(.refund) {
            let status = refund.text("status")
            let isBack = status == "failed" || status == "canceled"
            let amount = refund.integer("amount")
            let charge = refund.text("charge") ?? ""
            if !isBack { sums[charge, default: 0] += amount }
            guard refund.text("balance_transaction") != nil else { continue }
            tie(refund, "balance_transaction", amount: -amount)
            if isBack { tie(refund, "failure_balance_transaction", amount: amount) }
        }
        for charge in books.all(.charge) {
            let id = charge.text("id") ?? ""
            let stated = charge.integer("amount_refunded")
            if stated != sums[id] ?? 0 {
                report(.sum, [id], "amount_refunded is \(stated), but its refunds sum to \(sums[id] ?? 0)")
            }
            let given = books.all(of: id).filter { $0.text("balance_transaction") != nil }
            if given.count != books.refundCount(of: charge) {
                report(.tie, [id], "a refund of captured money has no transaction")
            }
        }
    }

    private mutating func check(payout: JSONObject) {
        tie(payout, "balance_transaction", amount: -payout.integer("amount"))
        let isBack = payout.text("status") == "failed" || payout.text("status") == "canceled"
        if isBack { tie(payout, "failure_balance_transaction", amount: payout.integer("amount")) }
        let sum = books.transactions(for: payout.text("id") ?? "").reduce(0) { $0 + $1.integer("amount") }
        let expected = isBack ? 0 : -payout.integer("amount")
        if sum != expected {
            report(.sum, [payout.text("id")], "its transactions sum to \(sum) instead of \(expected)")
        }
    }

    private mutating func check(dispute: JSONObject) {
        let id = dispute.text("id")
        let status = dispute.text("status") ?? ""
        let sum = books.transactions(for: id ?? "").reduce(0) { $0 + $1.integer("amount") }
        let expected = status.hasPrefix("warning") || status == "won" ? 0 : -dispute.integer("amount")
        if sum != expected { report(.sum, [id], "its transactions sum to \(sum) instead of \(expected)") }
    }

    private mutating func checkFees() {
        let refunds = books.parts(.feeRefund)
        for fee in books.all(.applicationFee) {
            let id = fee.text("id") ?? ""
            tie(fee, "balance_transaction", amount: fee.integer("amount"))
            let parts = refunds[id] ?? []
            for part in parts { tie(part, "balance_transaction", amount: -part.integer("amount")) }
            checkParts(of: fee, "amount_refunded", parts)
        }
    }

    private mutating func checkTransfers() {
        let reversals = books.parts(.transferReversal)
        var passedOn: [String: Int64] = [:]
        for transfer in books.all(.transfer) {
            tie(transfer, "balance_transaction", amount: -transfer.integer("amount"))
            let parts = reversals[transfer.text("id") ?? ""] ?? []
            for part in parts { tie(part, "balance_transaction", amount: part.integer("amount")) }
            checkParts(of: transfer, "amount_reversed", parts)
            if let source = transfer.text("source_transaction") {
                passedOn[source, default: 0] += transfer.integer("amount") - transfer.integer("amount_reversed")
            }
        }
        for (source, sum) in passedOn.sorted(by: { $0.key < $1.key }) {
            let captured = books.object(.charge, source)?.integer("amount_captured") ?? 0
            if sum > captured { report(.limit, [source], "\(sum) was passed on of \(captured)") }
        }
    }

    private mutating func checkParts(of whole: JSONObject, _ member: String, _ parts: [JSONObject]) {
        let id = whole.text("id")
        let sum = parts.reduce(0) { $0 + $1.integer("amount") }
        let stated = whole.integer(member)
        if sum != stated { report(.sum, [id], "\(member) is \(stated), but its parts sum to \(sum)") }
        if stated > whole.integer("amount") {
            report(.limit, [id], "\(member) is \(stated) of \(whole.integer("amount"))")
        }
    }

    private mutating func checkIntents() {
        for intent in books.all(.paymentIntent) where intent.text("status") == "succeeded" {
            guard let charge = books.object(.charge, intent.text("latest_charge")) else { continue }
            let received = intent.integer("amount_received")
            if received != charge.integer("amount_captured") {
                report(
                    .sum, [intent.text("id"), charge.text("id")],
                    "amount_received is \(received), but \(charge.integer("amount_captured")) was captured")
            }
        }
    }
}
