internal import KeybrakeStripe

/// Checkout sessions: what calls do to them. What the payer does is in ``CheckoutPayment``.
///
///     create ─→ open ─┬─ paid, or set up ─→ complete (a debit: unpaid, and paid or failed days later)
///                     └─ expire, or 24 hours ─→ expired
enum CheckoutSessions {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/checkout/sessions", create),
        ("POST /v1/checkout/sessions/{session}", update),
        ("GET /v1/checkout/sessions/{session}/line_items", lineItems),
        ("POST /v1/checkout/sessions/{session}/expire", expire),
    ]

    static let lifetimeSeconds: Int64 = 24 * 3_600
    private static let lifetimeSecondsMin: Int64 = 30 * 60

    private static let plan = SynthesisPlan(named: "POST /v1/checkout/sessions")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .stored(.checkoutSession, id: try make(call.form, call, &account))
    }

    /// Opens a session; payment links do so for each visitor.
    ///
    /// - Returns: its id.
    static func make(_ form: FormMap, link: String? = nil, _ call: Call, _ account: inout Account)
        throws(StripeError) -> String
    {
        guard let plan else { throw .invalid("The emulator does not know Checkout.") }
        let mode = try form.required("mode")
        try check(form, mode: mode, isLinked: link != nil, call, account)
        var session = try FormMerge.merged(
            form, into: nil, plan,
            skipping: [
                "currency", "custom_fields", "discounts", "expires_at", "line_items", "optional_items",
                "shipping_options",
            ],
            &account, now: call.now)
        let id = "cs_test_" + account.ids.letters(58)
        session.set("id", id)
        var record = SaleRecord(owner: id, items: [], form: form)
        try LineItems.add(form["line_items"]?.list ?? [], to: &record, mode: mode, call, &account)
        session["currency"] = record.items.first?["currency"] ?? JSONValue(form.given("currency")?.lowercased())
        session.set("expires_at", form.integer("expires_at") ?? call.now + lifetimeSeconds)
        session.set("mode", mode)
        session.set("payment_link", link)
        session.set("status", "open")
        complete(&session, form, mode: mode, &account)
        try CheckoutTerms.apply(form, to: &session, &account, call.cause)
        try SaleTotals.apply(&record, to: &session, account)
        record.save(&account, call.cause)
        account.create(.checkoutSession, session, call.cause)
        account.agenda.add(.sessionExpires(id: id), at: session.integer("expires_at"))
        return id
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know Checkout.") }
        let stored = try account.target(.checkoutSession, call)
        var session = try FormMerge.merged(
            call.form, into: stored.tree, plan, skipping: ["line_items", "shipping_options"], &account, now: call.now)
        if call.form["shipping_options"] != nil {
            try CheckoutTerms.setShipping(call.form, in: &session, &account, call.cause)
        }
        if let given = call.form["line_items"]?.list {
            guard session.text("status") == "open" else { throw notOpen("updated") }
            var record = SaleRecord(of: stored.id, in: account)
            try change(&record, given, call, &account)
            try SaleTotals.apply(&record, to: &session, account)
            record.save(&account, call.cause)
        }
        account.update(.checkoutSession, session, call.cause)
        return .stored(.checkoutSession, id: stored.id)
    }

    static func lineItems(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try SaleRecord(of: try account.target(.checkoutSession, call).id, in: account).page(call)
    }

    static func expire(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let session = try account.target(.checkoutSession, call)
        guard session.text("status") == "open" else { throw notOpen("expired") }
        lapse(session.id, &account, call.cause)
        return .stored(.checkoutSession, id: session.id)
    }

    /// Nobody paid in time.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var session = account.store.object(.checkoutSession, id: id)?.tree, session.text("status") == "open"
        else { return }
        session.set("status", "expired")
        session.set("url", nil as String?)
        account.update(.checkoutSession, session, cause)
        account.emit("checkout.session.expired", .checkoutSession, id: id, cause)
    }

    /// The session whose payment or set-up that intent is.
    static func session(of intent: JSONObject, _ account: Account) -> JSONObject? {
        guard let collection = account.store.collection(.checkoutSession), let id = intent.text("id") else {
            return nil
        }
        let member = id.hasPrefix("seti_") ? "setup_intent" : "payment_intent"
        return collection.positions(where: member, is: id)?.last.map { collection.objects[Int($0)].tree }
    }

    private static func notOpen(_ what: String) -> StripeError {
        .invalid("Only Checkout Sessions with a status in [\"open\"] can be \(what).")
    }
}

// MARK: What is asked for

extension CheckoutSessions {
    private static func check(_ form: FormMap, mode: String, isLinked: Bool, _ call: Call, _ account: Account)
        throws(StripeError)
    {
        if let customer = form.given("customer") {
            _ = try account.find(.customer, customer, param: "customer")
            try exclude("customer", "customer_email", form)
            try exclude("customer", "customer_creation", form)
        }
        try exclude("allow_promotion_codes", "discounts", form)
        guard mode == "setup" || form["line_items"]?.list?.isEmpty == false else {
            throw .parameterMissing("line_items")
        }
        if mode != "payment" {
            for name in ["customer_creation", "payment_intent_data", "invoice_creation", "submit_type"]
            where form[name] != nil {
                throw .invalid("You can only use `\(name)` in `payment` mode.", param: name)
            }
        }
        if mode != "subscription", form["subscription_data"] != nil {
            throw .invalid("You can not pass `subscription_data` in `\(mode)` mode.", param: "subscription_data")
        }
        if !isLinked { try checkURLs(form) }
        if let end = form.integer("expires_at") {
            guard end >= call.now + lifetimeSecondsMin else {
                throw .invalid(
                    "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
                    param: "expires_at")
            }
            guard end <= call.now + lifetimeSeconds else {
                throw .invalid(
                    "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
                    param: "expires_at")
            }
        }
    }

    /// Where the payer goes afterwards, by the kind of page.
    private static func checkURLs(_ form: FormMap) throws(StripeError) {
        let mode = form.given("ui_mode") ?? "hosted_page"
        let isHosted = mode == "hosted_page"
        for name in isHosted ? ["return_url"] : ["success_url", "cancel_url"] where form[name] != nil {
            throw .invalid("`\(name)` is not allowed when `ui_mode` is `\(mode)`.", param: name)
        }
        if isHosted, form.given("success_url") == nil { throw .parameterMissing("success_url") }
        if mode == "embedded_page", form.given("return_url") == nil,
            form.given("redirect_on_completion") != "never"
        {
            throw .parameterMissing("return_url")
        }
        for name in ["success_url", "cancel_url", "return_url"] {
            guard let url = form.given(name), URLText.origin(url) == nil else { continue }
            throw .coded(
                "url_invalid", "Not a valid URL. URLs must begin with http:// or https://.", param: name)
        }
    }

    private static func exclude(_ name: String, _ other: String, _ form: FormMap) throws(StripeError) {
        guard form[name] != nil, form[other] != nil else { return }
        throw .invalid("You may only specify one of these parameters: \(name), \(other).", param: name)
    }

    /// The members that follow from others.
    private static func complete(_ session: inout JSONObject, _ form: FormMap, mode: String, _ account: inout Account) {
        let id = session.text("id") ?? ""
        let look = form.given("ui_mode") ?? "hosted_page"
        session.set("ui_mode", look)
        session.set("url", look == "hosted_page" ? account.pages.checkout(id) : nil)
        session.set("client_secret", look == "hosted_page" ? nil : "\(id)_secret_\(account.ids.letters(32))")
        if look == "embedded_page", session.text("redirect_on_completion") == nil {
            session.set("redirect_on_completion", "always")
        }
        if mode == "payment" {
            if form.given("customer_creation") == nil { session.set("customer_creation", "if_required") }
        } else if mode == "subscription", form.given("customer") == nil {
            session.set("customer_creation", "always")
        }
        if form.given("payment_method_collection") == nil {
            session.set("payment_method_collection", mode == "payment" ? "if_required" : "always")
        }
        if session["payment_method_types"]?.arrayValue?.isEmpty != false { session["payment_method_types"] = ["card"] }
        if form["payment_method_options"] == nil {
            session["payment_method_options"] = ["card": ["request_three_d_secure": "automatic"]]
        }
        if let customer = session.text("customer") {
            let email = account.store.object(.customer, id: customer)?.text("email")
            session["customer_details"] = .object(CheckoutCompletion.details(["email": JSONValue(email)]))
        } else if let email = form.given("customer_email") {
            session["customer_details"] = .object(CheckoutCompletion.details(["email": .string(email)]))
        }
    }

    /// The items as an update wants them: those that it names stay, the others go, and new ones may come.
    private static func change(
        _ record: inout SaleRecord, _ given: [FormValue], _ call: Call, _ account: inout Account
    ) throws(StripeError) {
        let old = record.items
        record.items = []
        for (index, value) in given.enumerated() {
            let form = value.map ?? FormMap()
            guard let id = form.given("id") else {
                try LineItems.add([value], to: &record, mode: nil, call, &account)
                continue
            }
            guard let item = old.first(where: { $0.text("id") == id }) else {
                throw .missing("line item", id: id, param: "line_items[\(index)][id]", status: 400)
            }
            let quantity = form.integer("quantity") ?? item.integer("quantity")
            try AmountLimits.check(quantity, 0...999_999_999, param: "line_items[\(index)][quantity]")
            record.items.append(LineItems.changed(item, quantity: quantity))
        }
        guard !record.items.isEmpty else { throw .invalid("At least one line item is needed.", param: "line_items") }
    }
}
