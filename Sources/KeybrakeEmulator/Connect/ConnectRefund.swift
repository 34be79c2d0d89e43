internal import KeybrakeStripe

/// What refunding a charge means for other accounts.
///
///     a direct charge:        refund_application_fee ─→ the platform gives its share of the fee back
///     a destination charge:   reverse_transfer ─→ the destination gives its share back; the fee's share on demand
///     a destination payment:  the sender of the transfer gets the money
enum ConnectRefund {
    /// Refuses to take back what was never passed on.
    static func check(_ charge: JSONObject, _ form: FormMap) throws(StripeError) {
        let id = charge.text("id") ?? ""
        if form.flag("reverse_transfer") == true, charge.text("transfer") == nil {
            throw .invalid(
                "Cannot reverse transfer on charge \(id) because it does not have an associated transfer.",
                param: "reverse_transfer")
        }
        if form.flag("refund_application_fee") == true, charge.text("application_fee") == nil {
            throw .invalid(
                "Cannot refund an application fee on charge \(id) because it does not have one.",
                param: "refund_application_fee")
        }
    }

    /// Books a refund on every account that it concerns, and shows that in it.
    ///
    /// - Parameter charge: as it was before the refund.
    static func book(
        _ refund: inout JSONObject, of charge: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause
    ) {
        let refundsFee = form.flag("refund_application_fee") == true
        if let transfer = charge.text("source_transfer") {
            return book(payment: &refund, of: charge, transfer: transfer, refundsFee: refundsFee, &account, cause)
        }
        let part = refund.integer("amount")
        let isDirect = charge.text("transfer") == nil
        let share = refundsFee ? DestinationPayments.feeShare(of: charge, part: part, account) : 0
        refund.set(
            "balance_transaction",
            Refunds.book(refund, of: charge, sign: -1, fee: isDirect ? share : 0, &account, cause))
        if isDirect {
            giveBack(share, of: charge, &account, cause)
        } else {
            reverse(&refund, of: charge, form, share: share, &account, cause)
        }
    }

    private static func giveBack(_ share: Int64, of charge: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard share > 0, let fee = charge.text("application_fee") else { return }
        ApplicationFees.giveBack(share, ofFee: fee, refundID: account.ids.next("fr"), &account, cause)
    }

    /// - Parameter share: what the platform gives back of its fee, if the transfer stays.
    private static func reverse(
        _ refund: inout JSONObject, of charge: JSONObject, _ form: FormMap, share: Int64, _ account: inout Account,
        _ cause: Cause
    ) {
        guard form.flag("reverse_transfer") == true,
            let transfer = account.store.object(.transfer, id: charge.text("transfer") ?? "")?.tree
        else {
            guard share > 0, let id = charge.text("application_fee"),
                let fee = account.store.object(.applicationFee, id: id)?.tree
            else { return }
            ApplicationFees.refund(share, of: fee, &account, cause)
            return
        }
        let whole = charge.integer("amount_captured")
        let amount = Shares.next(
            of: transfer.integer("amount"), done: transfer.integer("amount_reversed"), part: refund.integer("amount"),
            whole: whole,
            isLast: charge.integer("amount_refunded") + refund.integer("amount") >= charge.integer("amount"))
        guard amount > 0 else { return }
        let reversal = Reversal(
            amount: amount, sourceRefund: refund.text("id"), refundsFee: form.flag("refund_application_fee") == true)
        refund.set("transfer_reversal", reversal.apply(to: transfer.text("id") ?? "", &account, cause))
    }

    /// Who got a transfer sends money back.
    private static func book(
        payment refund: inout JSONObject, of charge: JSONObject, transfer: String, refundsFee: Bool,
        _ account: inout Account, _ cause: Cause
    ) {
        let share =
            refundsFee ? DestinationPayments.feeShare(of: charge, part: refund.integer("amount"), account) : 0
        refund["destination_details"] = nil
        refund.set("balance_transaction", DestinationPayments.book(refund, of: charge, fee: share, &account, cause))
        let reversal = Reversal(amount: refund.integer("amount"), destinationRefund: refund.text("id"))
        let sender = charge["source"]?["id"]?.stringValue ?? account.platformID
        let reversalID = try? account.visit(sender, cause) { sender throws(StripeError) in
            reversal.apply(to: transfer, &sender, cause)
        }
        refund.set("source_transfer_reversal", reversalID)
        giveBack(share, of: charge, &account, cause)
    }
}
