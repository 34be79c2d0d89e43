internal import KeybrakeStripe

/// Charges.
///
///     create ─┬─ declined ─→ failed
///             ├─ capture=true ─→ succeeded ─ refund … ─→ refunded
///             └─ capture=false ─→ authorised ─ capture ─→ succeeded
///                                      └─ refund, or seven days ─→ released (refunded, never captured)
enum Charges {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/charges", create),
        ("GET /v1/charges", list),
        ("GET /v1/charges/{charge}", retrieve),
        ("POST /v1/charges/{charge}", update),
        ("POST /v1/charges/{charge}/capture", capture),
    ]

    /// How long an authorisation holds.
    static let authorizationSeconds: Int64 = 7 * CivilTime.secondsPerDay

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        let amount = try form.requiredInteger("amount")
        let currency = try form.required("currency").lowercased()
        try ChargeLimits.check(amount: amount, currency: currency)
        let terms = ConnectTerms(form)
        try terms.check(amount: amount, account)
        let metadata = try Metadata.merge(form["metadata"])
        if let source = form.given("source"), source.hasPrefix("acct_") {
            return try AccountDebits.create(from: source, amount: amount, currency: currency, call, &account)
        }
        let customer = form.given("customer")
        if let customer { _ = try account.find(.customer, customer, param: "customer") }
        let instrument = try instrument(form, customer: customer, &account, call.cause)
        var shipping = JSONObject()
        Addresses.apply(form["shipping"], as: "shipping", template: Addresses.shipping, to: &shipping)
        let payment = CardPayment(
            amount: amount, currency: currency, customer: customer, instrument: instrument,
            captures: form.flag("capture") ?? true, description: form.given("description"), metadata: metadata,
            receiptEmail: form.given("receipt_email"), shipping: shipping["shipping"] ?? .null,
            statementDescriptor: form.given("statement_descriptor"),
            statementDescriptorSuffix: form.given("statement_descriptor_suffix"),
            transferGroup: form.given("transfer_group"), terms: terms)
        let verdict = CardPayment.verdict(instrument, isAuthenticated: false, isOffSession: false)
        switch payment.attempt(verdict, &account, call.cause) {
        case .succeeded(let charge), .pending(let charge):
            return .stored(.charge, id: charge.text("id") ?? "")
        case .declined(let decline, let chargeID):
            throw decline.error(["charge": .string(chargeID)])
        }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.charge, id: try account.target(.charge, call).id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = call.form
        return try account.page(
            .charge, call, url: "/v1/charges",
            filters: [
                ("payment_intent", form.given("payment_intent")), ("customer", form.given("customer")),
                ("transfer_group", form.given("transfer_group")),
            ])
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var charge = try account.target(.charge, call).tree
        let form = call.form
        if let customer = form.given("customer") {
            _ = try account.find(.customer, customer, param: "customer")
            guard charge.text("customer") == nil || charge.text("customer") == customer else {
                throw .invalid("You cannot change the customer of a charge that already has one.", param: "customer")
            }
            charge.set("customer", customer)
        }
        for name in ["description", "receipt_email", "transfer_group"] {
            if let text = form.text(name) { charge.set(name, text.isEmpty ? nil : text) }
        }
        charge.set("metadata", try Metadata.merge(form["metadata"], into: charge.object("metadata") ?? [:]))
        Addresses.apply(form["shipping"], as: "shipping", template: Addresses.shipping, to: &charge)
        if let report = form.map("fraud_details")?.text("user_report") {
            charge["fraud_details"] = report.isEmpty ? [:] : ["user_report": .string(report)]
        }
        account.update(.charge, charge, event: "charge.updated", call.cause)
        return .stored(.charge, id: call.pathValue())
    }

    static func capture(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let charge = try account.target(.charge, call).tree
        if let intent = charge.text("payment_intent") {
            throw .coded(
                "charge_not_capturable",
                "This charge belongs to the PaymentIntent \(intent); capture the PaymentIntent instead.")
        }
        _ = try capture(charge, amount: call.form.integer("amount"), param: "amount", call.form, &account, call.cause)
        return .stored(.charge, id: call.pathValue())
    }

    /// Takes money that was authorised; what is not taken is released.
    ///
    /// - Parameters:
    ///   - amount: `nil` for all of it.
    ///   - form: may change what the platform takes, and what goes on to the destination.
    /// - Returns: the charge as it now stands.
    static func capture(
        _ charge: JSONObject, amount: Int64?, param: String, _ form: FormMap = FormMap(), _ account: inout Account,
        _ cause: Cause
    ) throws(StripeError) -> JSONObject {
        let id = charge.text("id") ?? ""
        let authorised = charge.integer("amount")
        guard !charge.flag("captured") else {
            throw .coded("charge_already_captured", "Charge \(id) has already been captured.")
        }
        guard !charge.flag("refunded") else {
            throw .coded("charge_already_refunded", "Charge \(id) has already been refunded.")
        }
        guard charge.text("status") == "succeeded" else {
            throw .invalid("Charge \(id) has failed, so it cannot be captured.")
        }
        let taken = amount ?? authorised
        guard taken >= 1 else { throw .integerTooSmall(param, minimum: 1) }
        guard taken <= authorised else {
            throw .coded(
                "amount_too_large",
                "The amount to capture (\(taken)) is more than the amount that was authorised (\(authorised)).",
                param: param)
        }
        var terms = ConnectTerms(form, onto: ConnectTerms(charge))
        // A transfer of the whole amount shrinks with what is taken.
        if form.map("transfer_data") == nil { terms.transferAmount = terms.transferAmount.map { min($0, taken) } }
        try terms.check(amount: taken, account)
        var captured = charge
        terms.write(to: &captured)
        captured.set("captured", true)
        captured.set("amount_captured", taken)
        let card = TestCardTable[account.store.object(.charge, id: id)?.card ?? TestCardTable.visa]
        settle(&captured, amount: taken, card: card, &account, cause)
        if taken < authorised {
            Refunds.release(&captured, amount: authorised - taken, &account, cause)
        }
        account.update(.charge, captured, event: "charge.captured", cause)
        return captured
    }

    /// Books the money of a charge, less the fees, and passes on what other accounts are to have of it.
    static func settle(
        _ charge: inout JSONObject, amount: Int64, card: TestCard, _ account: inout Account, _ cause: Cause
    ) {
        let id = charge.text("id") ?? ""
        let currency = charge.text("currency") ?? ""
        switch card.behaviour {
        case .disputed, .fraudWarning: account.agenda.add(.disputeOpens(charge: id), at: cause.now)
        default: break
        }
        let availableOn = card.settlesAtOnce ? nil : BalanceTransactions.availableOn(cause.worldNow)
        let passage = Passage(charge, amount: amount, availableOn: availableOn, &account)
        let transaction = BalanceTransactions.book(
            .init(
                type: "charge", category: "charge", amount: amount,
                fee: FeeSchedule.fee(
                    amount: amount, currency: currency,
                    methodType: charge["payment_method_details"]?["type"]?.stringValue ?? "card"),
                applicationFee: passage.directFee, currency: currency, source: id,
                description: charge.text("description"), availableOn: availableOn), &account, cause)
        charge.set("balance_transaction", transaction)
        passage.apply(to: &charge, &account, cause)
    }

    /// An authorisation that was never captured lapses.
    static func expire(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var charge = account.store.object(.charge, id: id)?.tree, !charge.flag("captured"),
            !charge.flag("refunded"), charge.text("status") == "succeeded"
        else { return }
        if let intent = charge.text("payment_intent") {
            PaymentIntents.lapse(intent, &account, cause)
            return
        }
        Refunds.release(&charge, amount: charge.integer("amount"), &account, cause)
        account.update(.charge, charge, event: "charge.expired", cause)
    }

    private static func instrument(_ form: FormMap, customer: String?, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> Instrument
    {
        if let source = form["source"] ?? form["card"] {
            return try explicit(source, customer: customer, &account, cause)
        }
        guard let customer, let owner = account.store.object(.customer, id: customer) else {
            throw .coded("parameter_missing", "Must provide source or customer.", param: "source")
        }
        guard let source = owner.text("default_source"), let card = account.store.object(.card, id: source),
            !card.isDeleted
        else {
            throw StripeError(
                status: 402, kind: .card, code: "missing",
                message: "Cannot charge a customer that has no active card", param: "card",
                docURL: StripeError.documentation("missing"))
        }
        return Instrument(card, kind: .card)
    }

    private static func explicit(
        _ source: FormValue, customer: String?, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> Instrument {
        guard let id = source.text else {
            let form = source.map ?? FormMap()
            let entry = try CardEntry(form, param: "source", now: cause.now)
            let card = account.cardObject(entry, form: form, customer: nil)
            return Instrument(tree: card, kind: .card, row: entry.row)
        }
        if let customer {
            guard let card = account.store.object(.card, id: id), !card.isDeleted, card.text("customer") == customer
            else {
                throw StripeError(
                    status: 402, kind: .card, code: "missing",
                    message: "Customer \(customer) does not have a linked source with ID \(id).", param: "source",
                    docURL: StripeError.documentation("missing"))
            }
            return Instrument(card, kind: .card)
        }
        if id.hasPrefix("card_"), account.store.object(.card, id: id) != nil {
            throw .invalid("You must pass the customer to charge a card that is attached to it.", param: "source")
        }
        let taken = try Tokens.take(id, param: "source", customer: nil, &account, cause)
        return Instrument(tree: taken.tree, kind: .card, row: taken.row)
    }
}
