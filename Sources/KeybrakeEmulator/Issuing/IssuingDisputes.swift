internal import KeybrakeStripe

/// Disputes of what issued cards have paid.
///
///     create ─→ unsubmitted ─┬─ submit ─→ submitted ─┬─→ won (the money is back)
///                            │                       └─→ lost
///                            └─ 110 days ─→ expired
///
/// An explanation of `winning_evidence` or `losing_evidence` decides when it is submitted.
enum IssuingDisputes {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/issuing/disputes", create),
            ("POST /v1/issuing/disputes/{dispute}", update),
            ("POST /v1/issuing/disputes/{dispute}/submit", submit),
        ] + Shaped.plain("GET /v1/issuing/disputes", "GET /v1/issuing/disputes/{dispute}")

    static let submissionDays: Int64 = 110

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("transaction")
        var transaction = try account.find(.issuingTransaction, id, param: "transaction").tree
        guard transaction.text("type") == "capture" else {
            throw .invalid("Only captures can be disputed.", param: "transaction")
        }
        guard transaction.text("dispute") == nil else {
            throw .invalid("The transaction \(id) is disputed already.", param: "transaction")
        }
        let most = -transaction.integer("amount")
        let amount = call.form.integer("amount") ?? most
        try AmountLimits.check(amount, 1...max(1, most), param: "amount")
        var dispute = try account.shaped(call)
        dispute.set("amount", amount)
        dispute.set("currency", transaction.text("currency"))
        dispute.set("status", "unsubmitted")
        let made = account.create(.issuingDispute, dispute, event: "issuing_dispute.created", call.cause).id
        transaction.set("dispute", made)
        account.update(.issuingTransaction, transaction, event: "issuing_transaction.updated", call.cause)
        account.agenda.add(
            .issuingDisputeLapses(id: made), at: call.now + submissionDays * CivilTime.secondsPerDay)
        return .stored(.issuingDispute, id: made)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.named(.issuingDispute, call)
        if call.form["evidence"] != nil || call.form["amount"] != nil {
            try Shaped.check(old, isOneOf: "unsubmitted", toBe: "updated")
        }
        let transaction = account.store.object(.issuingTransaction, id: old.text("transaction") ?? "")?.tree
        try AmountLimits.check(
            call.form.integer("amount"), 1...max(1, -(transaction?.integer("amount") ?? -1)), param: "amount")
        let dispute = try account.shaped(call, into: old)
        account.update(.issuingDispute, dispute, event: "issuing_dispute.updated", call.cause)
        return .stored(.issuingDispute, id: call.pathValue())
    }

    static func submit(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.find(.issuingDispute, call.pathValue(), param: "dispute", status: 404).tree
        try Shaped.check(old, isOneOf: "unsubmitted", toBe: "submitted")
        guard let explanation = explanation(old) else {
            throw .invalid("The evidence has no explanation for its reason yet.", param: "evidence")
        }
        var dispute = try account.shaped(call, into: old)
        dispute.set("status", "submitted")
        account.update(.issuingDispute, dispute, event: "issuing_dispute.submitted", call.cause)
        switch explanation {
        case "winning_evidence": close(dispute, "won", &account, call.cause)
        case "losing_evidence": close(dispute, "lost", &account, call.cause)
        default: break
        }
        return .stored(.issuingDispute, id: call.pathValue())
    }

    /// The time to submit is over.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let dispute = account.store.object(.issuingDispute, id: id)?.tree,
            dispute.text("status") == "unsubmitted"
        else { return }
        close(dispute, "expired", &account, cause)
    }

    private static func explanation(_ dispute: JSONObject) -> String? {
        guard let evidence = dispute.object("evidence"), let reason = evidence.text("reason") else { return nil }
        let text = evidence[reason]?["explanation"]?.stringValue ?? ""
        return text.isEmpty ? nil : text
    }

    private static func close(_ original: JSONObject, _ status: String, _ account: inout Account, _ cause: Cause) {
        var dispute = original
        let id = dispute.text("id") ?? ""
        dispute.set("status", status)
        if status == "lost" { dispute.set("loss_reason", "other") }
        if status == "won" {
            let booked = IssuingSpending.book(
                "issuing_dispute", amount: dispute.integer("amount"), currency: dispute.text("currency") ?? "",
                source: id, &account, cause)
            dispute["balance_transactions"] = [.object(booked)]
        }
        account.update(.issuingDispute, dispute, event: "issuing_dispute.closed", cause)
        if status == "won" { account.emit("issuing_dispute.funds_reinstated", .issuingDispute, id: id, cause) }
    }
}
