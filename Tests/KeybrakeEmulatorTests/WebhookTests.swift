import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct WebhookTests {
    private func endpoint(_ bench: Bench, _ form: String = "enabled_events[]=*") -> Bench.Answer {
        bench.post("/v1/webhook_endpoints", "url=https://a.b/c&\(form)")
    }

    private func take(_ bench: Bench, limit: Int = 100) -> [WebhookDelivery] {
        bench.host.takeDeliveries(world: bench.world, limit: limit, atUnixSeconds: bench.now)
    }

    private func report(_ delivery: WebhookDelivery, _ status: Int?, _ bench: Bench, _ text: String = "") -> Bool {
        bench.host.report(
            delivery, status: status, response: text, world: bench.world, atUnixSeconds: bench.now)
    }

    private func log(_ bench: Bench, event: String? = nil, endpoint: String? = nil) throws -> [JSONValue] {
        try bench.host.deliveries(world: bench.world, event: event, endpoint: endpoint).arrayValue ?? []
    }

    private func signature(_ delivery: WebhookDelivery, _ secrets: [String], at time: Int64) -> String {
        let signed = Array("\(time).".utf8) + delivery.body
        return secrets.reduce("t=\(time)") {
            $0 + ",v1=" + Hexadecimal.text(HMACSHA256.code(signed, key: Array($1.utf8)))
        }
    }

    @Test func `an endpoint shows its secret once`() {
        let bench = Bench()
        let made = endpoint(bench, "enabled_events[]=charge.succeeded&metadata[a]=b")
        #expect(made["secret"]?.stringValue?.hasPrefix("whsec_") == true)
        let read = bench.get("/v1/webhook_endpoints/\(made.id)")
        #expect(read["secret"] == nil)
        #expect(read["status"] == "enabled")
        #expect(bench.post("/v1/webhook_endpoints/\(made.id)", "disabled=true")["status"] == "disabled")
        #expect(bench.delete("/v1/webhook_endpoints/\(made.id)").body["deleted"] == true)
        #expect(bench.post("/v1/webhook_endpoints", "url=a.b&enabled_events[]=*").param == "url")
    }

    @Test func `an account has sixteen endpoints, and as many for its connected accounts`() {
        let bench = Bench()
        for _ in 1...16 { #expect(endpoint(bench).status == 200) }
        #expect(endpoint(bench).status == 400)
        #expect(endpoint(bench, "enabled_events[]=*&connect=true").status == 200)
    }

    @Test func `what an endpoint listens to is delivered, signed, in its version`() throws {
        let bench = Bench()
        let made = endpoint(bench, "enabled_events[]=charge.succeeded&api_version=2025-03-31.basil")
        let secret = made["secret"]?.stringValue ?? ""
        _ = bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa")
        _ = bench.post("/v1/customers")
        let deliveries = take(bench)
        let delivery = try #require(deliveries.first)
        #expect(deliveries.count == 1)
        #expect(delivery.url == "https://a.b/c")
        let event = try JSONParser.parse(delivery.body)
        #expect(event["type"] == "charge.succeeded")
        #expect(event["api_version"] == "2025-03-31.basil")
        #expect(event["pending_webhooks"] == 1)
        #expect(event["account"] == nil)
        #expect(delivery.signature == signature(delivery, [secret], at: bench.now))
        #expect(take(bench).isEmpty)
    }

    @Test func `a failed delivery comes again, three times, and the log tells`() throws {
        var bench = Bench()
        let id = endpoint(bench).id
        _ = bench.post("/v1/customers")
        for (attempt, wait) in [(1, 3_600), (2, 7_200), (3, 14_400)] as [(Int, Int64)] {
            let delivery = try #require(take(bench).first)
            #expect(delivery.attempt == attempt)
            #expect(report(delivery, attempt == 2 ? nil : 500, bench, "answer \(attempt)"))
            let record = try #require(try log(bench).first)
            #expect(record["status"] == "waiting")
            #expect(record["next_attempt"] == .integer(bench.now + wait))
            bench.now += wait - 1
            #expect(take(bench).isEmpty)
            bench.now += 1
        }
        let last = try #require(take(bench).first)
        #expect(try log(bench).first?["status"] == "underway")
        #expect(report(last, 301, bench, String(repeating: "x", count: 5_000)))
        #expect(!report(last, 200, bench))
        bench.now += 1_000_000
        #expect(take(bench).isEmpty)
        let record = try #require(try log(bench, endpoint: id).first)
        #expect(record["status"] == "failed")
        #expect(record["next_attempt"] == .null)
        let attempts = record["attempts"]?.arrayValue ?? []
        #expect(attempts.map { $0["status"] } == [500, .null, 500, 301])
        #expect(attempts.first?["response"] == "answer 1")
        #expect(attempts.last?["response"]?.stringValue?.utf8.count == 1_024)
        #expect(try log(bench, endpoint: "we_other").isEmpty)
    }

    @Test func `an endpoint that is gone or disabled gets nothing`() throws {
        let bench = Bench()
        let gone = endpoint(bench).id
        let disabled = endpoint(bench).id
        _ = bench.post("/v1/customers")
        _ = bench.delete("/v1/webhook_endpoints/\(gone)")
        _ = bench.post("/v1/webhook_endpoints/\(disabled)", "disabled=true")
        _ = bench.post("/v1/customers")
        #expect(take(bench).isEmpty)
        #expect(try log(bench).map { $0["status"] } == ["abandoned", "abandoned"])
        _ = bench.post("/v1/webhook_endpoints/\(disabled)", "disabled=false")
        _ = bench.post("/v1/customers")
        #expect(take(bench).map(\.endpoint) == [disabled])
    }

    @Test func `an event can be sent again`() throws {
        let bench = Bench()
        let hearing = endpoint(bench).id
        let deaf = endpoint(bench, "enabled_events[]=charge.failed").id
        _ = bench.post("/v1/customers")
        let first = try #require(take(bench).first)
        #expect(report(first, 200, bench))
        let event = bench.get("/v1/events", "type=customer.created").ids.first ?? ""
        #expect(try bench.host.resend(event: event, world: "w", atUnixSeconds: bench.now).arrayValue?.count == 1)
        let again = try #require(take(bench).first)
        #expect(again.endpoint == hearing)
        #expect(again.body == first.body)
        #expect(report(again, 500, bench))
        #expect(try log(bench, event: event).first?["status"] == "failed")
        #expect(try log(bench, event: event).first?["manual"] == true)
        _ = try bench.host.resend(event: event, endpoint: deaf, world: "w", atUnixSeconds: bench.now)
        #expect(take(bench).map(\.endpoint) == [deaf])
        for (event, endpoint) in [("evt_none", nil), (event, "we_none")] as [(String, String?)] {
            #expect(throws: EmulatorHost.Failure.self) {
                try bench.host.resend(event: event, endpoint: endpoint, world: "w", atUnixSeconds: bench.now)
            }
        }
    }

    @Test func `a rolled secret and the one before it both sign for a while`() throws {
        var bench = Bench()
        let made = endpoint(bench)
        let old = made["secret"]?.stringValue ?? ""
        let new = try bench.host.rollWebhookSecret(
            endpoint: made.id, keepingOldForSeconds: 600, world: "w", atUnixSeconds: bench.now)
        #expect(new != old)
        _ = bench.post("/v1/customers")
        let both = try #require(take(bench).first)
        #expect(both.signature == signature(both, [new, old], at: bench.now))
        bench.now += 600
        _ = bench.post("/v1/customers")
        let one = try #require(take(bench).first)
        #expect(one.signature == signature(one, [new], at: bench.now))
        let secrets = try bench.host.webhookSecrets(endpoint: made.id, world: "w", atUnixSeconds: bench.now)
        #expect(secrets == [new])
        for (endpoint, seconds) in [("we_none", 0), (made.id, 86_401), (made.id, -1)] as [(String, Int64)] {
            #expect(throws: EmulatorHost.Failure.self) {
                try bench.host.rollWebhookSecret(
                    endpoint: endpoint, keepingOldForSeconds: seconds, world: "w", atUnixSeconds: bench.now)
            }
        }
    }

    @Test func `Connect endpoints hear the connected accounts, and only them`() throws {
        let bench = Bench()
        let connect = endpoint(bench, "enabled_events[]=customer.created&connect=true")
        #expect(connect["application"]?.stringValue?.hasPrefix("ca_") == true)
        let own = endpoint(bench).id
        var inside = bench
        inside.account = "acct_inside"
        let inner = endpoint(inside).id
        _ = inside.post("/v1/customers")
        let heard = take(bench)
        #expect(Set(heard.map(\.endpoint)) == [connect.id, inner])
        let told = try #require(heard.first { $0.endpoint == connect.id })
        #expect(try JSONParser.parse(told.body)["account"] == "acct_inside")
        let innerBody = try #require(heard.first { $0.endpoint == inner }).body
        #expect(try JSONParser.parse(innerBody)["account"] == nil)
        for delivery in heard { #expect(report(delivery, 200, bench)) }
        _ = bench.post("/v1/customers")
        #expect(take(bench).map(\.endpoint) == [own])
    }

    @Test func `events count the endpoints that have not got them`() throws {
        let bench = Bench()
        _ = endpoint(bench)
        _ = endpoint(bench)
        _ = bench.post("/v1/customers")
        let event = bench.get("/v1/events").ids.first ?? ""
        #expect(bench.get("/v1/events/\(event)")["pending_webhooks"] == 2)
        #expect(bench.get("/v1/events", "delivery_success=true").ids == [])
        let deliveries = take(bench)
        #expect(report(deliveries[0], 200, bench))
        #expect(bench.get("/v1/events/\(event)")["pending_webhooks"] == 1)
        #expect(bench.get("/v1/events", "delivery_success=false").ids == [event])
        #expect(report(deliveries[1], 204, bench))
        #expect(bench.get("/v1/events", "delivery_success=true").ids == [event])
        #expect(bench.get("/v1/events", "delivery_success=false").ids == [])
    }

    @Test func `events are there for thirty days, and can be narrowed`() {
        var bench = Bench()
        _ = bench.post("/v1/customers")
        _ = bench.post("/v1/products", "name=Tea")
        let both = bench.get("/v1/events").ids
        #expect(both.count == 2)
        #expect(bench.get("/v1/events", "types[]=customer.*&types[]=product.created").ids == both)
        #expect(bench.get("/v1/events", "types[]=customer.created").ids == [both[1]])
        #expect(bench.get("/v1/events", "type=product.*").ids == [both[0]])
        #expect(bench.get("/v1/events", "type=product.*&types[]=product.*").param == "types")
        let many = (0..<21).map { _ in "types[]=product.created" }.joined(separator: "&")
        #expect(bench.get("/v1/events", many).param == "types")
        bench.now += 30 * 86_400 - 1
        #expect(bench.get("/v1/events").ids == both)
        bench.now += 1
        #expect(bench.get("/v1/events").ids == [])
        #expect(bench.get("/v1/events", "type=product.created").ids == [])
        #expect(bench.get("/v1/events/\(both[0])").code == "resource_missing")
    }
}
