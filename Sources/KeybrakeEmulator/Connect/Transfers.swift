internal import KeybrakeStripe

/// Transfers: money goes to another account of the world, where it arrives as a payment.
///
///     create, or a charge with transfer_data ─→ transferred ─ reversals … ─→ reversed (never more than that)
enum Transfers {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/transfers", create),
        ("GET /v1/transfers/{id}/reversals", listReversals),
        ("POST /v1/transfers/{id}/reversals", reverse),
    ]

    private static let plan = SynthesisPlan(named: "POST /v1/transfers")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know transfers.") }
        let form = call.form
        let amount = try form.requiredInteger("amount")
        let currency = try form.required("currency").lowercased()
        let destination = try form.required("destination")
        guard destination != account.id, account.admits(destination) else {
            throw .missing("destination", id: destination, param: "destination", status: 400)
        }
        try Capabilities.checkTransfers(to: destination, account)
        var source: Source?
        if let id = form.given("source_transaction") {
            source = try Source(id, amount: amount, currency: currency, account)
        } else {
            try BalanceMovements.check(amount: amount, currency: currency, account)
        }
        var transfer = try FormMerge.merged(form, into: nil, plan, &account, now: call.now)
        transfer.set("currency", currency)
        transfer.set("source_type", form.given("source_type") ?? "card")
        if let source, transfer.text("transfer_group") == nil { transfer.set("transfer_group", source.group) }
        send(&transfer, fee: nil, availableOn: source?.availableOn, &account, call.cause)
        return .stored(.transfer, id: transfer.text("id") ?? "")
    }

    /// A charge whose money is passed on, perhaps before it is there.
    private struct Source {
        let group: String
        let availableOn: Int64?

        init(_ id: String, amount: Int64, currency: String, _ account: Account) throws(StripeError) {
            let charge = try account.find(.charge, id, param: "source_transaction").tree
            guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
            guard charge.text("balance_transaction") != nil else {
                throw .invalid(
                    "Charge \(id) has not been captured, so its money cannot be transferred.",
                    param: "source_transaction")
            }
            guard charge.text("currency") == currency else {
                throw .invalid(
                    "The currency of source_transaction's balance transaction (\(charge.text("currency") ?? "")) must "
                        + "be the same as the transfer currency (\(currency))", param: "currency")
            }
            let collection = account.store.collection(.transfer)
            let sent = (collection?.positions(where: "source_transaction", is: id) ?? []).reduce(Int64(0)) {
                sum, position in
                let transfer = collection?.objects[Int(position)].tree ?? [:]
                return sum + transfer.integer("amount") - transfer.integer("amount_reversed")
            }
            let whole = charge.integer("amount_captured")
            guard amount <= whole - sent else {
                throw .coded(
                    "amount_too_large",
                    "Transfers using this transaction as a source must not exceed the source amount of "
                        + "\(ChargeLimits.symbol(whole, currency)). (\(ChargeLimits.symbol(sent, currency)) is already "
                        + "transferred.)", param: "amount")
            }
            group = charge.text("transfer_group") ?? "group_\(id)"
            availableOn = BalanceMovements.pendingDay(of: charge.text("balance_transaction"), account)
        }
    }

    /// Sends the money that a transfer states, and tells of it on both sides.
    ///
    /// - Parameters:
    ///   - transfer: with id, amount, currency and destination.
    ///   - fee: what the platform takes of the payment at its destination.
    static func send(
        _ transfer: inout JSONObject, fee: ApplicationFees.Claim?, availableOn: Int64?, _ account: inout Account,
        _ cause: Cause
    ) {
        let cause = cause.inWorld
        let id = transfer.text("id") ?? ""
        let payment = fee?.charge ?? account.ids.next("py")
        transfer.set("amount_reversed", 0)
        transfer.set("destination_payment", payment)
        transfer["reversals"] = [
            "object": "list", "data": [], "has_more": false, "url": .string("/v1/transfers/\(id)/reversals"),
        ]
        transfer.set("reversed", false)
        transfer.set(
            "balance_transaction",
            BalanceMovements.book(
                transfer, type: "transfer", category: "transfer", sign: -1, availableOn: availableOn,
                isBetweenAccounts: true, &account, cause))
        account.create(.transfer, transfer, event: "transfer.created", cause)
        let sender = account.id
        let sent = transfer
        try? account.visit(transfer.text("destination") ?? "", cause) { destination throws(StripeError) in
            DestinationPayments.receive(
                payment, of: sent, from: sender, fee: fee, availableOn: availableOn, &destination, cause)
        }
        if let fee { ApplicationFees.collect(fee, &account, cause) }
    }

    static func listReversals(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let transfer = try account.find(.transfer, call.pathValue(), param: "id", status: 404)
        return try account.page(.transferReversal, call, url: "/v1/transfers/\(transfer.id)/reversals") {
            $0.owner == transfer.id
        }
    }

    static func reverse(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let transfer = try account.find(.transfer, call.pathValue(), param: "id", status: 404).tree
        let left = transfer.integer("amount") - transfer.integer("amount_reversed")
        let amount = call.form.integer("amount") ?? left
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard amount <= left else {
            throw .invalid(
                "The amount to reverse (\(amount)) is more than what is left of the transfer (\(left)).",
                param: "amount")
        }
        let metadata = try Metadata.merge(call.form["metadata"])
        let reversal = Reversal(
            amount: amount, description: call.form.given("description"), metadata: metadata,
            refundsFee: call.form.flag("refund_application_fee") ?? false)
        let id = reversal.apply(to: call.pathValue(), &account, call.cause)
        return .stored(.transferReversal, id: id)
    }
}
