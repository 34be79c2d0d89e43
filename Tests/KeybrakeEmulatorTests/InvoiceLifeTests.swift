import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct InvoiceLifeTests {
    private static let day = CivilTime.secondsPerDay
    private static let customer = "cus_test_fixture"

    private func draft(_ bench: Bench, _ amount: Int = 2_000, _ rest: String = "") -> Bench.Answer {
        _ = bench.post("/v1/invoiceitems", "customer=\(Self.customer)&amount=\(amount)&currency=usd")
        return bench.post(
            "/v1/invoices", "customer=\(Self.customer)&pending_invoice_items_behavior=include&\(rest)")
    }

    private func events(_ bench: Bench, _ type: String) -> Int {
        bench.get("/v1/events", "type=\(type)&limit=100").ids.count
    }

    @Test func `a finalised invoice waits for one payment, whoever makes it`() {
        let bench = Bench()
        let id = draft(bench).id
        let open = bench.post("/v1/invoices/\(id)/finalize", "expand[]=payments")
        #expect(ShapeFit.misfits(open.body, .resource("invoice")) == [])
        let payment = open["payments"]?["data"]?.arrayValue?.first
        #expect(payment?["status"] == "open")
        #expect(payment?["is_default"] == true)
        let intent = payment?["payment"]?["payment_intent"]?.stringValue ?? ""
        let waiting = bench.get("/v1/payment_intents/\(intent)")
        #expect(waiting["amount"] == 2_000)
        #expect(open["confirmation_secret"]?["client_secret"] == waiting["client_secret"])
        #expect(
            bench.post("/v1/payment_intents/\(intent)/confirm", "payment_method=pm_card_chargeDeclined").status == 402)
        #expect(bench.get("/v1/invoices/\(id)")["attempt_count"] == 1)
        #expect(events(bench, "invoice.payment_failed") == 1)
        #expect(bench.post("/v1/payment_intents/\(intent)/confirm", "payment_method=pm_card_visa").status == 200)
        let paid = bench.get("/v1/invoices/\(id)")
        #expect(paid["status"] == "paid")
        #expect(paid["amount_paid"] == 2_000)
        #expect(events(bench, "invoice.paid") == 1)
        #expect(events(bench, "invoice_payment.paid") == 1)
        let listed = bench.get("/v1/invoice_payments", "invoice=\(id)&status=paid")
        #expect(listed.ids.count == 1)
        #expect(ShapeFit.misfits(listed.body["data"]?.arrayValue?.first ?? .null, .resource("invoice_payment")) == [])
        let byIntent = "payment[type]=payment_intent&payment[payment_intent]="
        #expect(bench.get("/v1/invoice_payments", byIntent + intent).ids == listed.ids)
        #expect(bench.get("/v1/invoice_payments", byIntent + "pi_none").ids.isEmpty)
        #expect(bench.get("/v1/charges").ids.count == 2)
    }

    @Test func `a payment that needs its customer says so`() {
        let bench = Bench()
        let id = draft(bench).id
        let method = bench.post(
            "/v1/payment_methods/pm_card_authenticationRequired/attach", "customer=\(Self.customer)"
        ).id
        let refused = bench.post("/v1/invoices/\(id)/pay", "payment_method=\(method)&off_session=false")
        #expect(refused.status == 402)
        #expect(refused.code == "invoice_payment_intent_requires_action")
        #expect(events(bench, "invoice.payment_action_required") == 1)
        #expect(bench.get("/v1/invoices/\(id)")["status"] == "open")
    }

    @Test func `a draft that advances by itself is finalised after an hour and paid`() {
        var bench = Bench()
        let own = draft(bench, 1_500, "auto_advance=true")
        #expect(own["automatically_finalizes_at"] == .integer(bench.now + 3_600))
        let kept = draft(bench, 1_500, "auto_advance=true").id
        _ = bench.post("/v1/invoices/\(kept)", "auto_advance=false")
        bench.now += 3_599
        #expect(bench.get("/v1/invoices/\(own.id)")["status"] == "draft")
        bench.now += 1
        #expect(bench.get("/v1/invoices/\(own.id)")["status"] == "paid")
        #expect(bench.get("/v1/invoices/\(own.id)")["automatically_finalizes_at"] == .null)
        #expect(bench.get("/v1/invoices/\(kept)")["status"] == "draft")
        #expect(bench.post("/v1/invoices/\(kept)/finalize", "auto_advance=true")["status"] == "paid")
    }

    @Test func `an invoice that is sent is due some day, and overdue after it`() {
        var bench = Bench()
        let id = draft(bench, 1_000, "collection_method=send_invoice&days_until_due=7").id
        let sent = bench.post("/v1/invoices/\(id)/send")
        #expect(sent["status"] == "open")
        #expect(sent["due_date"] == .integer(Bench.start + 7 * Self.day))
        #expect(events(bench, "invoice.sent") == 1)
        bench.now += 7 * Self.day - 1
        #expect(events(bench, "invoice.overdue") == 0)
        bench.now += 1
        #expect(events(bench, "invoice.overdue") == 1)
        #expect(draft(bench, 1_000, "days_until_due=7").param == "days_until_due")
    }

    @Test func `what is finalised cannot be changed any more`() {
        let bench = Bench()
        let id = draft(bench).id
        let rate = bench.post("/v1/tax_rates", "display_name=VAT&percentage=10&inclusive=false").id
        let shipping = "shipping_cost[shipping_rate_data]"
        let changed = bench.post(
            "/v1/invoices/\(id)",
            "default_tax_rates[]=\(rate)&description=A&\(shipping)[display_name]=Post"
                + "&\(shipping)[fixed_amount][amount]=500&"
                + "\(shipping)[fixed_amount][currency]=usd")
        #expect(changed["total"] == 2_700)
        #expect(changed["amount_shipping"] == 500)
        #expect(ShapeFit.misfits(changed.body, .resource("invoice")) == [])
        _ = bench.post("/v1/invoices/\(id)/finalize")
        let refused = bench.post("/v1/invoices/\(id)", "default_tax_rates=")
        #expect(refused.code == "invoice_not_editable")
        #expect(refused.param == "default_tax_rates")
        #expect(bench.post("/v1/invoices/\(id)", "metadata[a]=b")["metadata"]?["a"] == "b")
    }

    @Test func `payments made elsewhere can be attached, in part or too much`() {
        let bench = Bench()
        let id = draft(bench, 3_000).id
        _ = bench.post("/v1/invoices/\(id)/finalize")
        let pay = { (amount: Int) in
            bench.post(
                "/v1/payment_intents",
                "amount=\(amount)&currency=usd&customer=\(Self.customer)&payment_method=pm_card_visa&confirm=true"
            ).id
        }
        let first = pay(1_000)
        let partly = bench.post("/v1/invoices/\(id)/attach_payment", "payment_intent=\(first)")
        #expect(partly["amount_paid"] == 1_000)
        #expect(partly["amount_remaining"] == 2_000)
        #expect(partly["status"] == "open")
        #expect(bench.post("/v1/invoices/\(id)/attach_payment", "payment_intent=\(first)").status == 400)
        let whole = bench.post("/v1/invoices/\(id)/attach_payment", "payment_intent=\(pay(2_500))")
        #expect(whole["status"] == "paid")
        #expect(whole["amount_paid"] == 3_000)
        #expect(whole["amount_overpaid"] == 500)
        #expect(bench.get("/v1/customers/\(Self.customer)")["balance"] == -500)
        let yen = bench.post("/v1/payment_intents", "amount=500&currency=jpy").id
        let other = draft(bench).id
        _ = bench.post("/v1/invoices/\(other)/finalize")
        #expect(bench.post("/v1/invoices/\(other)/attach_payment", "payment_intent=\(yen)").param == "payment_intent")
        #expect(bench.post("/v1/invoices/\(other)/attach_payment").param == "payment_intent")
    }

    @Test func `a void invoice gives back what it used and cannot be paid`() {
        let bench = Bench()
        _ = bench.post("/v1/customers/\(Self.customer)", "balance=-800")
        let id = draft(bench).id
        let open = bench.post("/v1/invoices/\(id)/finalize", "expand[]=payments")
        #expect(open["amount_due"] == 1_200)
        #expect(open["starting_balance"] == -800)
        #expect(open["ending_balance"] == 0)
        let payment = open["payments"]?["data"]?.arrayValue?.first?["payment"]
        let intent = payment?["payment_intent"]?.stringValue ?? ""
        _ = bench.post("/v1/invoices/\(id)/void")
        #expect(bench.get("/v1/payment_intents/\(intent)")["status"] == "canceled")
        #expect(bench.get("/v1/payment_intents/\(intent)")["cancellation_reason"] == "void_invoice")
        #expect(bench.get("/v1/customers/\(Self.customer)")["balance"] == -800)
        let types = bench.get("/v1/customers/\(Self.customer)/balance_transactions")["data"]?.arrayValue?
            .compactMap { $0["type"]?.stringValue }
        #expect(types == ["unapplied_from_invoice", "applied_to_invoice", "adjustment"])
    }

    @Test func `a customer's balance is the sum of its transactions`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "balance=100").id
        let path = "/v1/customers/\(customer)/balance_transactions"
        let made = bench.post(path, "amount=-300&currency=usd&description=Sorry&metadata[a]=b")
        #expect(made["ending_balance"] == -200)
        #expect(made["type"] == "adjustment")
        #expect(ShapeFit.misfits(made.body, .resource("customer_balance_transaction")) == [])
        #expect(bench.get("/v1/customers/\(customer)")["balance"] == -200)
        #expect(bench.post("\(path)/\(made.id)", "description=Changed")["description"] == "Changed")
        #expect(bench.get("\(path)/\(made.id)")["metadata"] == ["a": "b"])
        #expect(bench.post(path, "amount=0&currency=usd").param == "amount")
        #expect(bench.post(path, "amount=5&currency=eur").param == "currency")
        #expect(bench.post(path, "amount=9999999999999&currency=usd").status == 400)
        _ = bench.post("/v1/customers/\(customer)", "balance=50")
        let amounts = bench.get(path)["data"]?.arrayValue?.compactMap { $0["amount"]?.integerValue } ?? []
        #expect(amounts == [250, -300, 100])
        let other = bench.post("/v1/customers").id
        #expect(bench.get("/v1/customers/\(other)/balance_transactions/\(made.id)").status == 404)
    }

    @Test func `lines are added, changed and removed, all or none`() {
        let bench = Bench()
        let id = bench.post("/v1/invoices", "customer=\(Self.customer)").id
        let price = bench.post("/v1/prices", "currency=usd&unit_amount=250&product_data[name]=A").id
        let added = bench.post(
            "/v1/invoices/\(id)/add_lines",
            "lines[0][pricing][price]=\(price)&lines[0][quantity]=4&lines[1][amount]=500&lines[1][description]=B"
                + "&lines[1][tax_amounts][0][amount]=45&lines[1][tax_amounts][0][taxable_amount]=500"
                + "&lines[1][tax_amounts][0][tax_rate_data][display_name]=T"
                + "&lines[1][tax_amounts][0][tax_rate_data][percentage]=9"
                + "&lines[1][tax_amounts][0][tax_rate_data][inclusive]=false&invoice_metadata[a]=b")
        #expect(added["total"] == 1_545)
        #expect(added["metadata"]?["a"] == "b")
        #expect(ShapeFit.misfits(added.body, .resource("invoice")) == [])
        let lines = added["lines"]?["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
        #expect(bench.get("/v1/invoices/\(id)/lines", "limit=1").ids == [lines[0]])
        let one = bench.post("/v1/invoices/\(id)/lines/\(lines[0])", "quantity=2&description=Less")
        #expect(one["amount"] == 500)
        #expect(bench.get("/v1/invoices/\(id)")["total"] == 1_045)
        let refused = bench.post(
            "/v1/invoices/\(id)/update_lines", "lines[0][id]=\(lines[0])&lines[0][quantity]=9&lines[1][id]=il_none")
        #expect(refused.param == "lines[1][id]")
        #expect(bench.get("/v1/invoices/\(id)")["total"] == 1_045)
        let both = bench.post(
            "/v1/invoices/\(id)/update_lines",
            "lines[0][id]=\(lines[0])&lines[0][quantity]=3&lines[1][id]=\(lines[1])&lines[1][tax_amounts]=")
        #expect(both["total"] == 1_250)
        let left = bench.post(
            "/v1/invoices/\(id)/remove_lines",
            "lines[0][id]=\(lines[0])&lines[0][behavior]=unassign&lines[1][id]=\(lines[1])&lines[1][behavior]=delete")
        #expect(left["total"] == 0)
        let waiting = bench.get("/v1/invoiceitems", "pending=true").ids
        #expect(waiting.count == 1)
        #expect(bench.get("/v1/invoiceitems").ids.count == 1)
        let again = bench.post("/v1/invoices/\(id)/add_lines", "lines[0][invoice_item]=\(waiting[0])")
        #expect(again["total"] == 750)
        #expect(
            bench.post("/v1/invoices/\(id)/add_lines", "lines[0][invoice_item]=\(waiting[0])").param
                == "lines[0][invoice_item]")
        _ = bench.post("/v1/invoices/\(id)/finalize")
        #expect(bench.post("/v1/invoices/\(id)/remove_lines", "lines[0][id]=x&lines[0][behavior]=delete").status == 400)
    }

    @Test func `a preview tells what would be billed and leaves no trace`() {
        let bench = Bench()
        let price = bench.post(
            "/v1/prices", "currency=usd&unit_amount=1000&recurring[interval]=month&product_data[name]=Plan"
        ).id
        let coupon = bench.post("/v1/coupons", "percent_off=20&duration=forever").id
        let before = bench.get("/v1/events", "limit=100").ids.count
        let fresh = bench.post(
            "/v1/invoices/create_preview",
            "customer=\(Self.customer)&subscription_details[items][0][price]=\(price)"
                + "&subscription_details[items][0][quantity]=2&discounts[0][coupon]=\(coupon)"
                + "&invoice_items[0][amount]=300&invoice_items[0][currency]=usd")
        #expect(fresh["status"] == "draft")
        #expect(fresh["subtotal"] == 2_300)
        #expect(fresh["total"] == 1_840)
        #expect(fresh.id.hasPrefix("upcoming_in_"))
        #expect(ShapeFit.misfits(fresh.body, .resource("invoice")) == [])
        #expect(bench.get("/v1/coupons/\(coupon)")["times_redeemed"] == 0)
        #expect(bench.get("/v1/invoices").ids.isEmpty)
        #expect(bench.get("/v1/events", "limit=100").ids.count == before)
        let subscription = bench.post(
            "/v1/subscriptions", "customer=\(Self.customer)&items[0][price]=\(price)&items[0][quantity]=3"
        ).id
        #expect(bench.post("/v1/invoices/create_preview", "subscription=\(subscription)")["total"] == 3_000)
        let discounted = "subscription=\(subscription)&discounts[0][coupon]=\(coupon)"
        #expect(bench.post("/v1/invoices/create_preview", discounted)["total"] == 2_400)
        let ending = bench.post(
            "/v1/invoices/create_preview",
            "subscription=\(subscription)&subscription_details[cancel_at_period_end]=true")
        #expect(ending.status == 404)
        #expect(ending.code == "invoice_upcoming_none")
        #expect(bench.post("/v1/invoices/create_preview", "customer=\(Self.customer)").status == 404)
        #expect(bench.post("/v1/invoices/create_preview").param == "customer")
        let anonymous = bench.post(
            "/v1/invoices/create_preview",
            "customer_details[tax_exempt]=none&invoice_items[0][unit_amount]=400&invoice_items[0][quantity]=2"
                + "&invoice_items[0][currency]=usd&currency=usd")
        #expect(anonymous["total"] == 800)
        let wrong = "customer=\(Self.customer)&invoice_items[0][price]=price_none"
        #expect(bench.post("/v1/invoices/create_preview", wrong).param == "invoice_items[0][pricing][price]")
    }

    @Test func `shipping rates cost what they say`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/shipping_rates",
            "display_name=Ground&type=fixed_amount&fixed_amount[amount]=500&fixed_amount[currency]=USD"
                + "&fixed_amount[currency_options][eur][amount]=450&delivery_estimate[minimum][unit]=business_day"
                + "&delivery_estimate[minimum][value]=5")
        #expect(made["fixed_amount"]?["currency"] == "usd")
        #expect(made["active"] == true)
        #expect(ShapeFit.misfits(made.body, .resource("shipping_rate")) == [])
        #expect(bench.post("/v1/shipping_rates", "display_name=A").param == "fixed_amount")
        #expect(
            bench.post("/v1/shipping_rates", "display_name=A&fixed_amount[amount]=-1&fixed_amount[currency]=usd").status
                == 400)
        let draft = { (currency: String) in
            bench.post(
                "/v1/invoices",
                "customer=\(Self.customer)&currency=\(currency)&shipping_cost[shipping_rate]=\(made.id)")
        }
        #expect(draft("eur")["total"] == 450)
        #expect(draft("gbp").param == "shipping_cost[shipping_rate]")
    }
}
