internal import KeybrakeStripe

/// What a transfer is at its destination: a payment (`py_…`), which is a charge of the sender's account.
///
///     transfer ─→ succeeded ─ reversals, or refunds by the destination … ─→ refunded
enum DestinationPayments {
    /// The money of a transfer arrives.
    static func receive(
        _ id: String, of transfer: JSONObject, from sender: String, fee: ApplicationFees.Claim?, availableOn: Int64?,
        _ account: inout Account, _ cause: Cause
    ) {
        let amount = transfer.integer("amount")
        var charge = CardPayment.template
        charge.set("id", id)
        charge.set("amount", amount)
        charge.set("amount_captured", amount)
        charge.set("application_fee", fee?.id)
        if let fee { charge.set("application_fee_amount", fee.amount) }
        charge.set("billing_details", BillingDetails.blank)
        charge.set("captured", true)
        charge.set("created", cause.now)
        charge.set("currency", transfer.text("currency"))
        charge.set("outcome", ChargeOutcome.approved(TestCardTable[TestCardTable.visa]))
        charge.set("paid", true)
        charge["payment_method_details"] = ["stripe_account": [:], "type": "stripe_account"]
        charge["source"] = ["id": .string(sender), "object": "account"]
        charge.set("source_transfer", transfer.text("id"))
        charge.set("status", "succeeded")
        charge.set(
            "balance_transaction",
            BalanceTransactions.book(
                .init(
                    type: "payment", category: "charge", amount: amount, applicationFee: fee?.amount ?? 0,
                    currency: transfer.text("currency") ?? "", source: id, availableOn: availableOn,
                    isBetweenAccounts: true), &account, cause))
        account.create(.charge, charge, event: "payment.created", cause)
    }

    /// How much of its fee goes back with a part of a payment.
    static func feeShare(of charge: JSONObject, part: Int64, _ account: Account) -> Int64 {
        let platform = account.isPlatform ? account : account.neighbours[account.platformID]
        guard let fee = charge.text("application_fee").flatMap({ platform?.store.object(.applicationFee, id: $0) })
        else { return 0 }
        // What was authorised and never captured counts as refunded.
        let isLast = charge.integer("amount_refunded") + part >= charge.integer("amount")
        return ApplicationFees.share(
            of: fee.tree, part: part, whole: charge.integer("amount_captured"), isLast: isLast)
    }

    /// The sender takes money back.
    ///
    /// - Parameter fee: what the platform gives back with it.
    static func giveBack(
        _ id: String, amount: Int64, fee: Int64, refundID: String, _ account: inout Account, _ cause: Cause
    ) {
        guard var charge = account.store.object(.charge, id: id)?.tree else { return }
        var refund = Refunds.template
        refund.set("id", refundID)
        refund.set("amount", amount)
        refund.set("charge", id)
        refund.set("created", cause.now)
        refund.set("currency", charge.text("currency"))
        refund.set("status", "succeeded")
        refund["destination_details"] = nil
        refund.set("balance_transaction", book(refund, of: charge, fee: fee, &account, cause))
        let total = charge.integer("amount_refunded") + amount
        charge.set("amount_refunded", total)
        charge.set("refunded", total >= charge.integer("amount"))
        account.create(.refund, refund, event: "refund.created", cause)
        account.update(.charge, charge, event: "charge.refunded", cause)
    }

    /// - Parameter fee: what the platform gives back with it.
    static func book(
        _ refund: JSONObject, of charge: JSONObject, fee: Int64, _ account: inout Account, _ cause: Cause
    ) -> String {
        BalanceTransactions.book(
            .init(
                type: "payment_refund", category: "refund", amount: -refund.integer("amount"), applicationFee: -fee,
                currency: refund.text("currency") ?? "", source: refund.text("id") ?? "",
                description: "REFUND FOR PAYMENT",
                availableOn: BalanceMovements.pendingDay(of: charge.text("balance_transaction"), account),
                isBetweenAccounts: true), &account, cause)
    }
}
