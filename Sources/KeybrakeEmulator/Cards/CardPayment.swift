internal import KeybrakeStripe

/// One attempt to take money from a card, and the charge that records how it went.
struct CardPayment {
    var amount: Int64
    var currency: String
    var customer: String?
    var instrument: Instrument
    /// `false` only authorises.
    var captures: Bool
    var description: String?
    var metadata = JSONObject()
    var paymentIntent: String?
    var receiptEmail: String?
    var shipping: JSONValue = .null
    var statementDescriptor: String?
    var statementDescriptorSuffix: String?
    var transferGroup: String?
    var onBehalfOf: String?
    /// What the payment means for other accounts.
    var terms = ConnectTerms(JSONObject())
    /// The cardholder has passed 3-D Secure.
    var isAuthenticated = false

    /// How the attempt ended; either way there is a charge.
    enum Outcome {
        case succeeded(charge: JSONObject)
        /// The bank has not answered yet.
        case pending(charge: JSONObject)
        case declined(Decline, chargeID: String)
    }

    /// What the card says before any money moves.
    enum Verdict {
        case approves
        case declines(Decline)
        case wantsAuthentication
        /// The bank will say so in that many seconds.
        case waits(seconds: Int64)
    }

    /// What the card says to a payment.
    ///
    /// - Parameters:
    ///   - isOffSession: the cardholder is away and has agreed earlier.
    ///   - isRequested: the payment asks for 3-D Secure where the card can do it.
    static func verdict(
        _ instrument: Instrument, isAuthenticated: Bool, isOffSession: Bool, isRequested: Bool = false
    ) -> Verdict {
        switch MethodType.course(instrument.type) {
        case .card: break
        case .atOnce: return .approves
        case .delayed(let days): return .waits(seconds: days * CivilTime.secondsPerDay)
        case .afterRedirect: return isAuthenticated ? .approves : .wantsAuthentication
        }
        switch instrument.card.behaviour {
        case .declines(.incorrectCVC) where instrument.checks.text("cvc_check") == nil:
            // A security code that was not given is not checked.
            return .approves
        case .declines(let decline), .declinesCharges(let decline): return .declines(decline)
        case .requiresAuthentication(let exemption, let afterwards):
            let isAsked = isRequested && !isOffSession && exemption != .unasked
            guard isAuthenticated || (!isAsked && isExempt(exemption, instrument, isOffSession: isOffSession)) else {
                return .wantsAuthentication
            }
            return afterwards.map { .declines($0) } ?? .approves
        default: return .approves
        }
    }

    private static func isExempt(_ exemption: TestCard.Exemption, _ instrument: Instrument, isOffSession: Bool)
        -> Bool
    {
        switch exemption {
        case .never: false
        case .offSession: isOffSession
        case .onceSetUp: isOffSession && instrument.isSetUp
        case .always, .unasked: true
        }
    }

    /// Makes the charge that the verdict calls for, with its balance transaction when money moved.
    func attempt(_ verdict: Verdict, _ account: inout Account, _ cause: Cause) -> Outcome {
        var charge = written(&account, cause)
        switch verdict {
        case .approves:
            succeed(&charge, &account, cause)
            let review = Reviews.wants(instrument.card) ? Reviews.open(&charge, &account, cause) : nil
            account.create(.charge, charge, event: "charge.succeeded", card: instrument.row, cause)
            if let review { account.emit("review.opened", Reviews.kind, id: review, cause) }
            return .succeeded(charge: charge)
        case .declines(let decline):
            return fail(&charge, decline, &account, cause)
        case .wantsAuthentication:
            return fail(&charge, .authenticationRequired, &account, cause)
        case .waits(let seconds):
            charge.set("captured", true)
            charge.set("outcome", ChargeOutcome.approved(instrument.card))
            charge.set("status", "pending")
            account.create(.charge, charge, event: "charge.pending", cause)
            if !TestBankAccounts.staysPending(instrument.type, last4: instrument.accountLast4) {
                account.agenda.add(.debitSettles(charge: charge.text("id") ?? ""), at: cause.now + seconds)
            }
            return .pending(charge: charge)
        }
    }

    private func written(_ account: inout Account, _ cause: Cause) -> JSONObject {
        var charge = Self.template
        let id = account.ids.next("ch")
        charge.set("id", id)
        charge.set("amount", amount)
        charge.set("billing_details", instrument.billingDetails)
        charge.set("created", cause.now)
        charge.set("currency", currency)
        charge.set("customer", customer)
        charge.set("description", description)
        charge.set("metadata", metadata)
        terms.write(to: &charge)
        if let onBehalfOf { charge.set("on_behalf_of", onBehalfOf) }
        charge.set("payment_intent", paymentIntent)
        charge.set("payment_method", instrument.id)
        charge.set(
            "payment_method_details",
            instrument.paymentMethodDetails(
                amount: amount, transactionID: account.ids.letters(15), isAuthenticated: isAuthenticated))
        charge.set("receipt_email", receiptEmail)
        charge["shipping"] = shipping
        if instrument.kind == .card, paymentIntent == nil { charge.set("source", instrument.tree) }
        charge.set("statement_descriptor", statementDescriptor)
        charge.set("statement_descriptor_suffix", statementDescriptorSuffix)
        let passesOn = terms.destination != nil
        charge.set("transfer_group", transferGroup ?? (passesOn ? "group_\(paymentIntent ?? id)" : nil))
        return charge
    }

    private func succeed(_ charge: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        charge.set("captured", captures)
        charge.set("outcome", ChargeOutcome.approved(instrument.card))
        charge.set("paid", true)
        charge.set("receipt_url", account.pages.receipt(charge.text("id") ?? ""))
        charge.set("status", "succeeded")
        if captures {
            charge.set("amount_captured", amount)
            Charges.settle(&charge, amount: amount, card: instrument.card, &account, cause)
        } else {
            account.agenda.add(
                .authorizationExpires(charge: charge.text("id") ?? ""), at: cause.now + Charges.authorizationSeconds)
        }
    }

    private func fail(_ charge: inout JSONObject, _ decline: Decline, _ account: inout Account, _ cause: Cause)
        -> Outcome
    {
        charge.set("failure_code", decline.code)
        charge.set("failure_message", decline.message)
        charge.set("outcome", ChargeOutcome.declined(decline))
        charge.set("status", "failed")
        account.create(.charge, charge, event: "charge.failed", card: instrument.row, cause)
        return .declined(decline, chargeID: charge.text("id") ?? "")
    }

    static let template = JSONObject.template(
        #"""
        {"id":"","object":"charge","amount":0,"amount_captured":0,"amount_refunded":0,"application":null,
        "application_fee":null,"application_fee_amount":null,"balance_transaction":null,"billing_details":{},
        "calculated_statement_descriptor":"KEYBRAKE","captured":false,"created":0,"currency":"","customer":null,
        "description":null,"disputed":false,"failure_balance_transaction":null,"failure_code":null,
        "failure_message":null,"fraud_details":{},"livemode":false,"metadata":{},"on_behalf_of":null,"outcome":null,
        "paid":false,"payment_intent":null,"payment_method":null,"payment_method_details":null,"radar_options":{},
        "receipt_email":null,"receipt_number":null,"receipt_url":null,"refunded":false,"review":null,"shipping":null,
        "source":null,"source_transfer":null,"statement_descriptor":null,"statement_descriptor_suffix":null,
        "status":"","transfer_data":null,"transfer_group":null}
        """#)
}

/// The `outcome` of a charge.
enum ChargeOutcome {
    static func approved(_ card: TestCard) -> JSONObject {
        var outcome = template
        outcome.set("network_status", "approved_by_network")
        if case .risk(let level, let score) = card.behaviour {
            outcome.set("risk_level", level)
            outcome.set("risk_score", score)
        }
        outcome.set("seller_message", "Payment complete.")
        outcome.set("type", "authorized")
        guard Reviews.wants(card) else { return outcome }
        outcome.set("reason", "elevated_risk_level")
        outcome.set("rule", "manual_review_if_elevated_risk")
        outcome.set(
            "seller_message",
            "Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue.")
        outcome.set("type", "manual_review")
        return outcome
    }

    static func declined(_ decline: Decline) -> JSONObject {
        var outcome = template
        outcome.set("advice_code", decline.adviceCode)
        outcome.set("network_advice_code", decline.networkAdviceCode)
        outcome.set("network_decline_code", decline.networkDeclineCode)
        if decline.isBlocked {
            outcome.set("network_status", "not_sent_to_network")
            outcome.set("reason", "highest_risk_level")
            outcome.set("risk_level", "highest")
            outcome.set("risk_score", 100)
            outcome.set("rule", "block_if_high_risk")
            outcome.set("seller_message", "Stripe blocked this payment as too risky.")
            outcome.set("type", "blocked")
            return outcome
        }
        let reason = decline.declineCode ?? decline.code
        outcome.set("network_status", "declined_by_network")
        outcome.set("reason", reason)
        outcome.set(
            "seller_message",
            reason == "generic_decline"
                ? "The bank did not return any further details with this decline."
                : "The bank returned the decline code `\(reason)`.")
        outcome.set("type", "issuer_declined")
        return outcome
    }

    private static let template = JSONObject.template(
        #"""
        {"advice_code":null,"network_advice_code":null,"network_decline_code":null,"network_status":null,
        "reason":null,"risk_level":"normal","risk_score":24,"seller_message":"","type":""}
        """#)
}
