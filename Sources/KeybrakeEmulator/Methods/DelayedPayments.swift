internal import KeybrakeStripe

/// Payments whose money is on its way.
///
///     confirm ─→ processing (charge: pending) ─ days later ─┬─→ succeeded
///                                                            └─→ requires_payment_method (charge: failed)
enum DelayedPayments {
    /// The bank has answered.
    static func settle(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var charge = account.store.object(.charge, id: id)?.tree, charge.text("status") == "pending" else {
            return
        }
        let type = charge["payment_method_details"]?["type"]?.stringValue ?? ""
        let last4 = charge["payment_method_details"]?[type]?["last4"]?.stringValue ?? ""
        if let decline = TestBankAccounts.failure(type, last4: last4) {
            fail(charge, decline, &account, cause)
            return
        }
        let amount = charge.integer("amount")
        charge.set("amount_captured", amount)
        charge.set("paid", true)
        charge.set("status", "succeeded")
        Charges.settle(&charge, amount: amount, card: TestCardTable[TestCardTable.visa], &account, cause)
        account.update(.charge, charge, cause)
        account.emit("charge.succeeded", .charge, id: id, cause)
        if TestBankAccounts.isDisputed(type, last4: last4) {
            account.agenda.add(.disputeOpens(charge: id), at: cause.now)
        }
        guard let intent = charge.text("payment_intent"),
            var tree = account.store.object(.paymentIntent, id: intent)?.tree
        else { return }
        tree.set("amount_received", amount)
        tree.set("status", PaymentIntents.Status.succeeded.rawValue)
        account.update(.paymentIntent, tree, cause)
        account.emit("payment_intent.succeeded", .paymentIntent, id: intent, cause)
        CheckoutCompletion.follow(tree, &account, cause)
        InvoicePayments.succeeded(intent, &account, cause)
    }

    /// The payment is called off before the bank has answered.
    static func cancel(_ charge: JSONObject, _ account: inout Account, _ cause: Cause) {
        var charge = charge
        charge.set("failure_code", "charge_canceled")
        charge.set("failure_message", "The payment was canceled before the bank had answered.")
        charge.set("status", "failed")
        account.update(.charge, charge, event: "charge.failed", cause)
    }

    private static func fail(_ pending: JSONObject, _ decline: Decline, _ account: inout Account, _ cause: Cause) {
        var charge = pending
        let id = charge.text("id") ?? ""
        charge.set("failure_code", decline.code)
        charge.set("failure_message", decline.message)
        charge.set("outcome", ChargeOutcome.declined(decline))
        charge.set("status", "failed")
        account.update(.charge, charge, event: "charge.failed", cause)
        guard let intent = charge.text("payment_intent"),
            let tree = account.store.object(.paymentIntent, id: intent)?.tree
        else { return }
        PaymentConfirmation.failLate(tree, decline, charge: id, &account, cause)
        Dunning.failedLate(intent, &account, cause)
    }
}
