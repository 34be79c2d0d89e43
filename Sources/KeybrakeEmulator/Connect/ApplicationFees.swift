internal import KeybrakeStripe

/// Application fees: what the platform takes of its connected accounts' payments. They live in the platform.
///
///     a payment with application_fee_amount ─→ collected ─ refunds … ─→ refunded (never more than was collected)
enum ApplicationFees {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/application_fees", list),
        ("GET /v1/application_fees/{id}", retrieve),
        ("POST /v1/application_fees/{id}/refund", refundFee),
        ("GET /v1/application_fees/{id}/refunds", listRefunds),
        ("POST /v1/application_fees/{id}/refunds", refund),
    ]

    /// A fee as it is taken, before the platform hears of it.
    struct Claim {
        let id: String
        let amount: Int64
        let currency: String
        /// The account that pays it, and its charge or payment.
        let payer: String
        let charge: String
        /// The platform's own charge, when the payment was passed on.
        var originatingCharge: String?
        let availableOn: Int64?
    }

    /// The id under which the platform takes fees.
    static func application(_ account: Account) -> String {
        var source = IDSource(seed: StableHash.of(account.platformID), name: "application")
        return source.next("ca", length: 32)
    }

    /// The platform gets a fee.
    static func collect(_ claim: Claim, _ account: inout Account, _ cause: Cause) {
        let cause = cause.inWorld
        let fee: JSONObject = [
            "id": .string(claim.id), "object": "application_fee", "account": .string(claim.payer),
            "amount": .integer(claim.amount), "amount_refunded": 0, "application": .string(application(account)),
            "balance_transaction": nil, "charge": .string(claim.charge), "created": .integer(cause.now),
            "currency": .string(claim.currency),
            "fee_source": ["charge": .string(claim.charge), "type": "charge"], "livemode": false,
            "originating_transaction": JSONValue(claim.originatingCharge), "refunded": false,
            "refunds": [
                "object": "list", "data": [], "has_more": false,
                "url": .string("/v1/application_fees/\(claim.id)/refunds"),
            ],
        ]
        // The platform is there as long as its world is.
        try? account.visit(account.platformID, cause) { platform throws(StripeError) in
            var fee = fee
            fee.set(
                "balance_transaction",
                BalanceTransactions.book(
                    .init(
                        type: "application_fee", category: "platform_earning", amount: claim.amount,
                        currency: claim.currency, source: claim.id, availableOn: claim.availableOn,
                        isBetweenAccounts: true), &platform, cause))
            platform.create(.applicationFee, fee, event: "application_fee.created", cause)
        }
    }

    /// How much of a fee goes back with that part of its payment: its share, and what is left with the last part.
    ///
    /// - Parameters:
    ///   - part: what is given back of the payment now.
    ///   - whole: the payment's amount.
    ///   - isLast: nothing of the payment is left then.
    static func share(of fee: JSONObject, part: Int64, whole: Int64, isLast: Bool) -> Int64 {
        Shares.next(
            of: fee.integer("amount"), done: fee.integer("amount_refunded"), part: part, whole: whole, isLast: isLast)
    }

    /// The platform gives back a part of a fee. What the payer gets is the caller's to book.
    static func giveBack(
        _ amount: Int64, ofFee id: String, metadata: JSONObject = [:], refundID: String, _ account: inout Account,
        _ cause: Cause
    ) {
        let cause = cause.inWorld
        try? account.visit(account.platformID, cause) { platform throws(StripeError) in
            guard var fee = platform.store.object(.applicationFee, id: id)?.tree else { return }
            var refund: JSONObject = [
                "id": .string(refundID), "object": "fee_refund", "amount": .integer(amount), "balance_transaction": nil,
                "created": .integer(cause.now), "currency": fee["currency"] ?? .null, "fee": .string(id),
                "metadata": .object(metadata),
            ]
            refund.set(
                "balance_transaction",
                BalanceTransactions.book(
                    .init(
                        type: "application_fee_refund", category: "platform_earning_refund", amount: -amount,
                        currency: fee.text("currency") ?? "", source: refundID,
                        availableOn: BalanceMovements.pendingDay(of: fee.text("balance_transaction"), platform),
                        isBetweenAccounts: true), &platform, cause))
            var stored = StoredObject(id: refundID, created: cause.now, bytes: refund.bytes)
            stored.owner = id
            platform.store.insert(.feeRefund, stored)
            let total = fee.integer("amount_refunded") + amount
            fee.set("amount_refunded", total)
            fee.set("refunded", total == fee.integer("amount"))
            fee.prepend(refund, toList: "refunds")
            platform.update(.applicationFee, fee, event: "application_fee.refunded", cause)
        }
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(
            .applicationFee, call, url: "/v1/application_fees", filters: [("charge", call.form.given("charge"))])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.applicationFee, id: try account.target(.applicationFee, call).id)
    }

    /// The oldest form, which answers with the fee.
    static func refundFee(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        _ = try refund(call, &account)
        return .stored(.applicationFee, id: call.pathValue())
    }

    static func refund(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let fee = try account.target(.applicationFee, call).tree
        let metadata = try Metadata.merge(call.form["metadata"])
        let left = fee.integer("amount") - fee.integer("amount_refunded")
        guard left > 0 else {
            throw .coded("charge_already_refunded", "Application fee \(call.pathValue()) has already been refunded.")
        }
        let amount = call.form.integer("amount") ?? left
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard amount <= left else {
            throw .invalid(
                "Refund amount (\(amount)) is greater than unrefunded amount on application fee (\(left)).",
                param: "amount")
        }
        let id = refund(amount, of: fee, metadata: metadata, &account, call.cause)
        return .stored(.feeRefund, id: id)
    }

    /// The platform gives back a part of a fee, and who paid it gets that apart from any refund.
    ///
    /// - Returns: the fee refund's id.
    @discardableResult
    static func refund(
        _ amount: Int64, of fee: JSONObject, metadata: JSONObject = [:], _ account: inout Account, _ cause: Cause
    ) -> String {
        let cause = cause.inWorld
        let id = account.ids.next("fr")
        let feeID = fee.text("id") ?? ""
        giveBack(amount, ofFee: feeID, metadata: metadata, refundID: id, &account, cause)
        try? account.visit(fee.text("account") ?? "", cause) { payer throws(StripeError) in
            let charge = payer.store.object(.charge, id: fee.text("charge") ?? "")?.tree
            _ = BalanceTransactions.book(
                .init(
                    type: "adjustment", category: "other_adjustment", amount: amount,
                    currency: fee.text("currency") ?? "", source: fee.text("charge") ?? "",
                    description: "Refund of application fee \(feeID) (\(id))",
                    availableOn: BalanceMovements.pendingDay(of: charge?.text("balance_transaction"), payer),
                    isBetweenAccounts: true), &payer, cause)
        }
        return id
    }

    static func listRefunds(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let fee = try account.target(.applicationFee, call)
        return try account.page(.feeRefund, call, url: "/v1/application_fees/\(fee.id)/refunds") {
            $0.owner == fee.id
        }
    }
}

/// Splitting an amount into parts that follow another amount's parts, so that nothing is left over or missing.
enum Shares {
    /// - Parameters:
    ///   - total: what is split.
    ///   - done: what of it earlier parts took.
    ///   - part: the part of the other amount now.
    ///   - whole: the other amount.
    ///   - isLast: whether the other amount ends with this part.
    /// - Returns: the share, rounded half up, at most what is left.
    static func next(of total: Int64, done: Int64, part: Int64, whole: Int64, isLast: Bool) -> Int64 {
        let left = max(0, total - done)
        guard !isLast, part < whole, part >= 0, total >= 0 else { return left }
        return min(left, Share.of(total, part, per: whole))
    }
}

extension JSONObject {
    /// Puts an object at the beginning of an embedded list, which shows the ten newest.
    mutating func prepend(_ element: JSONObject, toList name: String) {
        var list = object(name) ?? [:]
        let elements = [.object(element)] + (list["data"]?.arrayValue ?? [])
        list["data"] = .array(Array(elements.prefix(Int(PageRequest.limitDefault))))
        if elements.count > Int(PageRequest.limitDefault) { list.set("has_more", true) }
        set(name, list)
    }
}
