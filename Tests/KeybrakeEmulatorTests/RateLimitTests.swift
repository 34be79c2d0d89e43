import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct RateLimitTests {
    private func limited(_ limits: String) throws -> Bench {
        let bench = Bench()
        _ = try bench.host.setRateLimits(try JSONParser.parse(limits), world: "w")
        return bench
    }

    private func reason(_ answer: Bench.Answer) -> String? { answer.headers["Stripe-Rate-Limited-Reason"] }

    @Test func `a sandbox takes twenty-five calls a second`() throws {
        var bench = try limited("{}")
        for _ in 1...25 { #expect(bench.get("/v1/customers").status == 200) }
        let refused = bench.get("/v1/customers")
        #expect(refused.status == 429)
        #expect(refused.code == "rate_limit")
        #expect(reason(refused) == "endpoint-rate")
        #expect(reason(bench.get("/v1/charges")) == "global-rate")
        bench.account = "acct_other"
        #expect(bench.get("/v1/customers").status == 200)
        bench.account = nil
        bench.now += 1
        #expect(bench.get("/v1/customers").status == 200)
    }

    @Test func `each operation has a limit of its own, files and searches a lower one`() throws {
        let bench = try limited(#"{"requests_per_second":null}"#)
        for _ in 1...25 { _ = bench.get("/v1/customers") }
        #expect(reason(bench.get("/v1/customers")) == "endpoint-rate")
        #expect(bench.post("/v1/customers").status == 200)
        for _ in 1...20 { #expect(bench.get("/v1/files").status == 200) }
        #expect(reason(bench.get("/v1/files")) == "endpoint-rate")
    }

    @Test func `a PaymentIntent is changed so often in an hour`() throws {
        var bench = try limited(
            #"{"requests_per_second":null,"endpoint_requests_per_second":null,"payment_intent_updates_per_hour":3}"#)
        let intent = bench.post("/v1/payment_intents", "amount=100&currency=usd").id
        for _ in 1...3 { #expect(bench.post("/v1/payment_intents/\(intent)", "description=a").status == 200) }
        #expect(reason(bench.post("/v1/payment_intents/\(intent)/cancel")) == "resource-specific")
        #expect(bench.get("/v1/payment_intents/\(intent)")["status"] == "requires_payment_method")
        #expect(bench.post("/v1/payment_intents", "amount=100&currency=usd").status == 200)
        bench.now += 3_600
        #expect(bench.post("/v1/payment_intents/\(intent)/cancel").status == 200)
    }

    @Test func `a refused call is not executed, and its key does not remember it`() throws {
        var bench = try limited(#"{"requests_per_second":1}"#)
        _ = bench.get("/v1/balance")
        #expect(bench.post("/v1/customers", key: "k").status == 429)
        bench.now += 1
        let made = bench.post("/v1/customers", key: "k")
        #expect(made.status == 200)
        #expect(made.headers["Idempotent-Replayed"] == nil)
    }

    @Test func `limits can be read and switched off, and other words are refused`() throws {
        let bench = try limited(#"{"requests_per_second":1}"#)
        #expect(try bench.host.rateLimits(world: "w")["requests_per_second"] == 1)
        #expect(try bench.host.rateLimits(world: "w")["payment_intent_updates_per_hour"] == 1_000)
        #expect(try bench.host.setRateLimits(.null, world: "w") == .null)
        for _ in 1...60 { #expect(bench.get("/v1/balance").status == 200) }
        for bad in [#"{"requests_per_second":0}"#, #"{"rps":1}"#, "7", #"{"requests_per_second":"25"}"#] {
            let value = try JSONParser.parse(bad)
            #expect(throws: EmulatorHost.Failure.self) { try bench.host.setRateLimits(value, world: "w") }
        }
    }
}
