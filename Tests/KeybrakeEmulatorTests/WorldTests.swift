import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct WorldTests {
    /// A day in the life of a shop, as the bytes of all its answers.
    private func day(_ bench: Bench) throws -> [[UInt8]] {
        var bytes: [[UInt8]] = []
        bytes.append(bench.post("/v1/customers", "email=a@example.com&source=tok_visa").bytes)
        bytes.append(
            bench.post("/v1/payment_intents", "amount=900&currency=usd&payment_method=pm_card_visa&confirm=true").bytes)
        bytes.append(bench.post("/v1/charges", "amount=100&currency=usd&source=tok_chargeDeclined").bytes)
        bytes.append(bench.post("/v1/products", "name=Shoe").bytes)
        _ = try bench.host.advanceClock(world: bench.world, bySeconds: 5 * 86_400, atUnixSeconds: bench.now)
        bytes.append(bench.get("/v1/balance").bytes)
        bytes.append(bench.get("/v1/events", "limit=100").bytes)
        bytes.append(bench.get("/v1/balance_transactions").bytes)
        return bytes
    }

    @Test func `two runs give the same bytes`() throws {
        let frozen = { (configuration: inout EmulatorConfiguration) in
            configuration.clock = .frozen(atUnixSeconds: 1_700_000_000)
        }
        let first = try day(Bench(frozen))
        var later = Bench(frozen)
        later.now += 12_345
        #expect(try day(later) == first)
        let other = try day(
            Bench { configuration in
                frozen(&configuration)
                configuration.seed = 2
            })
        #expect(other[0] != first[0])
        var named = Bench(frozen)
        named.world = "another"
        #expect(try day(named)[0] != first[0])
    }

    @Test func `money becomes available when its day comes`() throws {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_visa")
        let transaction = charge["balance_transaction"]?.stringValue ?? ""
        #expect(bench.get("/v1/balance_transactions/\(transaction)")["status"] == "pending")
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 0)
        let day = bench.get("/v1/balance_transactions/\(transaction)")["available_on"]?.integerValue ?? 0
        _ = try bench.host.advanceClock(world: "w", toUnixSeconds: day - 1, atUnixSeconds: bench.now)
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 1912)
        _ = try bench.host.advanceClock(world: "w", toUnixSeconds: day, atUnixSeconds: bench.now)
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 1912)
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 0)
        #expect(bench.get("/v1/balance_transactions/\(transaction)")["status"] == "available")
        #expect(bench.get("/v1/events", "type=balance.available").ids.count == 1)
        let instant = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_bypassPending")
        #expect(instant.status == 200)
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 2853)
        #expect(throws: EmulatorHost.Failure.self) {
            try bench.host.advanceClock(world: "w", toUnixSeconds: day - 1, atUnixSeconds: bench.now)
        }
    }

    @Test func `a fork goes its own way, a reset forgets`() throws {
        let bench = Bench()
        var fork = bench
        fork.world = "fork"
        let id = bench.post("/v1/customers", "name=shared").id
        try bench.host.fork(world: "w", into: "fork")
        _ = fork.post("/v1/customers/\(id)", "name=forked")
        #expect(bench.get("/v1/customers/\(id)")["name"] == "shared")
        #expect(fork.get("/v1/customers/\(id)")["name"] == "forked")
        bench.host.reset(world: "w")
        #expect(bench.get("/v1/customers/\(id)").status == 404)
        #expect(fork.get("/v1/customers/\(id)").status == 200)
    }

    @Test func `what is exported can be put into another world`() throws {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "source=tok_chargeCustomerFail")
        let charge = bench.post("/v1/charges", "amount=500&currency=usd&source=tok_visa")
        let lines = try bench.host.export(world: "w")
        var copy = bench
        copy.world = "copy"
        let count = try bench.host.seed(world: "copy", lines: lines, atUnixSeconds: bench.now)
        #expect(count == lines.count { $0 == 0x0A })
        #expect(copy.get("/v1/charges/\(charge.id)").bytes == charge.bytes)
        #expect(copy.post("/v1/charges", "amount=500&currency=usd&customer=\(customer.id)").code == "card_declined")
        #expect(try bench.host.export(world: "copy").count >= lines.count)
    }

    @Test(arguments: [
        ("{\"object\":\"customer\"}", "line 1: `id` is missing"), ("\n[]", "line 2: no JSON object"),
        ("{\"id\":\"cus_1\"}", "line 1: `object` is missing"), ("{", "line 1: no JSON: "),
    ])
    func `a bad seed names its line`(text: String, reason: String) {
        let bench = Bench()
        #expect {
            try bench.host.seed(world: "w", lines: Array(text.utf8), atUnixSeconds: bench.now)
        } throws: { "\($0)".hasPrefix(reason) }
    }

    @Test(arguments: [
        ("sk_live_x1234567890", 401), ("pk_test_x1234567890", 401), ("", 401), ("nonsense", 401), ("rk_test_x", 200),
    ])
    func `only test keys are taken`(key: String, status: Int) {
        let answer = Bench().send(.get, "/v1/customers", "", apiKey: key)
        #expect(answer.status == status)
        #expect(answer.message?.contains("x1234567890") != true)
    }

    @Test func `there are only so many worlds and objects`() {
        var bench = Bench { $0.worldsMax = 1 }
        #expect(bench.get("/v1/customers").status == 200)
        bench.world = "second"
        #expect(bench.get("/v1/customers").status == 503)
        let small = Bench {
            $0.seedsFixtures = false
            $0.objectsMax = 2
        }
        #expect(small.post("/v1/customers").status == 200)
        #expect(small.post("/v1/customers").status == 200)
        #expect(small.post("/v1/customers").status == 507)
    }

    @Test func `a strict world does not make answers up`() {
        let strict = Bench { $0.isStrict = true }
        #expect(strict.post("/v1/terminal/refunds").status == 501)
        let lenient = Bench().post("/v1/terminal/refunds")
        #expect(lenient.status == 200)
        #expect(lenient.headers["X-Keybrake-Emulated"] == "schema")
    }
}
