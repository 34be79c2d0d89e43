import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SubscriptionChangeTests {
    private typealias Shop = SubscriptionShop

    @Test func `prorations are items that wait for the renewal`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        // Ten of January's and February's thirty-one days are over.
        shop.bench.now += 10 * Shop.day
        let id = shop.itemID(made)
        let changed = shop.update(made.id, "items[0][id]=\(id)&items[0][price]=\(shop.price(6_200, name: "Ruby"))")
        #expect(shop.itemID(changed) == id)
        let waiting = shop.pending()
        #expect(waiting.compactMap { $0["amount"]?.integerValue } == [4_200, -2_100])
        #expect(waiting.last?["description"] == "Unused time on Gold after 25 Jan 2027")
        #expect(waiting.first?["description"] == "Remaining time on Ruby after 25 Jan 2027")
        #expect(waiting.allSatisfy { $0["proration"] == true })
        for item in waiting { #expect(ShapeFit.misfits(item, .resource("invoiceitem")) == []) }
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        #expect(shop.lines(shop.invoices(made.id).first).sorted() == [-2_100, 4_200, 6_200])
        #expect(shop.invoices(made.id).first?["amount_paid"] == 8_300)
        #expect(shop.pending().isEmpty)
    }

    @Test func `always_invoice bills prorations at once, none bills nothing`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 10 * Shop.day
        let dear = shop.price(6_200)
        let billed = shop.update(
            made.id, "items[0][id]=\(shop.itemID(made))&items[0][price]=\(dear)&proration_behavior=always_invoice")
        #expect(billed.status == 200)
        let invoice = shop.invoices(made.id).first
        #expect(invoice?["billing_reason"] == "subscription_update")
        #expect(invoice?["total"] == 2_100)
        #expect(invoice?["status"] == "paid")
        #expect(shop.get(made.id)["latest_invoice"] == invoice?["id"])
        _ = shop.update(made.id, "items[0][id]=\(shop.itemID(made))&items[0][quantity]=5&proration_behavior=none")
        #expect(shop.pending().isEmpty)
        #expect(shop.invoices(made.id).count == 2)
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        #expect(shop.invoices(made.id).first?["total"] == 31_000)
    }

    @Test func `a downgrade leaves a credit on the customer's balance`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(6_200))
        shop.bench.now += 10 * Shop.day
        _ = shop.update(
            made.id,
            "items[0][id]=\(shop.itemID(made))&items[0][price]=\(shop.price(3_100))&proration_behavior=always_invoice")
        #expect(shop.invoices(made.id).first?["total"] == -2_100)
        #expect(shop.invoices(made.id).first?["status"] == "paid")
        #expect(shop.bench.get("/v1/customers/cus_test_fixture")["balance"] == -2_100)
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        #expect(shop.invoices(made.id).first?["amount_paid"] == 1_000)
    }

    @Test func `another interval moves the billing day to now`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 10 * Shop.day
        let yearly = shop.update(
            made.id, "items[0][id]=\(shop.itemID(made))&items[0][price]=\(shop.price(36_500, "year"))")
        #expect(yearly["billing_cycle_anchor"] == .integer(shop.bench.now))
        #expect(shop.item(yearly)["current_period_end"] == .integer(Shop.time(2028, 1, 25)))
        #expect(shop.lines(shop.invoices(made.id).first).sorted() == [-2_100, 36_500])
        #expect(shop.invoices(made.id).first?["amount_paid"] == 34_400)
        shop.bench.now = Shop.time(2027, 6, 1)
        #expect(shop.invoices(made.id).count == 2)
    }

    @Test func `the anchor moves on demand, and proration dates are taken`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 20 * Shop.day
        let moved = shop.update(
            made.id, "billing_cycle_anchor=now&proration_date=\(Shop.start + 10 * Shop.day)")
        #expect(shop.item(moved)["current_period_start"] == .integer(shop.bench.now))
        #expect(shop.lines(shop.invoices(made.id).first).sorted() == [-2_100, 3_100])
        let outside = shop.update(made.id, "billing_cycle_anchor=now&proration_date=\(Shop.start)")
        #expect(outside.param == "proration_date")
        let kept = shop.update(made.id, "billing_cycle_anchor=unchanged")
        #expect(kept["billing_cycle_anchor"] == moved["billing_cycle_anchor"])
    }

    @Test func `items come and go, each with its own proration`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 10 * Shop.day
        let ruby = shop.price(310, name: "Ruby")
        let two = shop.update(made.id, "items[0][price]=\(ruby)&items[0][quantity]=2")
        #expect(two["items"]?["data"]?.arrayValue?.count == 2)
        #expect(shop.pending().compactMap { $0["amount"]?.integerValue } == [420])
        let three = shop.bench.post("/v1/subscription_items/\(shop.itemID(two, 1))", "quantity=3")
        #expect(three["quantity"] == 3)
        #expect(shop.pending().compactMap { $0["amount"]?.integerValue } == [630, -420, 420])
        #expect(shop.pending().first?["description"] == "Remaining time on 3 × Ruby after 25 Jan 2027")
        _ = shop.update(made.id, "items[0][id]=\(shop.itemID(two, 1))&items[0][deleted]=true")
        #expect(shop.pending().compactMap { $0["amount"]?.integerValue }.reduce(0, +) == 0)
        #expect(shop.update(made.id, "items[0][price]=\(shop.price(5, "month"))&items[1][id]=si_none").status == 400)
        let same = shop.item(made)["price"]?["id"]?.stringValue ?? ""
        #expect(shop.update(made.id, "items[0][price]=\(same)").message?.contains("same plan") == true)
        #expect(shop.get(made.id)["items"]?["data"]?.arrayValue?.count == 1)
    }

    @Test func `items of different intervals are billed each in its time`() {
        var shop = Shop()
        let made = shop.subscribe(
            shop.price(1_000), "items[1][price]=\(shop.price(12_000, "year", name: "Base"))")
        #expect(shop.invoices(made.id).first?["total"] == 13_000)
        #expect(shop.item(made, 1)["current_period_end"] == .integer(Shop.time(2028, 1, 15)))
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        #expect(shop.invoices(made.id).first?["total"] == 1_000)
        shop.bench.now = Shop.time(2028, 1, 15, 11)
        #expect(shop.invoices(made.id).first?["total"] == 13_000)
        #expect(shop.invoices(made.id).count == 13)
    }

    @Test func `a change that must be paid or not happen`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        let bad = shop.badCard()
        _ = shop.update(made.id, "default_payment_method=\(bad)")
        shop.bench.now += 10 * Shop.day
        let before = shop.get(made.id).bytes
        let events = shop.bench.get("/v1/events", "limit=100").bytes
        let change = "items[0][id]=\(shop.itemID(made))&items[0][quantity]=2&proration_behavior=always_invoice"
        let refused = shop.update(made.id, change + "&payment_behavior=error_if_incomplete")
        #expect(refused.status == 402)
        #expect(refused.code == "card_declined")
        #expect(shop.get(made.id).bytes == before)
        #expect(shop.pending().isEmpty)
        #expect(shop.bench.get("/v1/events", "limit=100").bytes == events)
        #expect(shop.update(made.id, change)["status"] == "past_due")
    }

    @Test func `a change waits for its payment`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        let card = shop.bench.get("/v1/customers/cus_test_fixture")["default_source"]?.stringValue ?? ""
        _ = shop.update(made.id, "default_payment_method=\(shop.badCard())")
        shop.bench.now += 10 * Shop.day
        let change =
            "items[0][id]=\(shop.itemID(made))&items[0][quantity]=2&proration_behavior=always_invoice"
            + "&payment_behavior=pending_if_incomplete"
        #expect(shop.update(made.id, change + "&description=x").param == "description")
        let waiting = shop.update(made.id, change)
        #expect(waiting["status"] == "active")
        #expect(shop.item(waiting)["quantity"] == 1)
        #expect(waiting["pending_update"]?["expires_at"] == .integer(shop.bench.now + 23 * 3_600))
        #expect(waiting["pending_update"]?["subscription_items"]?.arrayValue?.first?["quantity"] == 2)
        #expect(ShapeFit.misfits(waiting.body, .resource("subscription")) == [])
        let invoice = shop.invoices(made.id).first
        #expect(invoice?["status"] == "open")
        #expect(invoice?["total"] == 2_100)
        let paid = shop.bench.post("/v1/invoices/\(invoice?["id"]?.stringValue ?? "")/pay", "source=\(card)")
        #expect(paid["status"] == "paid")
        let applied = shop.get(made.id)
        #expect(shop.item(applied)["quantity"] == 2)
        #expect(applied["pending_update"] == .null)
        #expect(shop.events("customer.subscription.pending_update_applied").count == 1)
    }

    @Test func `a change that nobody pays for is given up`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        _ = shop.update(made.id, "default_payment_method=\(shop.badCard())")
        shop.bench.now += 10 * Shop.day
        _ = shop.update(
            made.id, "billing_cycle_anchor=now&payment_behavior=pending_if_incomplete")
        #expect(shop.get(made.id)["pending_update"]?["billing_cycle_anchor"] == .integer(shop.bench.now))
        shop.bench.now += SubscriptionUpdates.pendingSeconds
        #expect(shop.get(made.id)["pending_update"] == .null)
        #expect(shop.invoices(made.id).first?["status"] == "void")
        #expect(shop.get(made.id)["billing_cycle_anchor"] == .integer(Shop.start))
        #expect(shop.events("customer.subscription.pending_update_expired").count == 1)
    }

    @Test func `a trial can be given and ended in the middle`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 10 * Shop.day
        let end = shop.bench.now + 20 * Shop.day
        let trial = shop.update(made.id, "trial_end=\(end)")
        #expect(trial["status"] == "trialing")
        #expect(trial["billing_cycle_anchor"] == .integer(end))
        #expect(shop.pending().compactMap { $0["amount"]?.integerValue } == [-2_100])
        shop.bench.now += 3 * Shop.day
        let ended = shop.update(made.id, "trial_end=now")
        #expect(ended["status"] == "active")
        #expect(ended["trial_end"] == .integer(shop.bench.now))
        #expect(shop.invoices(made.id).first?["amount_paid"] == 1_000)
        #expect(shop.item(ended)["current_period_start"] == .integer(shop.bench.now))
        #expect(shop.update(made.id, "trial_end=\(Shop.start)").param == "trial_end")
    }

    @Test func `an ended subscription is only described`() {
        let shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        _ = shop.bench.delete("/v1/subscriptions/\(made.id)")
        #expect(shop.update(made.id, "items[0][price]=\(shop.price(5))").status == 400)
        let told = shop.update(made.id, "metadata[a]=b&cancellation_details[feedback]=unused")
        #expect(told["metadata"] == ["a": "b"])
        #expect(told["cancellation_details"]?["feedback"] == "unused")
    }
}
