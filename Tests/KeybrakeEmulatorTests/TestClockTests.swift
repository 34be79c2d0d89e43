import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct TestClockTests {
    private static let day = CivilTime.secondsPerDay
    /// 31 January 2027, noon.
    private static let frozen = CivilTime.unixSeconds(year: 2027, month: 1, day: 31, hour: 12)

    private func clock(_ bench: Bench, at time: Int64 = frozen) -> Bench.Answer {
        bench.post("/v1/test_helpers/test_clocks", "frozen_time=\(time)&name=Renewals")
    }

    private func customer(_ bench: Bench, _ clock: String) -> Bench.Answer {
        bench.post("/v1/customers", "test_clock=\(clock)&source=tok_visa")
    }

    private func price(_ bench: Bench, _ interval: String = "month") -> String {
        bench.post(
            "/v1/prices", "currency=usd&unit_amount=1000&recurring[interval]=\(interval)&product_data[name]=Plan"
        )
        .id
    }

    private func advance(_ bench: Bench, _ clock: String, to time: Int64) -> Bench.Answer {
        bench.post("/v1/test_helpers/test_clocks/\(clock)/advance", "frozen_time=\(time)")
    }

    @Test func `a clock is made, read, listed and deleted`() {
        let bench = Bench()
        let made = clock(bench)
        #expect(made.id.hasPrefix("clock_"))
        #expect(made["frozen_time"] == .integer(Self.frozen))
        #expect(made["status"] == "ready")
        #expect(made["created"] == .integer(bench.now))
        #expect(made["deletes_after"] == .integer(bench.now + 30 * Self.day))
        #expect(ShapeFit.misfits(made.body, .resource("test_helpers.test_clock")) == [])
        #expect(bench.get("/v1/test_helpers/test_clocks/\(made.id)").bytes == made.bytes)
        #expect(bench.get("/v1/test_helpers/test_clocks").ids == [made.id])
        #expect(bench.get("/v1/test_helpers/test_clocks/clock_none").status == 404)
        #expect(bench.post("/v1/test_helpers/test_clocks").param == "frozen_time")
        #expect(bench.post("/v1/test_helpers/test_clocks", "frozen_time=99999999999").status == 400)
        #expect(bench.delete("/v1/test_helpers/test_clocks/\(made.id)").body["deleted"] == true)
        #expect(bench.get("/v1/test_helpers/test_clocks").ids.isEmpty)
    }

    @Test func `what belongs to a clock lives in its time`() {
        var bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock)
        #expect(customer["test_clock"]?.stringValue == clock)
        #expect(customer["created"] == .integer(Self.frozen))
        let made = bench.post("/v1/subscriptions", "customer=\(customer.id)&items[0][price]=\(price(bench))")
        #expect(made["test_clock"]?.stringValue == clock)
        #expect(made["start_date"] == .integer(Self.frozen))
        #expect(made["status"] == "active")
        let invoice = bench.get("/v1/invoices/\(made["latest_invoice"]?.stringValue ?? "")")
        #expect(invoice["test_clock"]?.stringValue == clock)
        #expect(invoice["created"] == .integer(Self.frozen))
        let charge = bench.get("/v1/charges", "customer=\(customer.id)")["data"]?.arrayValue?.first
        #expect(charge?["created"] == .integer(Self.frozen))
        // The bank is not in the clock's time.
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 941)
        bench.now += 70 * Self.day
        #expect(bench.get("/v1/invoices", "customer=\(customer.id)").ids.count == 1)
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 941)
    }

    @Test func `only advancing moves the clock`() {
        let bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock).id
        let made = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench))")
        let target = CivilTime.unixSeconds(year: 2027, month: 3, day: 31, hour: 12)
        let answer = advance(bench, clock, to: target)
        #expect(answer["status"] == "advancing")
        #expect(answer["frozen_time"] == .integer(Self.frozen))
        #expect(answer["status_details"]?["advancing"]?["target_frozen_time"] == .integer(target))
        #expect(ShapeFit.misfits(answer.body, .resource("test_helpers.test_clock")) == [])
        let ready = bench.get("/v1/test_helpers/test_clocks/\(clock)")
        #expect(ready["status"] == "ready")
        #expect(ready["frozen_time"] == .integer(target))
        let invoices = bench.get("/v1/invoices", "subscription=\(made.id)")
        #expect(invoices.ids.count == 3)
        #expect(invoices["data"]?.arrayValue?.allSatisfy { $0["test_clock"]?.stringValue == clock } == true)
        let types = bench.get("/v1/events", "limit=100")["data"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
        #expect(types?.first == "test_helpers.test_clock.ready")
        #expect(types?.contains("test_helpers.test_clock.advancing") == true)
        // What the test does afterwards happens at the time that was reached.
        #expect(
            bench.post("/v1/invoiceitems", "customer=\(customer)&amount=5&currency=usd")["date"] == .integer(target))
    }

    @Test func `a clock goes two intervals at once, and never back`() {
        let bench = Bench()
        let clock = clock(bench).id
        #expect(advance(bench, clock, to: Self.frozen).param == "frozen_time")
        let twoYears = CivilTime.unixSeconds(year: 2029, month: 1, day: 31, hour: 12)
        #expect(advance(bench, clock, to: twoYears + 1).status == 400)
        #expect(advance(bench, clock, to: twoYears).status == 200)
        let customer = customer(bench, clock).id
        _ = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench, "year"))")
        let weekly = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench, "week"))")
        let refused = advance(bench, clock, to: twoYears + 14 * Self.day + 1)
        #expect(refused.status == 400)
        #expect(
            refused.message?.contains("up to \(twoYears + 14 * Self.day) (2029-02-14 12:00:00 UTC)") == true)
        _ = bench.delete("/v1/subscriptions/\(weekly.id)")
        #expect(advance(bench, clock, to: twoYears + 14 * Self.day + 1).status == 200)
    }

    @Test func `a clock holds three customers with three subscriptions each`() {
        let bench = Bench()
        let clock = clock(bench).id
        let customers = (0..<3).map { _ in customer(bench, clock).id }
        let refused = customer(bench, clock)
        #expect(refused.status == 400)
        #expect(refused.param == "test_clock")
        let price = price(bench)
        let subscribe = { bench.post("/v1/subscriptions", "customer=\(customers[0])&items[0][price]=\(price)") }
        let first = subscribe()
        _ = subscribe()
        #expect(subscribe().status == 200)
        #expect(subscribe().status == 400)
        _ = bench.delete("/v1/subscriptions/\(first.id)")
        #expect(subscribe().status == 200)
        #expect(bench.post("/v1/customers", "test_clock=clock_none").param == "test_clock")
    }

    @Test func `lists hide what belongs to clocks unless they are asked for it`() {
        let bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock).id
        let made = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench))").id
        #expect(bench.get("/v1/customers").ids == ["cus_test_fixture"])
        #expect(bench.get("/v1/customers", "test_clock=\(clock)").ids == [customer])
        #expect(bench.get("/v1/subscriptions").ids.isEmpty)
        #expect(bench.get("/v1/subscriptions", "customer=\(customer)").ids == [made])
        #expect(bench.get("/v1/subscriptions", "test_clock=\(clock)").ids == [made])
        #expect(bench.get("/v1/invoices").ids.isEmpty)
        #expect(bench.get("/v1/invoices", "subscription=\(made)").ids.count == 1)
    }

    @Test func `deleting a clock takes its customers along`() {
        let bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock).id
        let made = bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price(bench))").id
        _ = bench.delete("/v1/test_helpers/test_clocks/\(clock)")
        #expect(bench.get("/v1/customers/\(customer)")["deleted"] == true)
        #expect(bench.get("/v1/subscriptions/\(made)")["status"] == "canceled")
        #expect(bench.get("/v1/events", "type=test_helpers.test_clock.deleted").ids.count == 1)
        #expect(bench.get("/v1/events", "type=customer.subscription.deleted").ids.count == 1)
        #expect(bench.post("/v1/customers", "test_clock=\(clock)").status == 400)
    }

    @Test func `an abandoned clock is cleared away after a month`() {
        var bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock).id
        bench.now += 30 * Self.day
        #expect(bench.get("/v1/test_helpers/test_clocks").ids.isEmpty)
        #expect(bench.get("/v1/customers/\(customer)")["deleted"] == true)
    }

    @Test func `a customer can be put under a clock that is made for them`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "source=tok_visa").id
        let made = bench.post("/v1/test_helpers/test_clocks", "frozen_time=\(Self.frozen)&customer=\(customer)")
        #expect(bench.get("/v1/customers/\(customer)")["test_clock"]?.stringValue == made.id)
        #expect(
            bench.post("/v1/test_helpers/test_clocks", "frozen_time=\(Self.frozen)&customer=\(customer)").param
                == "customer")
        let item = bench.post("/v1/invoiceitems", "customer=\(customer)&amount=5&currency=usd")
        #expect(item["date"] == .integer(Self.frozen))
        #expect(item["test_clock"]?.stringValue == made.id)
    }

    @Test func `a challenge is answered in the clock's time`() throws {
        let bench = Bench()
        let clock = clock(bench).id
        let customer = customer(bench, clock).id
        let intent = bench.post(
            "/v1/payment_intents",
            "customer=\(customer)&amount=900&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true")
        #expect(intent["status"] == "requires_action")
        try bench.host.authenticate(world: "w", paymentIntent: intent.id, passes: true, atUnixSeconds: bench.now)
        let charge = bench.get("/v1/charges", "payment_intent=\(intent.id)")["data"]?.arrayValue?.first
        #expect(charge?["created"] == .integer(Self.frozen))
    }
}
