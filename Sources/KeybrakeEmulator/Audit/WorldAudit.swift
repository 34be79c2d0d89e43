internal import KeybrakeStripe

/// Checks the money of all accounts of a world, each for itself and between them.
extension World {
    func audit() -> EmulatorAudit {
        let books = accounts.map { AccountBooks($0) }
        var audit = EmulatorAudit()
        audit.accountCount = books.count
        audit.transactionCount = books.reduce(0) { $0 + $1.transactions.count }
        for book in books { audit.findings += AccountAudit(book).findings }
        audit.findings += PassageAudit(books).findings
        return audit
    }
}

/// Checks what passed from one account to another.
struct PassageAudit {
    private let books: [String: AccountBooks]
    private(set) var findings: [EmulatorAudit.Finding] = []

    init(_ books: [AccountBooks]) {
        self.books = Dictionary(books.map { ($0.id, $0) }) { first, _ in first }
        checkSums()
        for book in books {
            for transfer in book.all(.transfer) { check(transfer, of: book) }
            for fee in book.all(.applicationFee) { check(fee: fee, of: book) }
        }
    }

    private mutating func report(_ account: String?, _ ids: [String?], _ words: String) {
        let rule: EmulatorAudit.Finding.Rule = account == nil ? .doubleEntry : .passage
        findings.append(.init(rule: rule, account: account, ids: ids.compactMap(\.self), words: words))
    }

    /// What accounts gave each other is what they got.
    private mutating func checkSums() {
        var sums: [String: Int64] = [:]
        for book in books.values {
            for (currency, purse) in book.ledger.purses { sums[currency, default: 0] += purse.accounts }
        }
        for (currency, sum) in sums.sorted(by: { $0.key < $1.key }) where sum != 0 {
            report(nil, [], "between accounts, \(sum) \(currency) was lost or made")
        }
    }

    private mutating func check(_ transfer: JSONObject, of book: AccountBooks) {
        let id = transfer.text("id")
        let destination = transfer.text("destination") ?? ""
        let payment = books[destination]?.object(.charge, transfer.text("destination_payment"))
        guard let payment else {
            report(book.id, [id, destination], "nothing arrived at the destination")
            return
        }
        let ids = [id, payment.text("id")]
        if payment.text("source_transfer") != id { report(book.id, ids, "the payment is of another transfer") }
        for (member, other) in [("amount", "amount"), ("amount_reversed", "amount_refunded")]
        where transfer.integer(member) != payment.integer(other) {
            report(
                book.id, ids,
                "\(member) is \(transfer.integer(member)), the payment's \(other) is \(payment.integer(other))")
        }
        if payment.text("currency") != transfer.text("currency") { report(book.id, ids, "the currencies differ") }
    }

    /// A fee and its refunds are what the payer's transactions say.
    private mutating func check(fee: JSONObject, of book: AccountBooks) {
        let id = fee.text("id")
        let chargeID = fee.text("charge") ?? ""
        guard let payer = books[fee.text("account") ?? ""], let charge = payer.object(.charge, chargeID) else {
            report(book.id, [id, fee.text("account")], "who paid the fee does not know of it")
            return
        }
        if charge.text("application_fee") != id { report(payer.id, [id, chargeID], "the charge has another fee") }
        let own = payer.transactions(for: chargeID)
        let paid = own.reduce(0) { $0 + $1.fee("application_fee") }
        if paid != fee.integer("amount") {
            report(payer.id, [id, chargeID], "the fee is \(fee.integer("amount")), but \(paid) was paid")
        }
        let withRefunds = payer.all(of: chargeID).flatMap { payer.transactions(for: $0.text("id") ?? "") }
            .reduce(0) { $0 - $1.fee("application_fee") }
        let apart = own.filter { $0.text("type") == "adjustment" }.reduce(0) { $0 + $1.integer("amount") }
        if withRefunds + apart != fee.integer("amount_refunded") {
            report(
                payer.id, [id, chargeID],
                "\(fee.integer("amount_refunded")) of the fee was given back, but \(withRefunds + apart) arrived")
        }
    }
}

extension AccountBooks {
    /// The refunds of a charge.
    func all(of charge: String) -> [JSONObject] { refunds[charge] ?? [] }

    /// How many refunds of a charge gave captured money back: the one that released an authorisation did not.
    func refundCount(of charge: JSONObject) -> Int {
        guard charge.text("balance_transaction") != nil else { return 0 }
        let all = all(of: charge.text("id") ?? "")
        let isPartlyCaptured = charge.integer("amount_captured") < charge.integer("amount")
        return all.count - (isPartlyCaptured ? 1 : 0)
    }
}
