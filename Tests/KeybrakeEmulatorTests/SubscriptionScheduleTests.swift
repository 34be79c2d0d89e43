import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SubscriptionScheduleTests {
    private typealias Shop = SubscriptionShop

    private func make(_ shop: Shop, _ form: String) -> Bench.Answer {
        shop.bench.post("/v1/subscription_schedules", form)
    }

    private func get(_ shop: Shop, _ id: String) -> Bench.Answer { shop.bench.get("/v1/subscription_schedules/\(id)") }

    private func phase(_ index: Int, _ price: String, _ rest: String = "") -> String {
        "&phases[\(index)][items][0][price]=\(price)" + (rest.isEmpty ? "" : "&phases[\(index)]\(rest)")
    }

    @Test func `phases follow one another, and the last lets go`() {
        var shop = Shop()
        let (cheap, dear) = (shop.price(1_000), shop.price(2_000))
        let made = make(
            shop,
            "customer=cus_test_fixture&start_date=now" + phase(0, cheap, "[duration][interval]=month")
                + "&phases[0][duration][interval_count]=2" + phase(1, dear, "[duration][interval]=month")
                + "&phases[1][items][0][quantity]=3")
        #expect(made["status"] == "active")
        #expect(ShapeFit.misfits(made.body, .resource("subscription_schedule")) == [])
        let ends = made["phases"]?.arrayValue?.compactMap { $0["end_date"]?.integerValue }
        #expect(ends == [Shop.time(2027, 3, 15), Shop.time(2027, 4, 15)])
        #expect(made["current_phase"]?["start_date"] == .integer(Shop.start))
        let subscription = made["subscription"]?.stringValue ?? ""
        #expect(shop.get(subscription)["schedule"]?.stringValue == made.id)
        shop.bench.now = Shop.time(2027, 3, 15, 12)
        #expect(get(shop, made.id)["current_phase"]?["start_date"] == .integer(Shop.time(2027, 3, 15)))
        #expect(shop.invoices(subscription).map { $0["total"]?.integerValue } == [6_000, 1_000, 1_000])
        #expect(shop.pending().isEmpty)
        #expect(shop.events("subscription_schedule.expiring").isEmpty)
        shop.bench.now = Shop.time(2027, 4, 15, 12)
        #expect(shop.events("subscription_schedule.expiring").count == 1)
        let released = get(shop, made.id)
        #expect(released["status"] == "released")
        #expect(released["released_subscription"]?.stringValue == subscription)
        #expect(released["subscription"] == .null)
        #expect(shop.get(subscription)["schedule"] == .null)
        #expect(shop.status(subscription) == "active")
        #expect(shop.invoices(subscription).first?["total"] == 6_000)
        #expect(shop.events("subscription_schedule.released").count == 1)
    }

    @Test func `a schedule begins later, and ends its subscription`() {
        var shop = Shop()
        let start = Shop.time(2027, 2, 1)
        let made = make(
            shop,
            "customer=cus_test_fixture&start_date=\(start)&end_behavior=cancel"
                + phase(0, shop.price(1_000), "[duration][interval]=month"))
        #expect(made["status"] == "not_started")
        #expect(made["subscription"] == .null)
        #expect(shop.bench.get("/v1/subscription_schedules", "scheduled=true").ids == [made.id])
        #expect(shop.bench.get("/v1/subscriptions").ids.isEmpty)
        shop.bench.now = start
        let subscription = get(shop, made.id)["subscription"]?.stringValue ?? ""
        #expect(shop.status(subscription) == "active")
        #expect(shop.get(subscription)["cancel_at"] == .integer(Shop.time(2027, 3, 1)))
        #expect(shop.update(subscription, "cancel_at_period_end=true").message?.contains(made.id) == true)
        #expect(shop.bench.get("/v1/subscription_schedules", "scheduled=true").ids.isEmpty)
        shop.bench.now = Shop.time(2027, 3, 1)
        #expect(shop.status(subscription) == "canceled")
        #expect(get(shop, made.id)["status"] == "completed")
        #expect(get(shop, made.id)["completed_at"] == .integer(shop.bench.now))
        #expect(shop.invoices(subscription).count == 1)
        #expect(shop.bench.get("/v1/subscription_schedules", "completed_at[gte]=\(shop.bench.now)").ids == [made.id])
    }

    @Test func `a phase in the middle of a period is prorated`() {
        var shop = Shop()
        let made = make(
            shop,
            "customer=cus_test_fixture&start_date=now"
                + phase(0, shop.price(3_100), "[end_date]=\(Shop.start + 10 * Shop.day)")
                + phase(1, shop.price(6_200), "[duration][interval]=month"))
        let subscription = made["subscription"]?.stringValue ?? ""
        shop.bench.now += 10 * Shop.day
        #expect(shop.item(shop.get(subscription))["price"]?["unit_amount"] == 6_200)
        #expect(shop.pending().compactMap { $0["amount"]?.integerValue } == [4_200, -2_100])
        #expect(shop.item(shop.get(subscription))["current_period_end"] == .integer(Shop.time(2027, 2, 15)))
    }

    @Test func `a subscription is put under a schedule, which is changed and released`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000), "items[0][quantity]=2")
        let schedule = make(shop, "from_subscription=\(made.id)")
        #expect(schedule["status"] == "active")
        #expect(schedule["customer"] == "cus_test_fixture")
        let phases = schedule["phases"]?.arrayValue ?? []
        #expect(phases.count == 1)
        #expect(phases.first?["end_date"] == .integer(Shop.time(2027, 2, 15)))
        #expect(phases.first?["items"]?.arrayValue?.first?["quantity"] == 2)
        #expect(ShapeFit.misfits(schedule.body, .resource("subscription_schedule")) == [])
        #expect(make(shop, "from_subscription=\(made.id)").param == "from_subscription")
        #expect(make(shop, "from_subscription=\(made.id)&end_behavior=cancel").param == "end_behavior")
        let gold = shop.item(made)["price"]?["id"]?.stringValue ?? ""
        let path = "/v1/subscription_schedules/\(schedule.id)"
        let changed = shop.bench.post(
            path,
            "end_behavior=release" + phase(0, gold, "[items][0][quantity]=2")
                + "&phases[0][start_date]=\(Shop.start)&phases[0][end_date]=\(Shop.time(2027, 2, 15))"
                + phase(1, shop.price(5_000), "[duration][interval]=year"))
        #expect(changed["phases"]?.arrayValue?.count == 2)
        #expect(shop.pending().isEmpty)
        let moved = shop.bench.post(path, phase(0, gold, "[start_date]=\(Shop.start + 5)"))
        #expect(moved.status == 400)
        shop.bench.now = Shop.time(2027, 2, 15, 12)
        #expect(shop.lines(shop.invoices(made.id).first) == [5_000])
        let released = shop.bench.post("\(path)/release")
        #expect(released["status"] == "released")
        #expect(
            shop.bench.post("\(path)/cancel").message
                == "You cannot cancel a subscription schedule that is currently in the `released` status. It must be "
                + "in `not_started, active` status to be canceled.")
        #expect(shop.status(made.id) == "active")
    }

    @Test func `canceling ends the subscription, and the other way round`() {
        var shop = Shop()
        let make = { (shop: Shop) in
            self.make(
                shop,
                "customer=cus_test_fixture&start_date=now"
                    + self.phase(0, shop.price(3_100), "[duration][interval]=year"))
        }
        let first = make(shop)
        shop.bench.now += 10 * Shop.day
        let canceled = shop.bench.post("/v1/subscription_schedules/\(first.id)/cancel")
        #expect(canceled["status"] == "canceled")
        let subscription = first["subscription"]?.stringValue ?? ""
        #expect(shop.status(subscription) == "canceled")
        #expect(shop.invoices(subscription).first?["total"] == -2_100)
        let second = make(shop)
        _ = shop.bench.delete("/v1/subscriptions/\(second["subscription"]?.stringValue ?? "")")
        #expect(get(shop, second.id)["status"] == "canceled")
        #expect(shop.events("subscription_schedule.canceled").count == 2)
    }

    @Test func `a phase can be a trial`() {
        var shop = Shop()
        let gold = shop.price(1_000)
        let made = make(
            shop,
            "customer=cus_test_fixture&start_date=now" + phase(0, gold, "[trial]=true")
                + "&phases[0][duration][interval]=week" + phase(1, gold, "[duration][interval]=month"))
        let subscription = made["subscription"]?.stringValue ?? ""
        #expect(shop.status(subscription) == "trialing")
        shop.bench.now += 7 * Shop.day + Invoices.draftSeconds
        #expect(shop.status(subscription) == "active")
        #expect(shop.invoices(subscription).map { $0["total"]?.integerValue } == [1_000, 0])
    }

    @Test func `refusals leave nothing behind`() {
        let shop = Shop()
        let gold = shop.price(1_000)
        #expect(make(shop, "customer=cus_test_fixture").param == "phases")
        #expect(make(shop, "start_date=now" + phase(0, gold)).param == "customer")
        #expect(make(shop, "customer=cus_test_fixture" + phase(0, "price_none")).param == "phases[0][items][0][price]")
        let backwards = make(shop, "customer=cus_test_fixture" + phase(0, gold, "[end_date]=\(Shop.start - 5)"))
        #expect(backwards.param == "phases[0][end_date]")
        #expect(shop.bench.get("/v1/subscription_schedules").ids.isEmpty)
        #expect(shop.bench.get("/v1/subscription_schedules/sub_sched_none").status == 404)
    }
}
