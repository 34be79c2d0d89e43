internal import KeybrakeStripe

/// Disputes: a cardholder asks for the money back.
///
///     a dispute card is charged ─→ needs_response ─ evidence ─→ under_review ─┬─→ won (the money comes back)
///                                        ├─ close, or too late ───────────────┴─→ lost
///     an inquiry moves no money:   warning_needs_response ─→ warning_under_review ─→ warning_closed
///
/// Evidence whose text is `winning_evidence` or `losing_evidence` decides at once, `escalate_inquiry_evidence` makes an
/// inquiry a dispute.
enum Disputes {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/disputes", list),
        ("GET /v1/disputes/{dispute}", retrieve),
        ("POST /v1/disputes/{dispute}", update),
        ("POST /v1/disputes/{dispute}/close", close),
        ("GET /v1/charges/{charge}/dispute", retrieve),
        ("POST /v1/charges/{charge}/dispute", update),
        ("POST /v1/charges/{charge}/dispute/close", close),
    ]

    /// How long evidence may take.
    static let responseSeconds: Int64 = 9 * CivilTime.secondsPerDay

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        return try account.page(
            .dispute, call, url: "/v1/disputes",
            filters: [("charge", form.given("charge")), ("payment_intent", form.given("payment_intent"))])
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.dispute, id: try target(call, account).id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        var dispute = stored.tree
        guard isOpen(dispute) else {
            throw .invalid("This dispute is closed; its evidence can no longer be changed.", param: "evidence")
        }
        dispute.set("metadata", try Metadata.merge(call.form["metadata"], into: dispute.object("metadata") ?? [:]))
        if let given = call.form.map("evidence"), var evidence = dispute.object("evidence") {
            evidence.fill(from: given)
            dispute.set("evidence", evidence)
            var details = dispute.object("evidence_details") ?? [:]
            details.set("has_evidence", true)
            dispute.set("evidence_details", details)
        }
        account.update(.dispute, dispute, event: "charge.dispute.updated", call.cause)
        if call.form.flag("submit") ?? (call.form["evidence"] != nil) { submit(dispute, &account, call.cause) }
        return .stored(.dispute, id: stored.id)
    }

    static func close(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let stored = try target(call, account)
        guard isOpen(stored.tree) else { throw .invalid("This dispute is already closed.") }
        end(stored.tree, isWon: false, &account, call.cause)
        return .stored(.dispute, id: stored.id)
    }

    /// The payer disputes a charge, or the network warns of fraud, as its test card or account says.
    static func open(charge id: String, _ account: inout Account, _ cause: Cause) {
        guard let stored = account.store.object(.charge, id: id) else { return }
        let charge = stored.tree
        guard !charge.flag("disputed"), !charge.flag("refunded") else { return }
        let type = charge["payment_method_details"]?["type"]?.stringValue ?? "card"
        guard type == "card" else {
            open(charge, reason: "debit_not_authorized", amount: charge.integer("amount_captured"), &account, cause)
            return
        }
        guard let row = stored.card else { return }
        let card = TestCardTable[row]
        switch card.behaviour {
        case .disputed(let reason, let isInquiry):
            // Who has proven who they are cannot say that it was somebody else.
            let result = charge["payment_method_details"]?["card"]?["three_d_secure"]?["result"]
            if reason == "fraudulent", !isInquiry, result == "authenticated" { return }
            let parts = Share.split(
                charge.integer("amount_captured"), by: Array(repeating: 1, count: card.disputeCount))
            for part in parts where part > 0 {
                open(charge, reason: reason, amount: part, isInquiry: isInquiry, card: card, &account, cause)
            }
        case .fraudWarning: warn(charge, &account, cause)
        default: return
        }
    }

    /// Nobody answered in time.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let dispute = account.store.object(.dispute, id: id)?.tree,
            dispute.text("status")?.hasSuffix("needs_response") == true,
            dispute["evidence_details"]?["due_by"]?.integerValue ?? 0 <= cause.now
        else { return }
        end(dispute, isWon: false, &account, cause)
    }

    /// Whether a dispute of the charge keeps it from being refunded.
    static func blocksRefund(ofCharge id: String, _ account: Account) -> Bool {
        guard let collection = account.store.collection(.dispute) else { return false }
        return (collection.positions(where: "charge", is: id) ?? []).contains { position in
            let status = collection.objects[Int(position)].text("status") ?? ""
            return status != "won" && !status.hasPrefix("warning")
        }
    }

    private static func open(
        _ original: JSONObject, reason: String, amount: Int64, isInquiry: Bool = false, card: TestCard? = nil,
        _ account: inout Account, _ cause: Cause
    ) {
        var charge = original
        let id = account.ids.next("dp")
        var dispute = blank(&account, cause.now)
        dispute.set("id", id)
        dispute.set("amount", amount)
        dispute.set("charge", charge.text("id"))
        dispute.set("created", cause.now)
        dispute.set("currency", charge.text("currency"))
        if let card { describe(card, reason: reason, isInquiry: isInquiry, in: &dispute) }
        var details = dispute.object("evidence_details") ?? [:]
        details.set("due_by", cause.now + responseSeconds)
        dispute.set("evidence_details", details)
        dispute.set("is_charge_refundable", isInquiry)
        dispute.set("payment_intent", charge.text("payment_intent"))
        dispute.set("reason", reason)
        dispute.set("status", isInquiry ? "warning_needs_response" : "needs_response")
        if !isInquiry { book(&dispute, sign: -1, &account, cause) }
        charge.set("disputed", true)
        account.update(.charge, charge, event: "charge.updated", cause)
        account.create(.dispute, dispute, event: "charge.dispute.created", cause)
        if !isInquiry { account.emit("charge.dispute.funds_withdrawn", .dispute, id: id, cause) }
        account.agenda.add(.disputeLapses(id: id), at: cause.now + responseSeconds)
    }

    /// What a card network says of a dispute.
    private static func describe(_ card: TestCard, reason: String, isInquiry: Bool, in dispute: inout JSONObject) {
        let eligibility = card.disputeEligibility
        if let eligibility { dispute["enhanced_eligibility_types"] = [.string(eligibility)] }
        let kind = isInquiry ? "inquiry" : eligibility == "visa_compliance" ? "compliance" : "chargeback"
        let codes = card.brand == "visa" ? ["10.4", "13.1"] : ["4837", "4853"]
        dispute["payment_method_details"] = [
            "card": [
                "brand": .string(card.brand), "case_type": .string(kind),
                "network_reason_code": .string(reason == "product_not_received" ? codes[1] : codes[0]),
            ], "type": "card",
        ]
    }

    /// The cardholder is not content with an answer to their inquiry.
    private static func escalate(_ inquiry: JSONObject, _ account: inout Account, _ cause: Cause) {
        var dispute = inquiry
        let id = dispute.text("id") ?? ""
        var details = dispute.object("evidence_details") ?? [:]
        details.set("due_by", cause.now + responseSeconds)
        dispute.set("evidence_details", details)
        dispute.set("is_charge_refundable", false)
        dispute.set("status", "needs_response")
        book(&dispute, sign: -1, &account, cause)
        account.update(.dispute, dispute, event: "charge.dispute.updated", cause)
        account.emit("charge.dispute.funds_withdrawn", .dispute, id: id, cause)
        account.agenda.add(.disputeLapses(id: id), at: cause.now + responseSeconds)
    }

    private static func submit(_ original: JSONObject, _ account: inout Account, _ cause: Cause) {
        var dispute = original
        var details = dispute.object("evidence_details") ?? [:]
        details.set("submission_count", details.integer("submission_count") + 1)
        dispute.set("evidence_details", details)
        let isInquiry = isInquiry(dispute)
        dispute.set("status", isInquiry ? "warning_under_review" : "under_review")
        account.update(.dispute, dispute, event: "charge.dispute.updated", cause)
        switch dispute["evidence"]?["uncategorized_text"]?.stringValue {
        case "winning_evidence": end(dispute, isWon: true, &account, cause)
        case "losing_evidence": end(dispute, isWon: false, &account, cause)
        case "escalate_inquiry_evidence" where isInquiry: escalate(dispute, &account, cause)
        default: break
        }
    }

    private static func end(_ original: JSONObject, isWon: Bool, _ account: inout Account, _ cause: Cause) {
        var dispute = original
        let id = dispute.text("id") ?? ""
        let isInquiry = isInquiry(dispute)
        dispute.set("status", isInquiry ? "warning_closed" : isWon ? "won" : "lost")
        if isWon, !isInquiry { book(&dispute, sign: 1, &account, cause) }
        account.update(.dispute, dispute, cause)
        account.emit("charge.dispute.closed", .dispute, id: id, cause)
        if isWon, !isInquiry { account.emit("charge.dispute.funds_reinstated", .dispute, id: id, cause) }
    }

    /// Takes the money, with a fee, or gives it back without.
    private static func book(_ dispute: inout JSONObject, sign: Int64, _ account: inout Account, _ cause: Cause) {
        let currency = dispute.text("currency") ?? ""
        let transaction = BalanceTransactions.book(
            .init(
                type: "adjustment", category: sign < 0 ? "dispute" : "dispute_reversal",
                amount: sign * dispute.integer("amount"), fee: sign < 0 ? FeeSchedule.dispute(currency) : 0,
                currency: currency, source: dispute.text("id") ?? "",
                description: "Chargeback \(sign < 0 ? "withdrawal" : "reversal") for \(dispute.text("charge") ?? "")"),
            &account, cause)
        let tree = account.store.object(.balanceTransaction, id: transaction)?.tree ?? JSONObject()
        dispute["balance_transactions"] = .array((dispute["balance_transactions"]?.arrayValue ?? []) + [.object(tree)])
    }

    private static func warn(_ charge: JSONObject, _ account: inout Account, _ cause: Cause) {
        var warning: JSONObject = [
            "id": .string(account.ids.next("issfr")), "object": "radar.early_fraud_warning", "actionable": true,
            "charge": JSONValue(charge.text("id")), "created": .integer(cause.now),
            "fraud_type": "made_with_stolen_card", "livemode": false,
        ]
        if let intent = charge.text("payment_intent") { warning.set("payment_intent", intent) }
        account.create("radar.early_fraud_warning", warning, event: "radar.early_fraud_warning.created", cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        guard call.operation.pathTemplate.hasPrefix("/v1/charges") else {
            return try account.find(.dispute, call.pathValue(), param: "dispute", status: 404)
        }
        let charge = try account.target(.charge, call)
        let disputes = account.store.collection(.dispute)
        guard let position = disputes?.positions(where: "charge", is: charge.id)?.last,
            let dispute = disputes?.objects[Int(position)]
        else { throw .missing("dispute", id: charge.id, param: "charge") }
        return dispute
    }

    private static func isInquiry(_ dispute: JSONObject) -> Bool {
        dispute.text("status")?.hasPrefix("warning") == true
    }

    private static func isOpen(_ dispute: JSONObject) -> Bool {
        !["won", "lost", "warning_closed"].contains(dispute.text("status") ?? "")
    }

    /// A dispute in which everything is still to be said.
    private static func blank(_ account: inout Account, _ now: Int64) -> JSONObject {
        var filler = ShapeFiller(now: now, ids: account.ids)
        let blank = filler.object(ofResource: "dispute")
        account.ids = filler.ids
        return blank
    }
}
