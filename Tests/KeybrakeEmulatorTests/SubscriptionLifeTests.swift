import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SubscriptionLifeTests {
    private typealias Shop = SubscriptionShop

    @Test func `a subscription of the last of January renews on the last of each month`() {
        var shop = Shop()
        shop.bench.now = Shop.time(2027, 1, 31)
        let made = shop.subscribe(shop.price(1_000))
        var ends: [Int64] = []
        for _ in 0..<4 {
            let end = shop.item(shop.get(made.id))["current_period_end"]?.integerValue ?? 0
            ends.append(end)
            shop.bench.now = end
        }
        #expect(ends == [(2, 28), (3, 31), (4, 30), (5, 31)].map { Shop.time(2027, $0.0, $0.1) })
    }

    @Test func `an anchor makes a short first period`() {
        var shop = Shop()
        let anchor = Shop.time(2027, 2, 1)
        let made = shop.subscribe(shop.price(3_100), "billing_cycle_anchor=\(anchor)")
        #expect(shop.lines(shop.invoices(made.id).first) == [1_700])
        #expect(shop.item(made)["current_period_end"] == .integer(anchor))
        let free = shop.subscribe(shop.price(3_100), "billing_cycle_anchor=\(anchor)&proration_behavior=none")
        #expect(shop.lines(shop.invoices(free.id).first) == [0])
        shop.bench.now = Shop.time(2027, 2, 1, 11)
        #expect(shop.invoices(made.id).first?["total"] == 3_100)
        #expect(
            shop.subscribe(shop.price(5), "billing_cycle_anchor=\(shop.bench.now + 40 * Shop.day)").param
                == "billing_cycle_anchor")
        let last = shop.subscribe(shop.price(5), "billing_cycle_anchor_config[day_of_month]=31")
        #expect(last["billing_cycle_anchor"] == .integer(Shop.time(2027, 2, 28, 11)))
        shop.bench.now = Shop.time(2027, 3, 1)
        #expect(shop.item(shop.get(last.id))["current_period_end"] == .integer(Shop.time(2027, 3, 31, 11)))
        #expect(
            shop.subscribe(shop.price(5), "billing_cycle_anchor_config[day_of_month]=32").param
                == "billing_cycle_anchor_config[day_of_month]")
    }

    @Test func `a backdated subscription pays for the past`() {
        let shop = Shop()
        let made = shop.subscribe(shop.price(3_100), "backdate_start_date=\(Shop.start - 10 * Shop.day)")
        #expect(made["start_date"] == .integer(Shop.start - 10 * Shop.day))
        #expect(shop.lines(shop.invoices(made.id).first) == [1_000, 3_100])
    }

    @Test func `trials are announced, and end as they are told to`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers", "email=a@example.com").id
        let ends = ["create_invoice", "pause", "cancel"].map { behavior in
            shop.subscribe(
                shop.price(1_000),
                "trial_period_days=10&trial_settings[end_behavior][missing_payment_method]=\(behavior)",
                customer: customer
            ).id
        }
        shop.bench.now += 7 * Shop.day - 1
        #expect(shop.events("customer.subscription.trial_will_end").isEmpty)
        shop.bench.now += 1
        #expect(shop.events("customer.subscription.trial_will_end").count == 3)
        shop.bench.now += 3 * Shop.day + Invoices.draftSeconds
        #expect(ends.map(shop.status) == ["past_due", "paused", "canceled"])
        #expect(shop.events("customer.subscription.paused").count == 1)
        shop.bench.now += 40 * Shop.day
        #expect(shop.invoices(ends[1]).count == 1)
        _ = shop.bench.post("/v1/customers/\(customer)", "source=tok_visa")
        let resumed = shop.bench.post("/v1/subscriptions/\(ends[1])/resume")
        #expect(resumed["status"] == "active")
        #expect(shop.item(resumed)["current_period_start"] == .integer(shop.bench.now))
        #expect(shop.invoices(ends[1]).first?["amount_paid"] == 1_000)
        #expect(shop.events("customer.subscription.resumed").count == 1)
        #expect(shop.bench.post("/v1/subscriptions/\(ends[1])/resume").status == 400)
    }

    @Test func `resuming without payment stays paused until it is paid`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        let made = shop.subscribe(
            shop.price(3_100), "trial_period_days=10&trial_settings[end_behavior][missing_payment_method]=pause",
            customer: customer
        ).id
        shop.bench.now += 20 * Shop.day
        #expect(shop.status(made) == "paused")
        let resumed = shop.bench.post("/v1/subscriptions/\(made)/resume", "billing_cycle_anchor=unchanged")
        #expect(resumed["status"] == "paused")
        #expect(shop.item(resumed)["current_period_end"] == .integer(Shop.time(2027, 2, 25)))
        #expect(shop.lines(shop.invoices(made).first) == [2_100])
        _ = shop.bench.post("/v1/customers/\(customer)", "source=tok_visa")
        _ = shop.bench.post("/v1/invoices/\(shop.invoices(made).first?["id"]?.stringValue ?? "")/pay")
        #expect(shop.status(made) == "active")
    }

    @Test(arguments: [("keep_as_draft", "draft"), ("void", "void"), ("mark_uncollectible", "uncollectible")])
    func `collection can be paused`(behavior: String, status: String) {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000)).id
        let resumes = Shop.time(2027, 2, 20)
        let paused = shop.update(
            made, "pause_collection[behavior]=\(behavior)&pause_collection[resumes_at]=\(resumes)")
        #expect(paused["pause_collection"]?["behavior"]?.stringValue == behavior)
        #expect(paused["status"] == "active")
        shop.bench.now = Shop.time(2027, 2, 15, 12)
        #expect(shop.invoices(made).first?["status"]?.stringValue == status)
        shop.bench.now = Shop.time(2027, 3, 15, 12)
        #expect(shop.get(made)["pause_collection"] == .null)
        #expect(shop.invoices(made).first?["status"] == "paid")
        #expect(shop.invoices(made).count == 3)
        #expect(shop.update(made, "pause_collection[behavior]=void")["pause_collection"]?["resumes_at"] == .null)
        #expect(shop.update(made, "pause_collection=")["pause_collection"] == .null)
    }

    @Test func `it ends at a time, or stays after all`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000)).id
        let ending = shop.update(made, "cancel_at_period_end=true&cancellation_details[comment]=bye")
        #expect(ending["cancel_at"] == .integer(Shop.time(2027, 2, 15)))
        #expect(ending["canceled_at"] == .integer(shop.bench.now))
        #expect(ending["cancellation_details"]?["reason"] == "cancellation_requested")
        #expect(ending["cancellation_details"]?["comment"] == "bye")
        let stays = shop.update(made, "cancel_at_period_end=false")
        #expect(stays["cancel_at"] == .null)
        #expect(stays["canceled_at"] == .null)
        shop.bench.now = Shop.time(2027, 2, 20)
        #expect(shop.status(made) == "active")
        #expect(shop.update(made, "cancel_at=\(Shop.start)").param == "cancel_at")
        #expect(shop.update(made, "cancel_at=\(shop.bench.now + 9)&cancel_at_period_end=true").param == "cancel_at")
        _ = shop.update(made, "cancel_at=\(shop.bench.now + 9)")
        shop.bench.now += 9
        let ended = shop.get(made)
        #expect(ended["status"] == "canceled")
        #expect(ended["ended_at"] == .integer(shop.bench.now))
        let other = shop.subscribe(shop.price(1_000)).id
        #expect(shop.update(other, "cancel_at=min_period_end")["cancel_at"] == .integer(Shop.time(2027, 3, 20) + 9))
    }

    @Test func `an end at once gives back what is left`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(3_100))
        shop.bench.now += 10 * Shop.day
        let path = "/v1/subscriptions/\(made.id)"
        let ended = shop.bench.send(.delete, path, "prorate=true&invoice_now=true&cancellation_details[comment]=no")
        #expect(ended["status"] == "canceled")
        #expect(ended["cancellation_details"]?["comment"] == "no")
        #expect(shop.invoices(made.id).first?["total"] == -2_100)
        #expect(shop.bench.get("/v1/customers/cus_test_fixture")["balance"] == -2_100)
        shop.bench.now += 60 * Shop.day
        #expect(shop.invoices(made.id).count == 2)
        let trial = shop.subscribe(shop.price(3_100), "trial_period_days=9").id
        _ = shop.bench.send(.delete, "/v1/subscriptions/\(trial)", "prorate=true&invoice_now=true")
        #expect(shop.invoices(trial).count == 1)
    }

    @Test func `invoices that are sent are due later`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        #expect(
            shop.subscribe(shop.price(1_000), "collection_method=send_invoice", customer: customer).param
                == "days_until_due")
        #expect(shop.subscribe(shop.price(1_000), "days_until_due=4").param == "days_until_due")
        let made = shop.subscribe(
            shop.price(1_000), "collection_method=send_invoice&days_until_due=5", customer: customer)
        #expect(made["status"] == "active")
        #expect(shop.invoices(made.id).first?["status"] == "draft")
        shop.bench.now += Invoices.draftSeconds
        #expect(shop.invoices(made.id).first?["status"] == "open")
        #expect(shop.events("invoice.sent").count == 1)
        shop.bench.now += 5 * Shop.day
        #expect(shop.status(made.id) == "past_due")
        #expect(shop.events("invoice.overdue").count == 1)
        let invoice = shop.invoices(made.id).first?["id"]?.stringValue ?? ""
        _ = shop.bench.post("/v1/invoices/\(invoice)/pay", "paid_out_of_band=true")
        #expect(shop.status(made.id) == "active")
    }

    @Test(arguments: [
        (EmulatorConfiguration.DunningEnd.canceled, "canceled"), (.unpaid, "unpaid"), (.pastDue, "past_due"),
    ])
    func `dunning ends as it is configured`(end: EmulatorConfiguration.DunningEnd, status: String) {
        var shop = Shop { $0.dunningEnd = end }
        let card = shop.bench.get("/v1/customers/cus_test_fixture")["default_source"]?.stringValue ?? ""
        let made = shop.subscribe(shop.price(1_000)).id
        _ = shop.update(made, "default_payment_method=\(shop.badCard())")
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        let first = shop.invoices(made).first
        #expect(first?["attempt_count"] == 1)
        #expect(first?["next_payment_attempt"] == .integer(shop.bench.now + 3 * Shop.day))
        shop.bench.now += 15 * Shop.day - 1
        #expect(shop.invoices(made).first?["attempt_count"] == 3)
        #expect(shop.status(made) == "past_due")
        shop.bench.now += 1
        #expect(shop.invoices(made).first?["attempt_count"] == 4)
        #expect(shop.invoices(made).first?["next_payment_attempt"] == .null)
        #expect(shop.status(made) == status)
        shop.bench.now = Shop.time(2027, 3, 15, 12)
        let later = ["canceled": "open", "unpaid": "draft", "past_due": "open"]
        #expect(shop.invoices(made).first?["status"]?.stringValue == later[status])
        guard status != "canceled" else { return }
        _ = shop.bench.post("/v1/invoices/\(shop.invoices(made).first?["id"]?.stringValue ?? "")/pay", "source=\(card)")
        #expect(shop.status(made) == "active")
    }

    @Test func `a renewal is announced a week ahead`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000), "items[0][quantity]=3").id
        shop.bench.now = Shop.time(2027, 2, 8)
        let announced = shop.events("invoice.upcoming")
        #expect(announced.count == 1)
        #expect(announced.first?["total"] == 3_000)
        #expect(announced.first?["id"]?.stringValue?.hasPrefix("upcoming_") == true)
        #expect(shop.invoices(made).count == 1)
        shop.bench.now = Shop.time(2027, 3, 8)
        #expect(shop.events("invoice.upcoming").count == 2)
    }

    @Test func `lists are narrowed`() {
        var shop = Shop()
        let gold = shop.price(1_000)
        let made = shop.subscribe(gold).id
        let gone = shop.subscribe(shop.price(500)).id
        _ = shop.bench.delete("/v1/subscriptions/\(gone)")
        shop.bench.now += 1
        let trial = shop.subscribe(shop.price(700), "trial_period_days=3").id
        let list = { (query: String) in shop.bench.get("/v1/subscriptions", query).ids }
        #expect(list("") == [trial, made])
        #expect(list("status=all") == [trial, gone, made])
        #expect(list("status=ended") == [gone])
        #expect(list("status=trialing") == [trial])
        #expect(list("price=\(gold)") == [made])
        #expect(list("current_period_start[gt]=\(Shop.start)") == [trial])
        #expect(list("current_period_end[lt]=\(Shop.start + 9 * Shop.day)") == [trial])
        #expect(list("collection_method=send_invoice").isEmpty)
    }

    @Test func `customers' paths lead to the same subscriptions`() {
        let shop = Shop()
        let root = "/v1/customers/cus_test_fixture/subscriptions"
        let made = shop.bench.post(root, "items[0][price]=\(shop.price(1_000))")
        #expect(made["status"] == "active")
        #expect(shop.bench.get("\(root)/\(made.id)").bytes == shop.get(made.id).bytes)
        #expect(shop.bench.get(root).ids == [made.id])
        #expect(shop.bench.post("\(root)/\(made.id)", "metadata[a]=b")["metadata"] == ["a": "b"])
        let other = shop.bench.post("/v1/customers").id
        #expect(shop.bench.get("/v1/customers/\(other)/subscriptions/\(made.id)").status == 404)
        #expect(shop.bench.delete("\(root)/\(made.id)")["status"] == "canceled")
        let second = shop.subscribe(shop.price(1_000)).id
        _ = shop.bench.delete("/v1/customers/cus_test_fixture")
        #expect(shop.status(second) == "canceled")
    }

    @Test func `one-time prices ride on the next invoice`() {
        let shop = Shop()
        let fee = shop.bench.post("/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Setup").id
        let made = shop.subscribe(
            shop.price(1_000), "add_invoice_items[0][price]=\(fee)&add_invoice_items[0][quantity]=2")
        #expect(shop.lines(shop.invoices(made.id).first).sorted() == [1_000, 1_000])
        #expect(
            shop.subscribe(shop.price(1_000), "add_invoice_items[0][price]=\(shop.price(5))").param
                == "add_invoice_items[0][price]")
    }

    @Test func `refusals name what is wrong`() {
        let shop = Shop()
        let gold = shop.price(1_000)
        #expect(shop.subscribe(gold, "items[1][price]=\(gold)").message?.contains("same plan") == true)
        let euro = shop.bench.post(
            "/v1/prices", "currency=eur&unit_amount=5&recurring[interval]=month&product_data[name]=A"
        ).id
        #expect(shop.subscribe(gold, "items[1][price]=\(euro)").message?.contains("only supports `eur`") == true)
        _ = shop.bench.post("/v1/prices/\(euro)", "active=false")
        #expect(shop.subscribe(euro).param == "items[0][price]")
        #expect(shop.subscribe(gold, "trial_end=5").param == "trial_end")
        #expect(shop.subscribe(gold, "trial_end=\(Shop.start + 9)&trial_period_days=3").param == "trial_end")
        #expect(shop.subscribe(gold, "items[0][quantity]=99999999999").param == "items[0][quantity]")
        #expect(shop.subscribe(gold, "default_payment_method=pm_none").param == "default_payment_method")
        #expect(shop.bench.get("/v1/subscriptions", "status=all").ids.isEmpty)
    }
}
