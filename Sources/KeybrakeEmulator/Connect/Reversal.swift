internal import KeybrakeStripe

/// Money of a transfer comes back: the sender's balance grows, and the payment at the destination is refunded.
struct Reversal {
    var amount: Int64
    var description: String?
    var metadata = JSONObject()
    /// The refund that asked for it, of the sender's charge.
    var sourceRefund: String?
    /// The platform gives its part of the fee back, too.
    var refundsFee = false
    /// The refund of the destination payment that asked for it; it is written by who asked.
    var destinationRefund: String?

    /// Reverses that much of a transfer of the acting account.
    ///
    /// - Returns: the reversal's id.
    func apply(to transferID: String, _ account: inout Account, _ cause: Cause) -> String {
        let cause = cause.inWorld
        let id = account.ids.next("trr")
        guard var transfer = account.store.object(.transfer, id: transferID)?.tree else { return id }
        let day = BalanceMovements.pendingDay(of: transfer.text("balance_transaction"), account)
        let refund = destinationRefund ?? account.ids.next("pyr")
        let feeRefund = refundsFee ? account.ids.next("fr") : nil
        var reversal = written(id, transfer, refund: refund, cause)
        reversal.set(
            "balance_transaction",
            BalanceMovements.book(
                reversal, type: "transfer_refund", category: "transfer_reversal", sign: 1, availableOn: day,
                isBetweenAccounts: true, &account, cause))
        var stored = StoredObject(id: id, created: cause.now, bytes: reversal.bytes)
        stored.owner = transferID
        account.store.insert(.transferReversal, stored)
        let total = transfer.integer("amount_reversed") + amount
        transfer.set("amount_reversed", total)
        transfer.set("reversed", total == transfer.integer("amount"))
        transfer.prepend(reversal, toList: "reversals")
        account.update(.transfer, transfer, event: "transfer.reversed", cause)
        guard destinationRefund == nil else { return id }
        giveBack(transfer, refund: refund, feeRefund: feeRefund, &account, cause)
        return id
    }

    /// The other side: the payment is refunded, perhaps with its fee.
    private func giveBack(
        _ transfer: JSONObject, refund: String, feeRefund: String?, _ account: inout Account, _ cause: Cause
    ) {
        let payment = transfer.text("destination_payment") ?? ""
        var fee = 0 as Int64
        var feeID: String?
        if feeRefund != nil {
            let charge = account.neighbours[transfer.text("destination") ?? ""]?.store.object(.charge, id: payment)?
                .tree
            feeID = charge?.text("application_fee")
            fee = DestinationPayments.feeShare(of: charge ?? [:], part: amount, account)
        }
        let share = fee
        try? account.visit(transfer.text("destination") ?? "", cause) { destination throws(StripeError) in
            DestinationPayments.giveBack(
                payment, amount: amount, fee: share, refundID: refund, &destination, cause)
        }
        guard let feeRefund, let feeID, share > 0 else { return }
        ApplicationFees.giveBack(share, ofFee: feeID, refundID: feeRefund, &account, cause)
    }

    private func written(_ id: String, _ transfer: JSONObject, refund: String, _ cause: Cause) -> JSONObject {
        [
            "id": .string(id), "object": "transfer_reversal", "amount": .integer(amount), "balance_transaction": nil,
            "created": .integer(cause.now), "currency": transfer["currency"] ?? .null,
            "destination_payment_refund": .string(refund), "metadata": .object(metadata),
            "source_refund": JSONValue(sourceRefund), "transfer": transfer["id"] ?? .null,
        ]
    }
}
