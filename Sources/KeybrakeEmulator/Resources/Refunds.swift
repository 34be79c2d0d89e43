internal import KeybrakeStripe

/// Refunds.
///
///     create ─┬─→ succeeded ─ (a card whose refunds fail) ─→ failed, the money is back in the account
///             └─→ pending ─┬─→ succeeded
///                          └─ cancel ─→ canceled, the money is back in the account
enum Refunds {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/refunds", create),
        ("GET /v1/refunds", list),
        ("GET /v1/refunds/{refund}", retrieve),
        ("POST /v1/refunds/{refund}", update),
        ("POST /v1/refunds/{refund}/cancel", cancel),
        ("POST /v1/test_helpers/refunds/{refund}/expire", expire),
        ("POST /v1/charges/{charge}/refund", refundCharge),
        ("POST /v1/charges/{charge}/refunds", createOfCharge),
        ("GET /v1/charges/{charge}/refunds", listOfCharge),
        ("GET /v1/charges/{charge}/refunds/{refund}", retrieveOfCharge),
        ("POST /v1/charges/{charge}/refunds/{refund}", updateOfCharge),
    ]

    /// How long a refund of a card that reports late takes.
    static let lateSeconds: Int64 = 60

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let charge = try charge(of: call.form, account)
        let refund = try refund(charge, call.form, &account, call.cause)
        return .stored(.refund, id: refund)
    }

    static func createOfCharge(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let charge = try account.target(.charge, call).tree
        let refund = try refund(charge, call.form, &account, call.cause)
        return .stored(.refund, id: refund)
    }

    /// The oldest form, which answers with the charge.
    static func refundCharge(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let charge = try account.target(.charge, call).tree
        _ = try refund(charge, call.form, &account, call.cause)
        return .stored(.charge, id: call.pathValue())
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.refund, id: try account.target(.refund, call).id)
    }

    static func retrieveOfCharge(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.refund, id: try ofCharge(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try update(try account.target(.refund, call), call, &account)
    }

    static func updateOfCharge(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try update(try ofCharge(call, account), call, &account)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(
            .refund, call, url: "/v1/refunds",
            filters: [
                ("charge", call.form.given("charge")), ("payment_intent", call.form.given("payment_intent")),
            ])
    }

    static func listOfCharge(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let charge = try account.target(.charge, call)
        return try account.page(
            .refund, call, url: "/v1/charges/\(charge.id)/refunds", filters: [("charge", charge.id)])
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let refund = try account.target(.refund, call).tree
        let status = refund.text("status") ?? ""
        guard status == "pending" || status == "requires_action" else {
            throw .invalid(
                "This refund cannot be canceled because it has a status of \(status). Only a refund with one of the "
                    + "following statuses may be canceled: pending, requires_action.")
        }
        takeBack(refund, status: "canceled", reason: nil, &account, call.cause)
        return .stored(.refund, id: call.pathValue())
    }

    /// The customer never said where the money is to go.
    static func expire(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let refund = try account.target(.refund, call).tree
        try Shaped.check(refund, isOneOf: "requires_action", toBe: "expired")
        takeBack(refund, status: "failed", reason: "expired_or_canceled_card", &account, call.cause)
        return .stored(.refund, id: call.pathValue())
    }

    /// A late refund arrives.
    static func succeed(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var refund = account.store.object(.refund, id: id)?.tree, refund.text("status") == "pending" else {
            return
        }
        refund.set("status", "succeeded")
        account.update(.refund, refund, event: "refund.updated", cause)
        account.emit("charge.refund.updated", .refund, id: id, cause)
    }

    /// A refund comes back from the bank.
    static func fail(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let refund = account.store.object(.refund, id: id)?.tree, refund.text("status") == "succeeded" else {
            return
        }
        takeBack(refund, status: "failed", reason: "expired_or_canceled_card", &account, cause)
    }

    /// Gives an authorisation back, or the part of it that was not captured: no money moves.
    ///
    /// - Returns: the refund's id.
    @discardableResult
    static func release(_ charge: inout JSONObject, amount: Int64, _ account: inout Account, _ cause: Cause) -> String {
        let refund = written(charge, amount: amount, form: FormMap(), metadata: [:], &account, cause)
        let total = charge.integer("amount_refunded") + amount
        charge.set("amount_refunded", total)
        charge.set("refunded", total == charge.integer("amount"))
        return account.create(.refund, refund, event: "refund.created", cause).id
    }

    private static func update(_ stored: StoredObject, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        var refund = stored.tree
        refund.set("metadata", try Metadata.merge(call.form["metadata"], into: refund.object("metadata") ?? [:]))
        account.update(.refund, refund, event: "refund.updated", call.cause)
        return .stored(.refund, id: stored.id)
    }

    private static func ofCharge(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        let charge = try account.target(.charge, call)
        let refund = try account.find(.refund, call.pathValue(1), param: "refund", status: 404)
        guard refund.text("charge") == charge.id else { throw .missing("refund", id: refund.id, param: "refund") }
        return refund
    }

    private static func charge(of form: FormMap, _ account: Account) throws(StripeError) -> JSONObject {
        if let id = form.given("charge") {
            return try account.find(.charge, id, param: "charge").tree
        }
        guard let intent = form.given("payment_intent") else {
            throw .coded(
                "parameter_missing",
                "One of the following params should be provided for this request: payment_intent or charge.")
        }
        let tree = try account.find(.paymentIntent, intent, param: "payment_intent").tree
        guard let id = tree.text("latest_charge"), let charge = account.store.object(.charge, id: id)?.tree,
            charge.text("status") == "succeeded"
        else {
            throw .unexpectedState(
                "payment_intent_unexpected_state",
                "This PaymentIntent (\(intent)) does not have a successful charge to refund.")
        }
        guard charge.flag("captured") || charge.flag("refunded") else {
            throw .unexpectedState(
                "payment_intent_unexpected_state",
                "This PaymentIntent (\(intent)) has not been captured; cancel it instead of refunding it.")
        }
        return charge
    }

    /// Refunds a charge as the parameters say.
    ///
    /// - Returns: the refund's id.
    private static func refund(_ original: JSONObject, _ form: FormMap, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> String
    {
        let metadata = try Metadata.merge(form["metadata"])
        guard !original.flag("disputed") || !Disputes.blocksRefund(ofCharge: original.text("id") ?? "", account) else {
            throw .coded(
                "charge_disputed",
                "Charge \(original.text("id") ?? "") has been charged back; cannot issue a refund.")
        }
        let amount = try refundable(original, form)
        try ConnectRefund.check(original, form)
        var charge = original
        if !charge.flag("captured") {
            let id = release(&charge, amount: amount, &account, cause)
            account.update(.charge, charge, event: "charge.refunded", cause)
            Reviews.refunded(charge, reason: form.given("reason"), &account, cause)
            return id
        }
        var refund = written(charge, amount: amount, form: form, metadata: metadata, &account, cause)
        let id = refund.text("id") ?? ""
        ConnectRefund.book(&refund, of: charge, form, &account, cause)
        let total = charge.integer("amount_refunded") + amount
        charge.set("amount_refunded", total)
        charge.set("refunded", total == charge.integer("amount"))
        schedule(&refund, charge, &account, cause)
        account.create(.refund, refund, event: "refund.created", cause)
        account.update(.charge, charge, event: "charge.refunded", cause)
        Reviews.refunded(charge, reason: form.given("reason"), &account, cause)
        return id
    }

    /// How much may be refunded and is asked for.
    private static func refundable(_ charge: JSONObject, _ form: FormMap) throws(StripeError) -> Int64 {
        let id = charge.text("id") ?? ""
        let left = charge.integer("amount") - charge.integer("amount_refunded")
        guard charge.text("status") == "succeeded" else {
            throw .invalid("Charge \(id) has not succeeded, so there is nothing to refund.", param: "charge")
        }
        guard left > 0 else {
            throw .coded("charge_already_refunded", "Charge \(id) has already been refunded.")
        }
        guard let amount = form.integer("amount") else { return left }
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard charge.flag("captured") || amount == left else {
            throw .invalid("An uncaptured charge can only be released whole: omit the amount.", param: "amount")
        }
        let currency = charge.text("currency") ?? ""
        guard amount <= left else {
            let asked = ChargeLimits.symbol(amount, currency)
            throw .invalid(
                "Refund amount (\(asked)) is greater than unrefunded amount on charge "
                    + "(\(ChargeLimits.symbol(left, currency)))", param: "amount")
        }
        return amount
    }

    private static func written(
        _ charge: JSONObject, amount: Int64, form: FormMap, metadata: JSONObject, _ account: inout Account,
        _ cause: Cause
    ) -> JSONObject {
        var refund = template
        refund.set("id", account.ids.next(charge.text("source_transfer") == nil ? "re" : "pyr"))
        refund.set("amount", amount)
        refund.set("charge", charge.text("id"))
        refund.set("created", cause.now)
        refund.set("currency", charge.text("currency"))
        refund.set("metadata", metadata)
        refund.set("payment_intent", charge.text("payment_intent"))
        refund.set("reason", form.given("reason"))
        refund.set("status", "succeeded")
        return refund
    }

    /// - Parameter fee: what the platform gives back with the refund.
    static func book(
        _ refund: JSONObject, of charge: JSONObject, sign: Int64, fee: Int64 = 0, _ account: inout Account,
        _ cause: Cause
    ) -> String {
        BalanceTransactions.book(
            .init(
                type: sign < 0 ? "refund" : "refund_failure", category: sign < 0 ? "refund" : "refund_failure",
                amount: sign * refund.integer("amount"), applicationFee: -fee,
                currency: refund.text("currency") ?? "", source: refund.text("id") ?? "",
                description: "REFUND FOR CHARGE (\(charge.text("description") ?? ""))",
                // A refund waits with the money that it gives back; when that is there already, it leaves at once.
                availableOn: BalanceMovements.pendingDay(of: charge.text("balance_transaction"), account)),
            &account, cause)
    }

    private static func schedule(
        _ refund: inout JSONObject, _ charge: JSONObject, _ account: inout Account, _ cause: Cause
    ) {
        let id = refund.text("id") ?? ""
        guard let row = account.store.object(.charge, id: charge.text("id") ?? "")?.card else { return }
        switch TestCardTable[row].behaviour {
        case .refundsLate:
            refund.set("status", "pending")
            refund.set("pending_reason", "processing")
            account.agenda.add(.refundSucceeds(id: id), at: cause.now + lateSeconds)
        case .refundsFail:
            account.agenda.add(.refundFails(id: id), at: cause.now + lateSeconds)
        default: break
        }
    }

    private static func takeBack(
        _ original: JSONObject, status: String, reason: String?, _ account: inout Account, _ cause: Cause
    ) {
        var refund = original
        guard var charge = account.store.object(.charge, id: refund.text("charge") ?? "")?.tree else { return }
        let id = refund.text("id") ?? ""
        refund.set("failure_balance_transaction", book(refund, of: charge, sign: 1, &account, cause))
        if let reason { refund.set("failure_reason", reason) }
        refund["pending_reason"] = nil
        refund.set("status", status)
        charge.set("amount_refunded", charge.integer("amount_refunded") - refund.integer("amount"))
        charge.set("refunded", false)
        account.update(.refund, refund, event: status == "failed" ? "refund.failed" : "refund.updated", cause)
        account.emit("charge.refund.updated", .refund, id: id, cause)
        account.update(.charge, charge, event: "charge.updated", cause)
    }

    static let template = JSONObject.template(
        #"""
        {"id":"","object":"refund","amount":0,"balance_transaction":null,"charge":null,"created":0,"currency":"",
        "destination_details":{"card":{"reference_status":"pending","reference_type":"acquirer_reference_number",
        "type":"refund"},"type":"card"},"metadata":{},"payment_intent":null,"reason":null,"receipt_number":null,
        "source_transfer_reversal":null,"status":"","transfer_reversal":null}
        """#)
}
