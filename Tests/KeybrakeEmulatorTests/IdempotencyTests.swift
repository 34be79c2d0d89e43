import KeybrakeStripe
import Synchronization
import Testing

@testable import KeybrakeEmulator

@Suite struct IdempotencyTests {
    @Test func `the same key and parameters give the same bytes`() {
        let bench = Bench()
        let first = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa", key: "k1")
        #expect(first.headers["Idempotency-Key"] == "k1")
        #expect(first.headers["Idempotent-Replayed"] == nil)
        let second = bench.post("/v1/charges", "currency=usd&source=tok_visa&amount=1000", key: "k1")
        #expect(second.bytes == first.bytes)
        #expect(second.headers["Idempotent-Replayed"] == "true")
        #expect(second.headers["Original-Request"] == "req_bench")
        #expect(bench.get("/v1/charges").ids.count == 1)
    }

    @Test func `another body or endpoint is an error`() {
        let bench = Bench()
        _ = bench.post("/v1/customers", "name=a", key: "k1")
        let other = bench.post("/v1/customers", "name=b", key: "k1")
        #expect(other.status == 400)
        #expect(other.error?["type"] == "idempotency_error")
        #expect(
            other.message?.hasPrefix("Keys for idempotent requests can only be used with the same parameters") == true)
        let elsewhere = bench.post("/v1/charges", "name=a", key: "k1")
        #expect(elsewhere.message?.contains("('/v1/charges' vs '/v1/customers')") == true)
    }

    @Test func `declines are remembered, refused parameters are not`() {
        let bench = Bench()
        let declined = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_chargeDeclined", key: "k1")
        let again = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_chargeDeclined", key: "k1")
        #expect(again.bytes == declined.bytes)
        #expect(again.headers["Idempotent-Replayed"] == "true")
        #expect(bench.get("/v1/charges").ids.count == 1)
        #expect(bench.post("/v1/charges", "amont=1000", key: "k2").code == "parameter_unknown")
        #expect(bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa", key: "k2").status == 200)
    }

    @Test func `keys are forgotten after a day, and belong to an account`() {
        var bench = Bench()
        var other = bench
        other.account = "acct_other"
        let first = bench.post("/v1/customers", "name=a", key: "k1")
        #expect(other.post("/v1/customers", "name=b", key: "k1").status == 200)
        bench.now += IdempotencyTable.lifetimeSeconds - 1
        #expect(bench.post("/v1/customers", "name=a", key: "k1").id == first.id)
        bench.now += 1
        #expect(bench.post("/v1/customers", "name=a", key: "k1").id != first.id)
        #expect(bench.post("/v1/customers", "", key: String(repeating: "k", count: 256)).status == 400)
    }

    @Test func `sixty-four at once make one object`() async {
        let bench = Bench()
        let bodies = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<64 {
                group.addTask {
                    bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa", key: "same").bytes
                }
            }
            return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(bodies.count == 1)
        #expect(bench.get("/v1/charges").ids.count == 1)
        #expect(bench.get("/v1/balance_transactions").ids.count == 1)
    }

    @Test func `a key whose answer is held back is in use`() {
        var bench = Bench()
        bench.faultHeader = "delay_ms=1500"
        let first = bench.post("/v1/customers", "name=a", key: "k1")
        #expect(first.status == 200)
        bench.faultHeader = nil
        let second = bench.post("/v1/customers", "name=a", key: "k1")
        #expect(second.status == 409)
        #expect(second.code == "idempotency_key_in_use")
        #expect(second.error?["type"] == "idempotency_error")
        #expect(bench.post("/v1/customers", "name=a", key: "k2").status == 200)
        var other = bench
        other.account = "acct_other"
        #expect(other.post("/v1/customers", "name=a", key: "k1").status == 200)
        bench.now += 2
        #expect(bench.post("/v1/customers", "name=a", key: "k1").bytes == first.bytes)
    }

    @Test func `a key means nothing to a GET or a DELETE`() {
        let bench = Bench()
        let id = bench.post("/v1/customers").id
        #expect(bench.send(.delete, "/v1/customers/\(id)", "", key: "k").status == 200)
        let again = bench.send(.delete, "/v1/customers/\(id)", "", key: "k")
        #expect(again.status == 404)
        #expect(again.headers["Idempotent-Replayed"] == nil)
        _ = bench.send(.get, "/v1/customers", "", key: "k")
        #expect(bench.post("/v1/customers", "", key: "k").status == 200)
    }
}
