import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct FaultRuleTests {
    private let bench = Bench()

    private func add(_ rule: String, world: String = "w") throws -> JSONValue {
        try bench.host.addFaultRule(try JSONParser.parse(rule), world: world)
    }

    private func rules() throws -> [JSONValue] {
        try bench.host.faultRules(world: "w").arrayValue ?? []
    }

    /// Which of that many calls come back with 500.
    private func failing(_ count: Int, _ bench: Bench? = nil) -> [Int] {
        (1...count).filter { _ in (bench ?? self.bench).post("/v1/customers").status == 500 }
    }

    @Test(arguments: [
        (#""nth":3"#, [3]), (#""every":3"#, [3, 6, 9]), (#""first":2"#, [1, 2]), (#""every":2,"times":2"#, [2, 4]),
        (#""probability_ppm":1000000,"first":1"#, [1]), (#""probability_ppm":0"#, []),
    ])
    func `a rule befalls the calls whose turn it is`(turn: String, expected: [Int]) throws {
        _ = try add("{\"operation\":\"POST /v1/customers\",\(turn),\"fault\":{\"status\":500}}")
        #expect(failing(9) == expected)
        let rule = try #require(try rules().first)
        #expect(rule["matched"] == 9)
        #expect(rule["fired"] == .integer(Int64(expected.count)))
    }

    @Test func `chance is the world's own and the same on every run`() throws {
        let rule = try JSONParser.parse(#"{"operation":"*","probability_ppm":300000,"fault":"status=500"}"#)
        let again = Bench()
        var other = Bench()
        other.world = "other"
        for each in [bench, again, other] { _ = try each.host.addFaultRule(rule, world: each.world) }
        let hit = failing(200)
        #expect((30...90).contains(hit.count))
        #expect(failing(200, again) == hit)
        #expect(failing(200, other) != hit)
    }

    @Test func `a pattern covers one operation, a family of them, or all`() throws {
        _ = try add(#"{"operation":"POST /v1/charges*","fault":"status=503"}"#)
        #expect(bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa").status == 503)
        #expect(bench.post("/v1/charges/ch_x/capture").status == 503)
        #expect(bench.get("/v1/charges").status == 200)
        _ = try add(#"{"operation":"* /v1/customers/{customer}","fault":"status=500"}"#)
        #expect(bench.get("/v1/customers/cus_test_fixture").status == 500)
        #expect(bench.delete("/v1/customers/cus_test_fixture").status == 500)
        #expect(bench.get("/v1/customers").status == 200)
    }

    @Test func `rules can be about one account, key or conversation`() throws {
        _ = try add(#"{"operation":"*","account":"acct_a","fault":"status=500"}"#)
        _ = try add(#"{"operation":"*","idempotency_key":"k","fault":"status=502"}"#)
        _ = try add(#"{"operation":"*","conversation":"c1","fault":"status=503"}"#)
        var inside = bench
        inside.account = "acct_a"
        #expect(inside.get("/v1/customers").status == 500)
        #expect(bench.post("/v1/customers", key: "k").status == 502)
        #expect(bench.post("/v1/customers", key: "l").status == 200)
        let match = try #require(Catalogue.shared.operation(verb: .get, path: "/v1/customers"))
        let talk = { (id: String) in
            bench.host.handle(
                EmulatorCall(match: match, conversation: id, requestID: "req_c"), world: "w",
                atUnixSeconds: Bench.start)
        }
        #expect(talk("c1").status == 503)
        #expect(talk("c2").status == 200)
        #expect(try rules().last?["last_request"] == "req_c")
    }

    @Test func `what was committed before the fault is there, and its key answers with it`() throws {
        _ = try add(#"{"operation":"POST /v1/customers","nth":1,"fault":{"status":500,"after_commit":true}}"#)
        _ = try add(#"{"operation":"POST /v1/customers","nth":3,"fault":{"timeout_after_commit":true}}"#)
        let before = bench.get("/v1/customers").ids.count
        let lost = bench.post("/v1/customers", key: "a")
        #expect(lost.status == 500)
        #expect(lost.message == "This fault was asked for by the fault rule fault_1.")
        let again = bench.post("/v1/customers", key: "a")
        #expect(again.status == 200)
        #expect(again.headers["Idempotent-Replayed"] == "true")
        #expect(bench.post("/v1/customers", key: "b").status == 200)
        #expect(bench.post("/v1/customers", key: "b").headers["Idempotent-Replayed"] == "true")
        #expect(bench.get("/v1/customers").ids.count == before + 2)
    }

    @Test func `a fault before the commit is not remembered by its key`() throws {
        _ = try add(#"{"operation":"*","first":1,"fault":{"status":429,"reason":"global-rate"}}"#)
        let refused = bench.post("/v1/customers", key: "a")
        #expect(refused.status == 429)
        #expect(refused.code == "rate_limit")
        #expect(refused.headers["Stripe-Rate-Limited-Reason"] == "global-rate")
        let made = bench.post("/v1/customers", key: "a")
        #expect(made.status == 200)
        #expect(made.headers["Idempotent-Replayed"] == nil)
    }

    @Test func `a request's own fault goes before the rules, and the oldest rule before the others`() throws {
        _ = try add(#"{"id":"old","operation":"*","times":1,"fault":"status=500"}"#)
        _ = try add(#"{"id":"new","operation":"*","fault":"status=501"}"#)
        let match = try #require(Catalogue.shared.operation(verb: .get, path: "/v1/customers"))
        let own = EmulatorCall(match: match, faultHeader: "status=502", requestID: "req")
        #expect(bench.host.handle(own, world: "w", atUnixSeconds: bench.now).status == 502)
        #expect(bench.get("/v1/customers").status == 500)
        #expect(bench.get("/v1/customers").status == 501)
        let (old, new) = (try rules()[0], try rules()[1])
        #expect([old["matched"], old["fired"], old["remaining"]] == [2, 1, 0])
        #expect([new["matched"], new["fired"], new["remaining"]] == [2, 1, .null])
    }

    @Test func `several effects come together`() throws {
        _ = try add(#"{"operation":"*","fault":{"delay_ms":5,"slow_ms":100,"truncate":10,"should_retry":false}}"#)
        let match = try #require(Catalogue.shared.operation(verb: .get, path: "/v1/customers"))
        let answer = bench.host.handle(
            EmulatorCall(match: match, requestID: "req"), world: "w", atUnixSeconds: bench.now)
        let speed = answer.body.count * 10
        #expect(
            answer.delivery
                == .init(delayMilliseconds: 5, bodyBytesPerSecond: speed, ending: .truncated(bodyBytes: 10)))
        #expect(answer.headers.contains { $0.name == "Stripe-Should-Retry" && $0.value == "false" })
    }

    @Test func `rules can be listed and taken away, belong to their world, and go with a fork`() throws {
        let made = try add(#"{"operation":"POST /v1/customers","fault":"status=500"}"#)
        #expect(made["id"] == "fault_1")
        #expect(try add(#"{"id":"mine","operation":"*","fault":{"delay_ms":1}}"#)["id"] == "mine")
        #expect(try bench.host.faultRules(world: "v") == [])
        try bench.host.fork(world: "w", into: "f")
        try bench.host.deleteFaultRule(id: "mine", world: "w")
        #expect(try rules().count == 1)
        #expect(try bench.host.faultRules(world: "f").arrayValue?.count == 2)
        try bench.host.clearFaultRules(world: "w")
        #expect(try rules().isEmpty)
        #expect(failing(1) == [])
        #expect(throws: EmulatorHost.Failure.self) { try bench.host.deleteFaultRule(id: "mine", world: "w") }
    }

    @Test(arguments: [
        ("[]", "JSON object"), ("{}", "`operation`"), (#"{"operation":"*"}"#, "`fault`"),
        (#"{"operation":"POST /v1/chargess","fault":"reset"}"#, "covers no operation"),
        (#"{"operation":"PATCH /v1/charges","fault":"reset"}"#, "covers no operation"),
        (#"{"operation":"POST","fault":"reset"}"#, "covers no operation"),
        (#"{"operation":"*","fault":"resett"}"#, "`resett` is not known"),
        (#"{"operation":"*","fault":{}}"#, "object of words"), (#"{"operation":"*","fault":7}"#, "object of words"),
        (#"{"operation":"*","fault":{"status":200}}"#, "400 to 599"),
        (#"{"operation":"*","fault":{"status":[500]}}"#, "no text, number or truth"),
        (#"{"operation":"*","fault":"reset","nth":0}"#, "`nth`"),
        (#"{"operation":"*","fault":"reset","nth":1.5}"#, "`nth`"),
        (#"{"operation":"*","fault":"reset","nth":1,"every":2}"#, "one of `nth`"),
        (#"{"operation":"*","fault":"reset","probability_ppm":1000001}"#, "`probability_ppm`"),
        (#"{"operation":"*","fault":"reset","probabilty_ppm":1}"#, "did you mean `probability_ppm`"),
        (#"{"operation":"*","fault":"reset","account":7}"#, "`account`"),
        (#"{"operation":"*","fault":"reset","fault":"reset"}"#, "twice"),
    ])
    func `a rule that says something else is refused, and named`(rule: String, reason: String) throws {
        let value = try JSONParser.parse(rule)
        let failure = #expect(throws: EmulatorHost.Failure.self) { try bench.host.addFaultRule(value, world: "w") }
        #expect(failure?.description.contains(reason) == true, "\(failure?.description ?? "")")
        #expect(try rules().isEmpty)
    }
}
