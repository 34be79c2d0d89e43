import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// A year of random business must not depend on the steps in which time passes.
@Suite struct TimeModelTests {
    private static let day = CivilTime.secondsPerDay
    private static let year = 365 * day

    private static let methods = ["pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_mastercard"]
    private static let intervals = [
        "day&recurring[interval_count]=10", "week&recurring[interval_count]=3", "month", "month", "year",
    ]

    @Test(arguments: 0..<2) func `a year in one jump and day by day are the same year`(_: Int) throws {
        let seed = Dice.seed()
        let note = Comment("seed \(seed)")
        var dice = Dice(seed: seed)
        let bench = Bench { configuration in
            configuration.clock = .frozen(atUnixSeconds: Bench.start)
            configuration.dunningEnd = [.canceled, .unpaid, .pastDue].randomElement(using: &dice) ?? .canceled
        }
        for _ in 0..<3 { found(bench, &dice, note) }
        var jump = bench
        jump.world = "jump"
        try bench.host.fork(world: "w", into: "jump")
        let target = Bench.start + Self.year
        _ = try jump.host.advanceClock(world: "jump", toUnixSeconds: target, atUnixSeconds: Bench.start)
        var time = Bench.start
        while time < target {
            time = min(target, time + Int64.random(in: 1...2 * Self.day, using: &dice))
            _ = try bench.host.advanceClock(world: "w", toUnixSeconds: time, atUnixSeconds: Bench.start)
        }
        // A fork's pages have addresses of their own.
        let leapt = { (bytes: [UInt8]) in
            String(decoding: bytes, as: UTF8.self).split(separator: "/pages/jump/").joined(separator: "/pages/w/")
        }
        let walked = String(decoding: try bench.host.export(world: "w"), as: UTF8.self)
        #expect(try walked == leapt(jump.host.export(world: "jump")), note)
        let events = String(decoding: bench.get("/v1/events", "limit=100").bytes, as: UTF8.self)
        #expect(events == leapt(jump.get("/v1/events", "limit=100").bytes), note)
        #expect(bench.get("/v1/balance").bytes == jump.get("/v1/balance").bytes, note)
        check(jump, everything(jump, "/v1/customers").compactMap { $0["id"]?.stringValue }, note)
    }

    @Test(arguments: 0..<2) func `a test clock's year does not depend on its steps either`(_: Int) throws {
        let seed = Dice.seed()
        let note = Comment("seed \(seed)")
        var dice = Dice(seed: seed)
        let bench = Bench { $0.clock = .frozen(atUnixSeconds: Bench.start) }
        let clock = bench.post("/v1/test_helpers/test_clocks", "frozen_time=\(Bench.start)").id
        for _ in 0..<2 { found(bench, &dice, note, "&test_clock=\(clock)", intervals: ["month", "year"]) }
        var leap = bench
        leap.world = "leap"
        try bench.host.fork(world: "w", into: "leap")
        advance(leap, clock, by: 59 * Self.day...59 * Self.day, &dice, note)
        advance(bench, clock, by: 1...5 * Self.day, &dice, note)
        for path in ["/v1/subscriptions", "/v1/customers"] {
            let query = "test_clock=\(clock)&limit=100" + (path.hasSuffix("tions") ? "&status=all" : "")
            let small = bench.get(path, query)["data"]?.arrayValue ?? []
            let large = leap.get(path, query)["data"]?.arrayValue ?? []
            #expect(!small.isEmpty, note)
            #expect(small.map(comparable) == large.map(comparable), note)
        }
        #expect(totals(bench, clock) == totals(leap, clock), note)
        check(leap, leap.get("/v1/customers", "test_clock=\(clock)").ids, note)
    }

    /// A customer with a way to pay that may fail, some subscriptions, and perhaps a schedule.
    private func found(
        _ bench: Bench, _ dice: inout Dice, _ note: Comment, _ clock: String = "", intervals: [String] = intervals
    ) {
        let customer = bench.post("/v1/customers", "email=a@example.com\(clock)").id
        let method = Self.methods.randomElement(using: &dice) ?? ""
        let attached = bench.post("/v1/payment_methods/\(method)/attach", "customer=\(customer)").id
        _ = bench.post("/v1/customers/\(customer)", "invoice_settings[default_payment_method]=\(attached)")
        for _ in 0..<Int.random(in: 1...2, using: &dice) {
            let quantity = Int.random(in: 1...4, using: &dice)
            var form =
                "customer=\(customer)&items[0][price]=\(price(bench, &dice, intervals))&items[0][quantity]=\(quantity)"
            form +=
                [
                    "", "&trial_period_days=\(Int.random(in: 1...40, using: &dice))", "&cancel_at_period_end=true",
                    "&collection_method=send_invoice&days_until_due=9",
                    "&trial_period_days=9&trial_settings[end_behavior][missing_payment_method]=pause",
                    "&payment_behavior=default_incomplete",
                ].randomElement(using: &dice) ?? ""
            let made = bench.post("/v1/subscriptions", form)
            #expect(made.status == 200, note)
            if Bool.random(using: &dice), ["active", "trialing"].contains(made["status"]?.stringValue ?? "") {
                let change =
                    [
                        "pause_collection[behavior]=void&pause_collection[resumes_at]=\(Bench.start + 80 * Self.day)",
                        "pause_collection[behavior]=keep_as_draft", "cancel_at=\(Bench.start + 77 * Self.day)",
                        "proration_behavior=always_invoice&items[0][price]=\(price(bench, &dice, intervals))",
                        "default_payment_method=pm_card_visa",
                    ].randomElement(using: &dice) ?? ""
                _ = bench.post("/v1/subscriptions/\(made.id)", change)
            }
        }
        guard Bool.random(using: &dice) else { return }
        let phases = (0..<2).map { index in
            "&phases[\(index)][items][0][price]=\(price(bench, &dice, intervals))"
                + "&phases[\(index)][duration][interval]=month"
                + "&phases[\(index)][duration][interval_count]=\(Int.random(in: 1...3, using: &dice))"
        }
        let start = Bench.start + Int64.random(in: 0...40, using: &dice) * Self.day
        let end = ["cancel", "release"].randomElement(using: &dice) ?? ""
        let schedule = bench.post(
            "/v1/subscription_schedules",
            "customer=\(customer)&start_date=\(start)&end_behavior=\(end)" + phases.joined())
        #expect(schedule.status == 200, note)
    }

    private func price(_ bench: Bench, _ dice: inout Dice, _ intervals: [String]) -> String {
        let interval = intervals.randomElement(using: &dice) ?? "month"
        let amount = Int.random(in: 0...4_000, using: &dice)
        return bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=\(amount)&recurring[interval]=\(interval)&product_data[name]=Plan"
        ).id
    }

    private func advance(
        _ bench: Bench, _ clock: String, by steps: ClosedRange<Int64>, _ dice: inout Dice, _ note: Comment
    ) {
        var time = Bench.start
        while time < Bench.start + Self.year {
            time = min(Bench.start + Self.year, time + Int64.random(in: steps, using: &dice))
            let answer = bench.post("/v1/test_helpers/test_clocks/\(clock)/advance", "frozen_time=\(time)")
            #expect(answer.status == 200, note)
        }
    }

    /// Ids of what time makes differ, because each call of `advance` takes ids for its events.
    private func comparable(_ value: JSONValue) -> JSONValue {
        let members = [
            "status", "created", "start_date", "trial_end", "cancel_at", "canceled_at", "ended_at", "pause_collection",
            "balance", "billing_cycle_anchor", "cancellation_details",
        ]
        return .object(JSONObject(members.map { JSONObject.Member(name: $0, value: value[$0] ?? .null) }))
    }

    private func totals(_ bench: Bench, _ clock: String) -> [[JSONValue?]] {
        let customers = bench.get("/v1/customers", "test_clock=\(clock)").ids
        return customers.flatMap { customer in
            (bench.get("/v1/invoices", "customer=\(customer)&limit=100")["data"]?.arrayValue ?? []).map { invoice in
                ["created", "status", "total", "amount_paid", "attempt_count", "billing_reason"].map { invoice[$0] }
            }
        }
    }

    /// What customers paid is what invoices say, and what the balance got.
    private func check(_ bench: Bench, _ customers: [String], _ note: Comment) {
        #expect(!customers.isEmpty, note)
        let invoices = customers.flatMap { everything(bench, "/v1/invoices", "customer=\($0)&") }
        let paid = invoices.reduce(Int64(0)) { $0 + ($1["amount_paid"]?.integerValue ?? 0) }
        let charged = everything(bench, "/v1/charges").reduce(Int64(0)) { sum, charge in
            sum + (charge["paid"] == true ? charge["amount"]?.integerValue ?? 0 : 0)
        }
        #expect(paid == charged, note)
        let booked = everything(bench, "/v1/balance_transactions").reduce(Int64(0)) {
            $0 + ($1["amount"]?.integerValue ?? 0)
        }
        #expect(booked == charged, note)
        for invoice in invoices {
            let lines = invoice["lines"]?["data"]?.arrayValue ?? []
            let sum = lines.reduce(Int64(0)) { $0 + ($1["amount"]?.integerValue ?? 0) }
            #expect(invoice["total"]?.integerValue == sum, note)
            #expect(ShapeFit.misfits(invoice, .resource("invoice")) == [], note)
        }
    }

    private func everything(_ bench: Bench, _ path: String, _ query: String = "") -> [JSONValue] {
        var found: [JSONValue] = []
        while true {
            let cursor = found.last?["id"]?.stringValue.map { "&starting_after=\($0)" } ?? ""
            let page = bench.get(path, "\(query)limit=100\(cursor)")
            found += page["data"]?.arrayValue ?? []
            guard page["has_more"] == true else { return found }
        }
    }
}
