import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SubscriptionTests {
    private static let day = CivilTime.secondsPerDay

    private func price(_ bench: Bench, _ amount: Int = 1_000, _ interval: String = "month") -> String {
        bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=\(amount)&recurring[interval]=\(interval)&product_data[name]=Plan"
        ).id
    }

    private func subscribe(_ bench: Bench, _ rest: String = "", amount: Int = 1_000) -> Bench.Answer {
        bench.post(
            "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price(bench, amount))&\(rest)")
    }

    private func status(_ bench: Bench, _ id: String) -> String {
        bench.get("/v1/subscriptions/\(id)")["status"]?.stringValue ?? ""
    }

    @Test func `a subscription is paid at once and renews`() {
        var bench = Bench()
        let made = subscribe(bench, "items[0][quantity]=3&metadata[a]=b&expand[]=latest_invoice")
        #expect(made["status"] == "active")
        #expect(made["latest_invoice"]?["amount_paid"] == 3_000)
        #expect(made["items"]?["data"]?.arrayValue?.first?["quantity"] == 3)
        let plain = bench.get("/v1/subscriptions/\(made.id)")
        #expect(ShapeFit.misfits(plain.body, .resource("subscription")) == [])
        #expect(bench.get("/v1/subscription_items", "subscription=\(made.id)").ids.count == 1)
        bench.now += 62 * Self.day
        #expect(status(bench, made.id) == "active")
        let invoices = bench.get("/v1/invoices", "subscription=\(made.id)")
        #expect(invoices.ids.count == 3)
        #expect(invoices["data"]?.arrayValue?.allSatisfy { $0["status"] == "paid" } == true)
        for invoice in invoices["data"]?.arrayValue ?? [] {
            #expect(ShapeFit.misfits(invoice, .resource("invoice")) == [])
        }
        #expect(bench.get("/v1/charges", "customer=cus_test_fixture").ids.count == 3)
    }

    @Test func `a trial costs nothing until it ends`() {
        var bench = Bench()
        let made = subscribe(bench, "trial_period_days=14")
        #expect(made["status"] == "trialing")
        #expect(made["trial_end"] == .integer(bench.now + 14 * Self.day))
        #expect(bench.get("/v1/charges").ids.isEmpty)
        bench.now += 14 * Self.day
        #expect(status(bench, made.id) == "active")
        #expect(bench.get("/v1/charges").ids.isEmpty)
        bench.now += Invoices.draftSeconds
        #expect(bench.get("/v1/charges").ids.count == 1)
    }

    @Test func `a first payment that fails leaves it incomplete, until it is paid or too late`() {
        var bench = Bench()
        let method = bench.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=cus_test_fixture").id
        let made = subscribe(bench, "default_payment_method=\(method)")
        #expect(made["status"] == "incomplete")
        let invoice = made["latest_invoice"]?.stringValue ?? ""
        let card = bench.get("/v1/customers/cus_test_fixture")["default_source"]?.stringValue ?? ""
        #expect(bench.post("/v1/invoices/\(invoice)/pay", "source=\(card)")["status"] == "paid")
        #expect(status(bench, made.id) == "active")
        let late = subscribe(bench, "default_payment_method=\(method)")
        bench.now += Subscriptions.incompleteSeconds
        #expect(status(bench, late.id) == "incomplete_expired")
        let strict = subscribe(bench, "default_payment_method=\(method)&payment_behavior=error_if_incomplete")
        #expect(strict.status == 402)
        let lazy = subscribe(bench, "payment_behavior=default_incomplete")
        #expect(lazy["status"] == "incomplete")
    }

    @Test func `a renewal that fails is tried again, and then the subscription ends`() {
        var bench = Bench()
        let made = subscribe(bench)
        let method = bench.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=cus_test_fixture").id
        _ = bench.post("/v1/subscriptions/\(made.id)", "default_payment_method=\(method)")
        bench.now += 31 * Self.day + Invoices.draftSeconds
        #expect(status(bench, made.id) == "past_due")
        bench.now += 9 * Self.day
        #expect(status(bench, made.id) == "past_due")
        bench.now += 7 * Self.day
        #expect(status(bench, made.id) == "canceled")
        #expect(bench.get("/v1/events", "type=invoice.payment_failed").ids.count == 4)
        #expect(bench.get("/v1/subscriptions").ids.isEmpty)
        #expect(bench.get("/v1/subscriptions", "status=all").ids == [made.id])
    }

    @Test func `it ends at once, or with its period`() {
        var bench = Bench()
        let first = subscribe(bench)
        #expect(bench.delete("/v1/subscriptions/\(first.id)")["status"] == "canceled")
        #expect(bench.delete("/v1/subscriptions/\(first.id)").status == 404)
        let second = subscribe(bench)
        let ending = bench.post("/v1/subscriptions/\(second.id)", "cancel_at_period_end=true")
        #expect(ending["cancel_at_period_end"] == true)
        #expect(ending["status"] == "active")
        bench.now += 31 * Self.day
        #expect(status(bench, second.id) == "canceled")
        #expect(bench.get("/v1/charges").ids.count == 2)
    }

    @Test func `an upgrade in the middle of a period is prorated`() {
        var bench = Bench()
        let made = subscribe(bench, amount: 3_000)
        let item = made["items"]?["data"]?.arrayValue?.first
        let start = item?["current_period_start"]?.integerValue ?? 0
        let end = item?["current_period_end"]?.integerValue ?? 0
        bench.now += (end - start) / 2
        let dearer = price(bench, 6_000)
        let id = item?["id"]?.stringValue ?? ""
        let changed = bench.post("/v1/subscriptions/\(made.id)", "items[0][id]=\(id)&items[0][price]=\(dearer)")
        #expect(changed["items"]?["data"]?.arrayValue?.first?["price"]?["unit_amount"] == 6_000)
        let amounts = bench.get("/v1/invoiceitems")["data"]?.arrayValue?.compactMap { $0["amount"]?.integerValue }
        #expect(amounts == [3_000, -1_500])
        bench.now = end
        let draft = bench.get("/v1/invoices", "subscription=\(made.id)&limit=1")["data"]?.arrayValue?.first
        #expect(draft?["status"] == "draft")
        #expect(draft?["automatically_finalizes_at"] == .integer(end + Invoices.draftSeconds))
        bench.now += Invoices.draftSeconds
        let invoice = bench.get("/v1/invoices", "subscription=\(made.id)&limit=1")["data"]?.arrayValue?.first
        #expect(invoice?["total"] == 7_500)
        #expect(invoice?["status"] == "paid")
    }

    @Test func `items are added, changed and removed one by one`() {
        let bench = Bench()
        let made = subscribe(bench)
        let added = bench.post(
            "/v1/subscription_items", "subscription=\(made.id)&price=\(price(bench, 500))&quantity=2&metadata[a]=b")
        #expect(added["quantity"] == 2)
        #expect(ShapeFit.misfits(added.body, .resource("subscription_item")) == [])
        #expect(bench.get("/v1/subscription_items", "subscription=\(made.id)").ids.count == 2)
        #expect(bench.post("/v1/subscription_items/\(added.id)", "quantity=5")["quantity"] == 5)
        let items = bench.get("/v1/subscriptions/\(made.id)")["items"]?["data"]?.arrayValue
        #expect(items?.last?["quantity"] == 5)
        #expect(items?.last?["metadata"] == ["a": "b"])
        #expect(bench.delete("/v1/subscription_items/\(added.id)").body["deleted"] == true)
        #expect(bench.get("/v1/subscription_items", "subscription=\(made.id)").ids.count == 1)
        let last = items?.first?["id"]?.stringValue ?? ""
        #expect(bench.delete("/v1/subscription_items/\(last)").status == 400)
        #expect(bench.post("/v1/subscription_items/si_none", "quantity=5").status == 404)
    }

    @Test func `nobody subscribes without a way to pay`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers").id
        let refused = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench))")
        #expect(refused.status == 400)
        #expect(refused.code == "resource_missing")
        let billed = bench.post(
            "/v1/subscriptions",
            "customer=\(customer)&items[0][price]=\(price(bench))&collection_method=send_invoice&days_until_due=7")
        #expect(billed["status"] == "active")
        #expect(bench.post("/v1/subscriptions", "customer=\(customer)").param == "items")
        let once = bench.post("/v1/prices", "currency=usd&unit_amount=5&product_data[name]=A").id
        #expect(
            bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(once)").param == "items[0][price]")
    }
}
