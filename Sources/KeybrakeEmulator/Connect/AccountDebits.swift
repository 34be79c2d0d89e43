internal import KeybrakeStripe

/// The platform takes money from the balance of a connected account: a charge whose source is that account.
///
///     create ─→ the connected account transfers the amount, and the platform has a payment
enum AccountDebits {
    static func create(
        from debited: String, amount: Int64, currency: String, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> Reply {
        guard account.isPlatform, debited != account.id, account.admits(debited) else {
            throw .missing("account", id: debited, param: "source", status: 400)
        }
        let available = account.neighbours[debited]?.ledger.purses[currency]?.available ?? 0
        guard amount <= available else {
            throw .coded(
                "balance_insufficient",
                "The account \(debited) has \(ChargeLimits.symbol(available, currency)) available, which is too "
                    + "little to debit \(ChargeLimits.symbol(amount, currency)).", param: "amount")
        }
        let metadata = try Metadata.merge(call.form["metadata"])
        let platform = account.id
        let payment = account.ids.next("py")
        let transfer: JSONObject = [
            "id": .string(account.ids.next("tr")), "object": "transfer", "amount": .integer(amount),
            "amount_reversed": 0, "balance_transaction": nil, "created": .integer(call.now),
            "currency": .string(currency), "description": JSONValue(call.form.given("description")),
            "destination": .string(platform), "destination_payment": .string(payment), "livemode": false,
            "metadata": [:],
            "reversals": [
                "object": "list", "data": [], "has_more": false,
                "url": "/v1/transfers/reversals",
            ],
            "reversed": false, "source_transaction": nil, "source_type": "card", "transfer_group": nil,
        ]
        try account.visit(debited, call.cause) { debited throws(StripeError) in
            var transfer = transfer
            transfer.set(
                "balance_transaction",
                BalanceMovements.book(
                    transfer, type: "transfer", category: "transfer", sign: -1, isBetweenAccounts: true, &debited,
                    call.cause))
            debited.create(.transfer, transfer, event: "transfer.created", call.cause)
        }
        DestinationPayments.receive(
            payment, of: transfer, from: debited, fee: nil, availableOn: nil, &account, call.cause)
        guard var charge = account.store.object(.charge, id: payment)?.tree else {
            return .stored(.charge, id: payment)
        }
        charge.set("description", call.form.given("description"))
        charge.set("metadata", metadata)
        account.update(.charge, charge, call.cause)
        return .stored(.charge, id: payment)
    }
}
