import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Every input with a meaning of its own, through a charge, an attachment and a payment intent. What is expected is
/// written down here a second time, as Stripe's testing page has it.
@Suite struct MagicInputTests {
    /// What Stripe's page says of a card that declines.
    struct Refusal: Sendable {
        let name: String
        let code: String
        let declineCode: String?
        let outcome: String
        var isAttachable = false
        /// A card that names its holder's bank only when they are there.
        var network: String?
    }

    private static let refusals: [Refusal] = [
        .init(name: "visa_chargeDeclined", code: "card_declined", declineCode: "generic_decline", outcome: "01"),
        .init(
            name: "visa_chargeDeclinedInsufficientFunds", code: "card_declined", declineCode: "insufficient_funds",
            outcome: "51"),
        .init(
            name: "visa_debit_chargeDeclinedInsufficientFunds", code: "card_declined",
            declineCode: "insufficient_funds", outcome: "51"),
        .init(name: "visa_chargeDeclinedLostCard", code: "card_declined", declineCode: "lost_card", outcome: "41"),
        .init(name: "visa_chargeDeclinedStolenCard", code: "card_declined", declineCode: "stolen_card", outcome: "43"),
        .init(name: "chargeDeclinedExpiredCard", code: "expired_card", declineCode: "expired_card", outcome: "54"),
        .init(name: "chargeDeclinedIncorrectCvc", code: "incorrect_cvc", declineCode: "incorrect_cvc", outcome: "82"),
        .init(
            name: "chargeDeclinedProcessingError", code: "processing_error", declineCode: "processing_error",
            outcome: "96"),
        .init(
            name: "visa_chargeDeclinedVelocityLimitExceeded", code: "card_declined",
            declineCode: "card_velocity_exceeded", outcome: "65"),
        .init(name: "radarBlock", code: "card_declined", declineCode: "fraudulent", outcome: "blocked"),
        .init(
            name: "visa_chargeDeclinedFraudulent", code: "card_declined", declineCode: "fraudulent",
            outcome: "blocked"),
        .init(
            name: "chargeCustomerFail", code: "card_declined", declineCode: "generic_decline", outcome: "01",
            isAttachable: true),
        .init(
            name: "visa_chargeCustomerFailLostCard", code: "card_declined", declineCode: "lost_card", outcome: "41",
            isAttachable: true),
        .init(
            name: "visa_chargeCustomerFailStolenCard", code: "card_declined", declineCode: "stolen_card",
            outcome: "43", isAttachable: true),
        .init(
            name: "threeDSecureRequiredProcessingError", code: "card_declined", declineCode: "generic_decline",
            outcome: "01", isAttachable: true),
    ]

    @Test(arguments: refusals) func `a card that declines declines everywhere`(_ expected: Refusal) {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_\(expected.name)")
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_\(expected.name)&confirm=true"
                + "&payment_method_types[0]=card")
        for refused in [charge, intent] {
            #expect(refused.status == 402)
            #expect(refused.error?["type"] == "card_error")
            #expect(refused.code == expected.code)
            #expect(refused.error?["decline_code"]?.stringValue == expected.declineCode)
            #expect(refused.error?["doc_url"] != nil)
        }
        let failed = bench.get("/v1/charges/\(charge.error?["charge"]?.stringValue ?? "")")
        let outcome = failed["outcome"]
        #expect(failed["status"] == "failed")
        #expect(failed["paid"] == false)
        #expect(failed["failure_code"]?.stringValue == expected.code)
        if expected.outcome == "blocked" {
            #expect(outcome?["type"] == "blocked")
            #expect(outcome?["network_status"] == "not_sent_to_network")
            #expect(outcome?["risk_level"] == "highest")
            #expect(outcome?["reason"] == "highest_risk_level")
        } else {
            #expect(outcome?["type"] == "issuer_declined")
            #expect(outcome?["network_status"] == "declined_by_network")
            #expect(outcome?["network_decline_code"]?.stringValue == expected.outcome)
            #expect(outcome?["reason"]?.stringValue == expected.declineCode)
            #expect(charge.error?["network_decline_code"]?.stringValue == expected.outcome)
            #expect(charge.error?["advice_code"] == outcome?["advice_code"])
        }
        let shown = intent.error?["payment_intent"]
        #expect(shown?["status"] == "requires_payment_method")
        #expect(shown?["last_payment_error"]?["code"]?.stringValue == expected.code)
        let attached = bench.post(
            "/v1/payment_methods/pm_card_\(expected.name)/attach", "customer=cus_test_fixture")
        #expect(attached.status == (expected.isAttachable ? 200 : 402))
        if !expected.isAttachable { #expect(attached.code == expected.code) }
        #expect(bench.get("/v1/balance_transactions").ids.isEmpty)
    }

    @Test func `every other card pays, and says what it is`() {
        let bench = Bench()
        for card in TestCardTable.cards {
            switch card.behaviour {
            case .declines, .declinesCharges: continue
            case .requiresAuthentication(let exemption, _) where exemption != .always && exemption != .unasked: continue
            default: break
            }
            let method = bench.post(
                "/v1/payment_methods",
                "type=card&card[number]=\(card.number)&card[exp_month]=12&card[exp_year]=2040&card[cvc]=1234")
            #expect(method["card"]?["last4"]?.stringValue == card.last4, "\(card.number)")
            let paid = bench.post(
                "/v1/payment_intents",
                "amount=1000&currency=usd&payment_method=\(method.id)&confirm=true&expand[]=latest_charge"
                    + "&payment_method_types[0]=card")
            #expect(paid["status"] == "succeeded", "\(card.number): \(paid.message ?? "")")
            let shown = paid["latest_charge"]?["payment_method_details"]?["card"]
            #expect(shown?["country"]?.stringValue == card.country)
            #expect(shown?["last4"]?.stringValue == card.last4)
            for name in card.names {
                let named = bench.post("/v1/payment_methods/pm_card_\(name)/attach", "customer=cus_test_fixture")
                #expect(named.status == 200, "\(name)")
                let token = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_\(name)")
                #expect(token["source"]?["last4"]?.stringValue == card.last4, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("4000002760003184", "succeeded"), ("4000002500003155", "succeeded"), ("4000003800000446", "succeeded"),
        ("4000000000003220", "succeeded"), ("4000008400000027", "succeeded"),
        ("4000008260003178", "insufficient_funds"), ("4000008400001629", "generic_decline"),
    ])
    func `a card that wants its holder asks, and then pays or declines`(_ number: String, _ end: String) throws {
        let bench = Bench()
        let form = "type=card&card[number]=\(number)&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123"
        let method = bench.post("/v1/payment_methods", form).id
        let asked = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=\(method)&confirm=true&payment_method_types[0]=card")
        #expect(asked["status"] == "requires_action")
        #expect(asked["next_action"]?["type"] == "use_stripe_sdk")
        try bench.host.authenticate(world: "w", paymentIntent: asked.id, passes: true, atUnixSeconds: bench.now)
        let done = bench.get("/v1/payment_intents/\(asked.id)", "expand[]=latest_charge")
        if end == "succeeded" {
            #expect(done["status"] == "succeeded")
            let details = done["latest_charge"]?["payment_method_details"]?["card"]?["three_d_secure"]
            #expect(details?["result"] == "authenticated")
        } else {
            #expect(done["status"] == "requires_payment_method")
            #expect(done["last_payment_error"]?["decline_code"]?.stringValue == end)
        }
        let away = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&confirm=true&off_session=true&payment_method_types[0]=card&payment_method="
                + bench.post("/v1/payment_methods", form).id)
        if number == "4000003800000446" {
            #expect(away["status"] == "succeeded")
        } else {
            #expect(away.code == "authentication_required")
        }
    }

    @Test func `3-D Secure can be asked for where a card supports it`() {
        let bench = Bench()
        for (name, status) in [
            ("threeDSecureOptional", "requires_action"), ("threeDSecureOptionalProcessingError", "succeeded"),
            ("visa", "succeeded"), ("amex_threeDSecureNotSupported", "succeeded"),
        ] {
            let form =
                "amount=1000&currency=usd&confirm=true&payment_method_types[0]=card&payment_method=pm_card_\(name)"
            #expect(bench.post("/v1/payment_intents", form)["status"] == "succeeded", "\(name)")
            let asked = bench.post(
                "/v1/payment_intents", form + "&payment_method_options[card][request_three_d_secure]=any")
            #expect(asked["status"]?.stringValue == status, "\(name)")
        }
    }

    @Test func `risk is told, and elevated risk is put aside for a review`() {
        let bench = Bench()
        let highest = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_riskLevelHighest")
        #expect(highest["outcome"]?["risk_level"] == "highest")
        #expect(highest["review"] == .null)
        let paid = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&confirm=true&payment_method=pm_card_riskLevelElevated&expand[]=latest_charge"
                + "&payment_method_types[0]=card")
        let outcome = paid["latest_charge"]?["outcome"]
        #expect(outcome?["risk_level"] == "elevated")
        #expect(outcome?["type"] == "manual_review")
        let id = paid["review"]?.stringValue ?? ""
        #expect(id.hasPrefix("prv_"))
        let review = bench.get("/v1/reviews/\(id)")
        #expect(review["open"] == true)
        #expect(review["payment_intent"]?.stringValue == paid.id)
        #expect(ShapeFit.misfits(review.body, .resource("review")) == [])
        #expect(bench.get("/v1/reviews").ids == [id])
        let approved = bench.post("/v1/reviews/\(id)/approve")
        #expect(approved["open"] == false)
        #expect(approved["reason"] == "approved")
        #expect(bench.post("/v1/reviews/\(id)/approve").status == 400)
        #expect(bench.get("/v1/reviews").ids.isEmpty)
        let charge = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_riskLevelElevated")
        _ = bench.post("/v1/refunds", "charge=\(charge.id)&reason=fraudulent")
        #expect(bench.get("/v1/reviews/\(charge["review"]?.stringValue ?? "")")["closed_reason"] == "refunded_as_fraud")
        let types = bench.get("/v1/events", "limit=100").body["data"]?.arrayValue?.compactMap {
            $0["type"]?.stringValue
        }
        #expect(types?.filter { $0 == "review.opened" }.count == 2)
        #expect(types?.filter { $0 == "review.closed" }.count == 2)
    }

    @Test(arguments: [
        ("createDispute", "fraudulent", "needs_response", 1),
        ("createMultipleDisputes", "fraudulent", "needs_response", 2),
        ("createDisputeProductNotReceived", "product_not_received", "needs_response", 1),
        ("createDisputeInquiry", "fraudulent", "warning_needs_response", 1),
        ("createCe3EligibleDispute", "fraudulent", "needs_response", 1),
        ("createComplianceDispute", "noncompliant", "needs_response", 1),
    ])
    func `charges are disputed as their card says`(_ name: String, _ reason: String, _ status: String, _ count: Int) {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=1001&currency=usd&source=tok_\(name)").id
        let disputes = bench.get("/v1/disputes", "charge=\(charge)")["data"]?.arrayValue ?? []
        #expect(disputes.count == count)
        for dispute in disputes {
            #expect(dispute["reason"]?.stringValue == reason)
            #expect(dispute["status"]?.stringValue == status)
            #expect(ShapeFit.misfits(dispute, .resource("dispute")) == [])
        }
        #expect(disputes.reduce(0) { $0 + ($1["amount"]?.integerValue ?? 0) } == 1_001)
        let eligible = disputes.first?["enhanced_eligibility_types"]?.arrayValue ?? []
        #expect(eligible.isEmpty == !["createCe3EligibleDispute", "createComplianceDispute"].contains(name))
        let refused = bench.post("/v1/refunds", "charge=\(charge)")
        #expect((refused.status == 200) == (status == "warning_needs_response"))
        #expect(bench.get("/v1/charges/\(charge)")["disputed"] == true)
    }

    @Test func `an inquiry can become a dispute, and a proven holder cannot call it fraud`() throws {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_createDisputeInquiry").id
        let inquiry = bench.get("/v1/disputes", "charge=\(charge)").ids.first ?? ""
        #expect(bench.get("/v1/balance_transactions").ids.count == 1)
        let escalated = bench.post(
            "/v1/disputes/\(inquiry)", "evidence[uncategorized_text]=escalate_inquiry_evidence&submit=true")
        #expect(escalated["status"] == "needs_response")
        #expect(bench.get("/v1/balance_transactions").ids.count == 2)
        let won = bench.post("/v1/disputes/\(inquiry)", "evidence[uncategorized_text]=winning_evidence&submit=true")
        #expect(won["status"] == "won")
        #expect(bench.get("/v1/charges").ids.count == 1)
    }

    @Test func `bank accounts end as their number says`() {
        var bench = Bench()
        for (name, end) in [
            ("success", "succeeded"), ("accountClosed", "account_closed"), ("noAccount", "no_account"),
            ("insufficientFunds", "insufficient_funds"), ("debitNotAuthorized", "debit_not_authorized"),
            ("invalidCurrency", "invalid_currency"), ("weeklyLimitExceeded", "charge_exceeds_weekly_limit"),
            ("dispute", "succeeded"), ("processing", "processing"),
        ] {
            let paid = bench.post(
                "/v1/payment_intents",
                "amount=1000&currency=usd&confirm=true&payment_method=pm_usBankAccount_\(name)"
                    + "&payment_method_types[0]=us_bank_account")
            #expect(paid["status"] == "processing", "\(name)")
            bench.now += 30 * CivilTime.secondsPerDay
            let after = bench.get("/v1/payment_intents/\(paid.id)")
            let code = after["last_payment_error"]?["code"]?.stringValue
            #expect(code ?? after["status"]?.stringValue == end, "\(name)")
            let disputed = bench.get("/v1/disputes", "payment_intent=\(paid.id)").ids
            #expect(disputed.isEmpty == (name != "dispute"))
        }
    }
}
