internal import KeybrakeStripe

/// Quotes: an offer that becomes an invoice or a subscription when it is accepted.
///
///     create ─→ draft ─ finalize ─→ open ─ accept ─→ accepted: a subscription, a schedule that begins later, or an
///                 │                   │                        invoice
///                 └─ cancel ──────────┴─ cancel, or `expires_at` ─→ canceled
enum Quotes {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/quotes", create),
        ("POST /v1/quotes/{quote}", update),
        ("POST /v1/quotes/{quote}/finalize", finalize),
        ("POST /v1/quotes/{quote}/accept", accept),
        ("POST /v1/quotes/{quote}/cancel", cancel),
        ("GET /v1/quotes/{quote}/line_items", lineItems),
        ("GET /v1/quotes/{quote}/computed_upfront_line_items", upfrontLineItems),
        ("GET /v1/quotes/{quote}/pdf", pdf),
    ]

    static let kind: ObjectKind = "quote"

    /// How long an offer stands when nobody says.
    private static let lifetimeSeconds: Int64 = 30 * CivilTime.secondsPerDay
    private static let plan = SynthesisPlan(named: "POST /v1/quotes")
    private static let handled: Set<String> = [
        "default_tax_rates", "discounts", "expires_at", "from_quote", "invoice_settings", "line_items",
        "subscription_data", "test_clock",
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know quotes.") }
        var form = call.form
        var source: JSONObject?
        if let id = form.map("from_quote")?.given("quote") {
            source = try account.find(kind, id, param: "from_quote[quote]").tree
            form = SaleRecord(of: id, in: account).form.overlaid(by: form)
        }
        try check(form, account, now: call.now)
        var quote = try FormMerge.merged(form, into: nil, plan, skipping: handled, &account, now: call.now)
        let id = quote.text("id") ?? ""
        quote.set("collection_method", form.given("collection_method") ?? "charge_automatically")
        quote.set("created", call.now)
        quote.set("expires_at", form.integer("expires_at") ?? call.now + lifetimeSeconds)
        quote.set("status", "draft")
        quote["status_transitions"] = ["accepted_at": nil, "canceled_at": nil, "finalized_at": nil]
        if let customer = form.given("customer") {
            quote["test_clock"] = account.store.object(.customer, id: customer)?.tree["test_clock"] ?? .null
        }
        if let source {
            let isRevision = call.form.map("from_quote")?.flag("is_revision") ?? false
            quote["from_quote"] = ["is_revision": .bool(isRevision), "quote": source["id"] ?? .null]
        }
        var record = SaleRecord(owner: id, items: [], form: form)
        try take(form, into: &quote, &record, call, &account)
        record.save(&account, call.cause)
        account.create(kind, quote, event: "quote.created", call.cause)
        return .stored(kind, id: id)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        guard let plan else { throw .invalid("The emulator does not know quotes.") }
        let old = try target(call, account)
        let id = old.text("id") ?? ""
        guard old.text("status") == "draft" || call.form.fields.allSatisfy({ $0.name == "metadata" }) else {
            throw notNow("update", old)
        }
        try check(call.form, account, now: call.now)
        var quote = try FormMerge.merged(call.form, into: old, plan, skipping: handled, &account, now: call.now)
        if let end = call.form.integer("expires_at") { quote.set("expires_at", end) }
        var record = SaleRecord(of: id, in: account)
        record.form = record.form.overlaid(by: call.form)
        if call.form["line_items"] != nil {
            record.items = []
            record.rates = [:]
        }
        try take(
            call.form["line_items"] == nil ? record.form.without("line_items") : record.form, into: &quote,
            &record, call, &account)
        record.save(&account, call.cause)
        account.update(kind, quote, call.cause)
        return .stored(kind, id: id)
    }

    static func finalize(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var quote = try target(call, account)
        let id = quote.text("id") ?? ""
        guard quote.text("status") == "draft" else { throw notNow("finalize", quote) }
        guard let customer = quote.text("customer"), let owner = account.store.object(.customer, id: customer) else {
            throw .invalid("A quote needs a customer before it can be finalized.", param: "customer")
        }
        guard !SaleRecord(of: id, in: account).items.isEmpty else {
            throw .invalid("A quote needs line items before it can be finalized.", param: "line_items")
        }
        if let end = call.form.integer("expires_at") {
            try checkExpiry(end, now: call.now)
            quote.set("expires_at", end)
        }
        let count = (account.store.collection(kind)?.positions(where: "customer", is: customer) ?? []).count
        let digits = String(count)
        let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        quote.set("number", "QT-\(owner.text("invoice_prefix") ?? "KB")-\(number)-1")
        quote.set("status", "open")
        note("finalized_at", in: &quote, call.now)
        account.update(kind, quote, call.cause)
        account.emit("quote.finalized", kind, id: id, call.cause)
        account.agenda.add(.quoteExpires(id: id), at: quote.integer("expires_at"))
        return .stored(kind, id: id)
    }

    static func accept(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var quote = try target(call, account)
        let id = quote.text("id") ?? ""
        guard quote.text("status") == "open" else { throw notNow("accept", quote) }
        let before = account
        do throws(StripeError) {
            for member in try QuoteAcceptance.carryOut(quote, &account, call.cause).members {
                quote[member.name] = member.value
            }
        } catch {
            account = before
            throw error
        }
        quote.set("status", "accepted")
        note("accepted_at", in: &quote, call.now)
        account.update(kind, quote, call.cause)
        account.emit("quote.accepted", kind, id: id, call.cause)
        return .stored(kind, id: id)
    }

    static func cancel(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let quote = try target(call, account)
        guard ["draft", "open"].contains(quote.text("status")) else { throw notNow("cancel", quote) }
        end(quote, &account, call.cause)
        return .stored(kind, id: quote.text("id") ?? "")
    }

    /// Nobody accepted in time.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let quote = account.store.object(kind, id: id)?.tree, quote.text("status") == "open",
            quote.integer("expires_at") <= cause.now
        else { return }
        end(quote, &account, cause)
    }

    static func lineItems(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try SaleRecord(of: try target(call, account).text("id") ?? "", in: account).page(call)
    }

    static func upfrontLineItems(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var record = SaleRecord(of: try target(call, account).text("id") ?? "", in: account)
        if record.hasTrial { record.items.removeAll(where: LineItems.isRecurring) }
        return try record.page(call)
    }

    static func pdf(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        _ = try target(call, account)
        return .bytes(PlainDocument.pdf)
    }

    private static func end(_ original: JSONObject, _ account: inout Account, _ cause: Cause) {
        var quote = original
        quote.set("status", "canceled")
        note("canceled_at", in: &quote, cause.now)
        account.update(kind, quote, cause)
        account.emit("quote.canceled", kind, id: quote.text("id") ?? "", cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        try account.find(kind, call.pathValue(), param: "quote", status: 404).tree
    }

    private static func note(_ name: String, in quote: inout JSONObject, _ now: Int64) {
        var transitions = quote.object("status_transitions") ?? [:]
        transitions.set(name, now)
        quote.set("status_transitions", transitions)
    }

    private static func notNow(_ what: String, _ quote: JSONObject) -> StripeError {
        .invalid("You cannot \(what) a quote with the status \(quote.text("status") ?? "").")
    }
}

// MARK: Terms

extension Quotes {
    private static func check(_ form: FormMap, _ account: Account, now: Int64) throws(StripeError) {
        if let customer = form.given("customer") { _ = try account.find(.customer, customer, param: "customer") }
        if let end = form.integer("expires_at") { try checkExpiry(end, now: now) }
        _ = try Discounts.check(form["discounts"], customer: form.given("customer"), account)
        let days = form.map("invoice_settings")?.integer("days_until_due")
        try AmountLimits.check(days, 0...3_650, param: "invoice_settings[days_until_due]")
        try AmountLimits.check(
            form.map("subscription_data")?.integer("trial_period_days"), 0...730,
            param: "subscription_data[trial_period_days]")
    }

    private static func checkExpiry(_ end: Int64, now: Int64) throws(StripeError) {
        guard end > now, end <= now + 5 * 366 * CivilTime.secondsPerDay else {
            throw .invalid("`expires_at` must be in the future.", param: "expires_at")
        }
    }

    /// Items, discounts and taxes, and what they come to.
    private static func take(
        _ form: FormMap, into quote: inout JSONObject, _ record: inout SaleRecord, _ call: Call,
        _ account: inout Account
    ) throws(StripeError) {
        let rates = try TaxRates.resolve(form["default_tax_rates"], param: "default_tax_rates", account)
        try LineItems.add(
            form["line_items"]?.list ?? [], to: &record, mode: nil, defaultRates: form["default_tax_rates"], call,
            &account)
        let currency = record.items.first?["currency"]?.stringValue
        quote.set("currency", currency)
        quote["default_tax_rates"] = .array(rates.compactMap { $0["id"] })
        quote["invoice_settings"] = [
            "days_until_due": JSONValue(form.map("invoice_settings")?.integer("days_until_due")),
            "issuer": ["type": "self"],
        ]
        let data = form.map("subscription_data")
        quote["subscription_data"] = [
            "billing_mode": ["type": "classic"], "description": JSONValue(data?.given("description")),
            "effective_date": JSONValue(data?.integer("effective_date")),
            "metadata": .object(try Metadata.merge(data?["metadata"])),
            "trial_period_days": JSONValue(data?.integer("trial_period_days")),
        ]
        let discounts = applied(form["discounts"], currency ?? "usd", account)
        var upfront = record
        let totals = SaleTotals.compute(&upfront, discounts: discounts, account)
        record.items = upfront.items
        quote.set("amount_subtotal", totals.lines.reduce(Int64(0)) { AmountLimits.clamped($0 + $1.amount) })
        quote.set("amount_total", totals.total)
        quote.set("total_details", SaleTotals.details(totals))
        quote["computed"] = [
            "recurring": recurring(record, discounts, account), "upfront": summary(totals),
        ]
    }

    private static func applied(_ given: FormValue?, _ currency: String, _ account: Account) -> [AppliedDiscount] {
        (given?.list ?? []).compactMap { value in
            let code = value.map?.given("promotion_code")
            let coupon =
                value.map?.given("coupon")
                ?? code.flatMap {
                    account.store.object(.promotionCode, id: $0)?.tree["promotion"]?["coupon"]?.stringValue
                }
            guard let coupon, let terms = Coupons.terms(coupon, account) else { return nil }
            return AppliedDiscount(id: coupon, coupon: terms, currency: currency)
        }
    }

    private static func summary(_ totals: InvoiceTotals) -> JSONValue {
        [
            "amount_subtotal": .integer(totals.lines.reduce(Int64(0)) { AmountLimits.clamped($0 + $1.amount) }),
            "amount_total": .integer(totals.total), "total_details": .object(SaleTotals.details(totals)),
        ]
    }

    /// What comes again with each period, once a trial is over.
    private static func recurring(_ original: SaleRecord, _ discounts: [AppliedDiscount], _ account: Account)
        -> JSONValue
    {
        var record = original
        record.items = record.items.filter(LineItems.isRecurring)
        record.form["subscription_data"] = nil
        guard let interval = record.items.first?["price"]?["recurring"]?.objectValue else { return .null }
        let lasting = discounts.filter { Coupons.terms($0.id, account)?.text("duration") != "once" }
        guard case .object(var sums) = summary(SaleTotals.compute(&record, discounts: lasting, account)) else {
            return .null
        }
        sums["interval"] = interval["interval"] ?? .null
        sums["interval_count"] = interval["interval_count"] ?? 1
        return .object(sums)
    }
}

extension FormMap {
    /// The fields with those of another form in place of their namesakes.
    func overlaid(by other: FormMap) -> FormMap {
        var result = self
        for field in other.fields where field.name != "expand" { result[field.name] = field.value }
        return result
    }

    func without(_ name: String) -> FormMap {
        var result = self
        result[name] = nil
        return result
    }
}
