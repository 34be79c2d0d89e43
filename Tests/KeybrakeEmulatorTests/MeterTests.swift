import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct MeterTests {
    private static let day = CivilTime.secondsPerDay
    private static let customer = "cus_test_fixture"

    private func meter(_ bench: Bench, _ formula: String = "sum", event: String = "tokens") -> Bench.Answer {
        bench.post(
            "/v1/billing/meters",
            "display_name=Tokens&event_name=\(event)&default_aggregation[formula]=\(formula)")
    }

    private func use(_ bench: Bench, _ value: String, _ rest: String = "", event: String = "tokens") -> Bench.Answer {
        bench.post(
            "/v1/billing/meter_events",
            "event_name=\(event)&payload[stripe_customer_id]=\(Self.customer)&payload[value]=\(value)&\(rest)")
    }

    @Test func `a meter counts while it is active`() {
        let bench = Bench()
        let made = meter(bench)
        #expect(made["status"] == "active")
        #expect(made["customer_mapping"]?["event_payload_key"] == "stripe_customer_id")
        #expect(ShapeFit.misfits(made.body, .resource("billing.meter")) == [])
        #expect(meter(bench).param == "event_name")
        let event = use(bench, "5", "identifier=first")
        #expect(event["identifier"] == "first")
        #expect(ShapeFit.misfits(event.body, .resource("billing.meter_event")) == [])
        #expect(use(bench, "5", "identifier=first").param == "identifier")
        #expect(use(bench, "x").param == "payload[value]")
        #expect(use(bench, "1", "timestamp=\(bench.now - 36 * Self.day)").param == "timestamp")
        #expect(use(bench, "1", "timestamp=\(bench.now + 600)").param == "timestamp")
        #expect(use(bench, "1", event: "none").code == "no_meter")
        let stranger = "event_name=tokens&payload[stripe_customer_id]=cus_none&payload[value]=1"
        #expect(bench.post("/v1/billing/meter_events", stranger).param == "payload[stripe_customer_id]")
        let off = bench.post("/v1/billing/meters/\(made.id)/deactivate")
        #expect(off["status"] == "inactive")
        #expect(off["status_transitions"]?["deactivated_at"] == .integer(bench.now))
        #expect(bench.post("/v1/billing/meters/\(made.id)/deactivate").status == 400)
        #expect(use(bench, "1").code == "no_meter")
        #expect(bench.post("/v1/billing/meters/\(made.id)/reactivate")["status"] == "active")
        #expect(bench.post("/v1/billing/meters/\(made.id)", "display_name=Words")["display_name"] == "Words")
    }

    @Test(arguments: [("sum", "9.5"), ("count", "3"), ("last", "4.5")])
    func `usage is summed, counted, or the last of it`(formula: String, expected: String) {
        var bench = Bench()
        let id = meter(bench, formula).id
        bench.now = (bench.now / Self.day) * Self.day + 7_200
        for (offset, value) in [(0, "2"), (3_700, "3"), (7_300, "4.5")] {
            #expect(use(bench, value, "timestamp=\(bench.now - 7_200 + Int64(offset))").status == 200)
        }
        let start = bench.now - 7_200
        let query = "customer=\(Self.customer)&start_time=\(start)&end_time=\(start + Self.day)"
        let whole = bench.get("/v1/billing/meters/\(id)/event_summaries", query)
        let value = whole["data"]?.arrayValue?.first?["aggregated_value"] ?? .null
        #expect(String(decoding: JSONWriter.bytes(value), as: UTF8.self) == expected)
        #expect(
            ShapeFit.misfits(
                whole["data"]?.arrayValue?.first ?? .null, .resource("billing.meter_event_summary")) == [])
        let hours = bench.get("/v1/billing/meters/\(id)/event_summaries", query + "&value_grouping_window=hour")
        let starts = hours["data"]?.arrayValue?.compactMap { $0["start_time"]?.integerValue }
        #expect(starts == [start + 7_200, start + 3_600, start])
        let wrong = "customer=\(Self.customer)&start_time=\(start + 1)&end_time=\(start + Self.day)"
        #expect(bench.get("/v1/billing/meters/\(id)/event_summaries", wrong).param == "start_time")
    }

    @Test func `an event can be cancelled within a day`() {
        var bench = Bench()
        let id = meter(bench).id
        _ = use(bench, "5", "identifier=a")
        _ = use(bench, "7", "identifier=b")
        let cancel = "event_name=tokens&type=cancel&cancel[identifier]="
        let done = bench.post("/v1/billing/meter_event_adjustments", cancel + "a")
        #expect(done["status"] == "complete")
        #expect(ShapeFit.misfits(done.body, .resource("billing.meter_event_adjustment")) == [])
        #expect(bench.post("/v1/billing/meter_event_adjustments", cancel + "a").param == "cancel[identifier]")
        let start = (bench.now / 60) * 60 - 60
        let query = "customer=\(Self.customer)&start_time=\(start)&end_time=\(start + 180)"
        let left = bench.get("/v1/billing/meters/\(id)/event_summaries", query)
        #expect(left["data"]?.arrayValue?.first?["aggregated_value"] == 7)
        bench.now += Self.day + 1
        #expect(bench.post("/v1/billing/meter_event_adjustments", cancel + "b").status == 400)
    }

    @Test func `a metered price bills the period that is over`() {
        var bench = Bench()
        let id = meter(bench).id
        #expect(
            bench.post(
                "/v1/prices",
                "currency=usd&unit_amount=5&recurring[interval]=month&recurring[usage_type]=metered"
                    + "&product_data[name]=A"
            ).param == "recurring[meter]")
        let price = bench.post(
            "/v1/prices",
            "currency=usd&billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=10&tiers[0][unit_amount]=0"
                + "&tiers[1][up_to]=inf&tiers[1][unit_amount_decimal]=2.5&tiers[1][flat_amount]=100"
                + "&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=\(id)&product_data[name]=A"
        )
        #expect(price.status == 200)
        let made = bench.post(
            "/v1/subscriptions",
            "customer=\(Self.customer)&items[0][price]=\(price.id)&expand[]=latest_invoice")
        #expect(made["status"] == "active")
        #expect(made["latest_invoice"]?["total"] == 0)
        bench.now += 5 * Self.day
        _ = use(bench, "30")
        _ = use(bench, "1.4")
        #expect(bench.post("/v1/invoices/create_preview", "subscription=\(made.id)")["total"] == 153)
        bench.now = made["items"]?["data"]?.arrayValue?.first?["current_period_end"]?.integerValue ?? 0
        let renewal = bench.get("/v1/invoices", "subscription=\(made.id)&limit=1")["data"]?.arrayValue?.first
        #expect(renewal?["total"] == 153)
        let line = renewal?["lines"]?["data"]?.arrayValue?.first
        #expect(line?["quantity"] == 31)
        #expect(line?["period"]?["end"] == .integer(bench.now))
        #expect(bench.post("/v1/invoices/create_preview", "subscription=\(made.id)")["total"] == 0)
    }

    @Test func `events of the second API count alike`() {
        let bench = Bench()
        let id = meter(bench).id
        let send = { (path: String, body: String) -> Int in
            guard let match = Catalogue.shared.operation(verb: .post, path: path) else { return 0 }
            let call = EmulatorCall(match: match, json: try? JSONParser.parse(body), requestID: "req_two")
            return bench.host.handle(call, world: bench.world, atUnixSeconds: bench.now).status
        }
        let time = CivilTime.rfc3339(bench.now)
        let event =
            #"{"event_name":"tokens","identifier":"x","timestamp":"\#(time)","payload":{"stripe_customer_id":"#
            + #""cus_test_fixture","value":"12"}}"#
        #expect(send("/v2/billing/meter_events", event) == 200)
        let start = (bench.now / 60) * 60 - 60
        let query = "customer=\(Self.customer)&start_time=\(start)&end_time=\(start + 180)"
        let summaries = bench.get("/v1/billing/meters/\(id)/event_summaries", query)
        #expect(summaries["data"]?.arrayValue?.first?["aggregated_value"] == 12)
        let cancel = #"{"event_name":"tokens","type":"cancel","cancel":{"identifier":"x"}}"#
        #expect(send("/v2/billing/meter_event_adjustments", cancel) == 200)
        #expect(bench.get("/v1/billing/meters/\(id)/event_summaries", query).ids.isEmpty)
    }

    @Test func `decimal numbers add up without rounding`() {
        #expect(DecimalNumber("2.5").map { ($0 + $0 + $0).text } == "7.5")
        #expect(DecimalNumber("-0.000000000001")?.text == "-0.000000000001")
        #expect(DecimalNumber("2.5")?.rounded == 3)
        #expect(DecimalNumber("-2.5")?.rounded == -3)
        for text in ["", ".", "1.", "1e3", "0.0000000000001", "1234567890123456", "1,5", "--1", "１"] {
            #expect(DecimalNumber(text) == nil, "\(text)")
        }
    }
}
