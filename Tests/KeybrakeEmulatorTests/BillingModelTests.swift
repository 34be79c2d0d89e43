import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Random billing, after which every sum must tie.
@Suite struct BillingModelTests {
    /// What the runs choose from.
    private struct Catalog {
        var customers: [String] = []
        var coupons: [String] = []
        var rates: [String] = []
        var prices: [String] = []
        var plans: [String] = []
    }

    @Test(arguments: 0..<4) func `random billing keeps every sum together`(_: Int) {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var bench = Bench()
        let catalog = stock(bench, &dice)
        for step in 0..<80 {
            let note = Comment("seed \(seed), step \(step)")
            act(&bench, catalog, &dice, note)
            if step % 40 == 39 { check(bench, catalog, note) }
        }
        check(bench, catalog, Comment("seed \(seed)"))
    }

    private func stock(_ bench: Bench, _ dice: inout Dice) -> Catalog {
        var catalog = Catalog()
        for _ in 0..<3 { catalog.customers.append(bench.post("/v1/customers", "source=tok_visa").id) }
        for form in [
            "percent_off=33.33&duration=forever", "amount_off=777&currency=usd&duration=forever",
            "percent_off=10&duration=once", "percent_off=100&duration=repeating&duration_in_months=2",
        ] { catalog.coupons.append(bench.post("/v1/coupons", form).id) }
        for (percentage, inclusive) in [("20", false), ("7.7", true), ("8.8750", false), ("5.5", true)] {
            catalog.rates.append(
                bench.post("/v1/tax_rates", "display_name=T&percentage=\(percentage)&inclusive=\(inclusive)").id)
        }
        for amount in [333, 1_999, 50] {
            catalog.prices.append(
                bench.post("/v1/prices", "currency=usd&unit_amount=\(amount)&product_data[name]=P").id)
            catalog.plans.append(
                bench.post(
                    "/v1/prices",
                    "currency=usd&unit_amount=\(amount)&recurring[interval]=month&product_data[name]=P"
                ).id)
        }
        return catalog
    }

    private func act(_ bench: inout Bench, _ catalog: Catalog, _ dice: inout Dice, _ note: Comment) {
        let customer = catalog.customers.randomElement(using: &dice) ?? ""
        switch Int.random(in: 0..<14, using: &dice) {
        case 0...3: bill(bench, customer, catalog, &dice)
        case 4: subscribe(bench, customer, catalog, &dice)
        case 5: bench.now += Int64.random(in: 0...40 * CivilTime.secondsPerDay, using: &dice)
        case 6:
            let amount = Int.random(in: -1_500...1_500, using: &dice)
            _ = bench.post("/v1/customers/\(customer)/balance_transactions", "amount=\(amount)&currency=usd")
        case 7...9: credit(bench, &dice, note)
        case 10: finish(bench, "void", &dice)
        case 11: finish(bench, "mark_uncollectible", &dice)
        case 12: finish(bench, "pay", &dice)
        default: attach(bench, customer, &dice)
        }
    }

    private func bill(_ bench: Bench, _ customer: String, _ catalog: Catalog, _ dice: inout Dice) {
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            var form = "customer=\(customer)"
            if Bool.random(using: &dice), let price = catalog.prices.randomElement(using: &dice) {
                form += "&pricing[price]=\(price)&quantity=\(Int.random(in: 1...7, using: &dice))"
            } else {
                form += "&currency=usd&amount=\(Int.random(in: -900...4_000, using: &dice))"
            }
            form += some("tax_rates[]", catalog.rates, &dice) + some("discounts[0][coupon]", catalog.coupons, &dice)
            _ = bench.post("/v1/invoiceitems", form)
        }
        var form =
            "customer=\(customer)&pending_invoice_items_behavior=include&currency=usd"
            + some("default_tax_rates[]", catalog.rates, &dice)
        for index in 0..<Int.random(in: 0...2, using: &dice) {
            form += "&discounts[\(index)][coupon]=\(catalog.coupons.randomElement(using: &dice) ?? "")"
        }
        if Bool.random(using: &dice) { form += "&auto_advance=true" }
        let id = bench.post("/v1/invoices", form).id
        guard Int.random(in: 0..<4, using: &dice) > 0 else { return }
        _ = bench.post("/v1/invoices/\(id)/finalize")
        if Bool.random(using: &dice) { _ = bench.post("/v1/invoices/\(id)/pay") }
    }

    private func subscribe(_ bench: Bench, _ customer: String, _ catalog: Catalog, _ dice: inout Dice) {
        let plan = catalog.plans.randomElement(using: &dice) ?? ""
        _ = bench.post(
            "/v1/subscriptions",
            "customer=\(customer)&items[0][price]=\(plan)&items[0][quantity]=\(Int.random(in: 1...3, using: &dice))"
                + some("items[0][tax_rates][]", catalog.rates, &dice)
                + some("discounts[0][coupon]", catalog.coupons, &dice))
    }

    private func credit(_ bench: Bench, _ dice: inout Dice, _ note: Comment) {
        guard let invoice = anyInvoice(bench, &dice) else { return }
        let id = invoice["id"]?.stringValue ?? ""
        let lines = invoice["lines"]?["data"]?.arrayValue ?? []
        var form = "invoice=\(id)"
        if Bool.random(using: &dice), let line = lines.randomElement(using: &dice) {
            let amount = Int64.random(in: 1...max(1, line["amount"]?.integerValue ?? 1), using: &dice)
            form +=
                "&lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=\(line["id"]?.stringValue ?? "")"
                + "&lines[0][amount]=\(amount)"
        } else {
            form += "&amount=\(Int64.random(in: 1...3_000, using: &dice))"
        }
        // How much of it has been paid already is only known to who computes it; so the refusal is asked first.
        let refused = bench.post("/v1/credit_notes", form)
        guard refused.status == 400 else { return }
        let preview = bench.get("/v1/credit_notes/preview", form + "&credit_amount=0")
        #expect(preview.status == 400, note)
        let left = max(1, invoice["total"]?.integerValue ?? 1)
        let amount = Int64.random(in: 1...left, using: &dice)
        let part = max(0, amount - (invoice["amount_remaining"]?.integerValue ?? 0))
        _ = bench.post("/v1/credit_notes", "invoice=\(id)&amount=\(amount)&credit_amount=\(part)")
    }

    private func finish(_ bench: Bench, _ verb: String, _ dice: inout Dice) {
        guard let invoice = anyInvoice(bench, &dice) else { return }
        _ = bench.post("/v1/invoices/\(invoice["id"]?.stringValue ?? "")/\(verb)")
    }

    private func attach(_ bench: Bench, _ customer: String, _ dice: inout Dice) {
        guard let invoice = anyInvoice(bench, &dice) else { return }
        let amount = Int.random(in: 50...2_500, using: &dice)
        let intent = bench.post(
            "/v1/payment_intents", "amount=\(amount)&currency=usd&payment_method=pm_card_visa&confirm=true")
        _ = bench.post(
            "/v1/invoices/\(invoice["id"]?.stringValue ?? "")/attach_payment", "payment_intent=\(intent.id)")
    }

    private func anyInvoice(_ bench: Bench, _ dice: inout Dice) -> JSONValue? {
        bench.get("/v1/invoices", "limit=40")["data"]?.arrayValue?.randomElement(using: &dice)
    }

    private func some(_ name: String, _ ids: [String], _ dice: inout Dice) -> String {
        guard Bool.random(using: &dice), let id = ids.randomElement(using: &dice) else { return "" }
        return "&\(name)=\(id)"
    }

    // MARK: Ties

    private func check(_ bench: Bench, _ catalog: Catalog, _ note: Comment) {
        let invoices = everything(bench, "/v1/invoices")
        let notes = everything(bench, "/v1/credit_notes").filter { $0["status"] == "issued" }
        for invoice in invoices {
            checkTotals(invoice, note)
            checkDue(invoice, notes.filter { $0["invoice"] == invoice["id"] }, note)
        }
        for customer in catalog.customers {
            let sum = everything(bench, "/v1/customers/\(customer)/balance_transactions")
                .reduce(0) { $0 + number($1, "amount") }
            #expect(bench.get("/v1/customers/\(customer)")["balance"] == .integer(sum), note)
        }
        let transactions = everything(bench, "/v1/balance_transactions")
        let net = transactions.reduce(0) { $0 + number($1, "net") }
        let balance = bench.get("/v1/balance")
        let held = ["available", "pending"].reduce(Int64(0)) { sum, part in
            sum + (balance[part]?.arrayValue ?? []).reduce(0) { $0 + number($1, "amount") }
        }
        #expect(held == net, note)
        let paid = everything(bench, "/v1/charges").filter { $0["status"] == "succeeded" }
        let refunded = everything(bench, "/v1/refunds").reduce(0) { $0 + number($1, "amount") }
        let gross = transactions.reduce(0) { $0 + number($1, "amount") }
        #expect(gross == paid.reduce(-refunded) { $0 + number($1, "amount_captured") }, note)
    }

    /// Lines − discounts + taxes on top = total, on every line and in the whole.
    private func checkTotals(_ invoice: JSONValue, _ note: Comment) {
        let lines = invoice["lines"]?["data"]?.arrayValue ?? []
        let amounts = lines.reduce(0) { $0 + number($1, "amount") }
        let discounts = sum(invoice, "total_discount_amounts")
        #expect(discounts == lines.reduce(0) { $0 + sum($1, "discount_amounts") }, note)
        let exclusive = taxes(invoice, "total_taxes", "exclusive")
        #expect(exclusive == lines.reduce(0) { $0 + taxes($1, "taxes", "exclusive") }, note)
        #expect(number(invoice, "total") == amounts - discounts + exclusive, note)
        let inclusive = taxes(invoice, "total_taxes", "inclusive")
        #expect(number(invoice, "total_excluding_tax") == amounts - discounts - inclusive, note)
        for line in lines where number(line, "amount") >= 0 {
            #expect((0...number(line, "amount")).contains(sum(line, "discount_amounts")), note)
        }
    }

    private func checkDue(_ invoice: JSONValue, _ notes: [JSONValue], _ note: Comment) {
        guard invoice["status"] != "draft" else { return }
        let before = notes.reduce(0) { $0 + number($1, "pre_payment_amount") }
        let after = notes.reduce(0) { $0 + number($1, "post_payment_amount") }
        #expect(number(invoice, "pre_payment_credit_notes_amount") == before, note)
        #expect(number(invoice, "post_payment_credit_notes_amount") == after, note)
        #expect(before + after <= max(0, number(invoice, "total")), note)
        let applied = number(invoice, "ending_balance") - number(invoice, "starting_balance")
        #expect(number(invoice, "amount_due") == number(invoice, "total") - applied - before, note)
        #expect(number(invoice, "amount_due") >= 0, note)
        #expect(
            number(invoice, "amount_remaining") == number(invoice, "amount_due") - number(invoice, "amount_paid"), note)
        #expect((invoice["status"] == "paid") == (number(invoice, "amount_remaining") == 0), note)
    }

    private func number(_ value: JSONValue, _ name: String) -> Int64 { value[name]?.integerValue ?? 0 }

    private func sum(_ value: JSONValue, _ list: String) -> Int64 {
        (value[list]?.arrayValue ?? []).reduce(0) { $0 + number($1, "amount") }
    }

    private func taxes(_ value: JSONValue, _ list: String, _ behavior: String) -> Int64 {
        (value[list]?.arrayValue ?? []).filter { $0["tax_behavior"]?.stringValue == behavior }
            .reduce(0) { $0 + number($1, "amount") }
    }

    private func everything(_ bench: Bench, _ path: String) -> [JSONValue] {
        var found: [JSONValue] = []
        while true {
            let cursor = found.last?["id"]?.stringValue.map { "&starting_after=\($0)" } ?? ""
            let page = bench.get(path, "limit=100\(cursor)")
            found += page["data"]?.arrayValue ?? []
            guard page["has_more"] == true else { return found }
        }
    }
}
