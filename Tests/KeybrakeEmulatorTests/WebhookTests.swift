import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct WebhookTests {
    private func endpoint(_ bench: Bench, _ types: String) -> Bench.Answer {
        bench.post("/v1/webhook_endpoints", "url=https://a.b/c&\(types)")
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

    @Test func `what an endpoint listens to is delivered, signed`() throws {
        let bench = Bench()
        let secret = endpoint(bench, "enabled_events[]=charge.succeeded")["secret"]?.stringValue ?? ""
        _ = bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa")
        _ = bench.post("/v1/customers")
        let deliveries = bench.host.takeDeliveries(world: "w", limit: 10, atUnixSeconds: bench.now)
        let delivery = try #require(deliveries.first)
        #expect(deliveries.count == 1)
        #expect(delivery.url == "https://a.b/c")
        let event = try JSONParser.parse(delivery.body)
        #expect(event["type"] == "charge.succeeded")
        let signed = Array("\(bench.now).".utf8) + delivery.body
        let code = Hexadecimal.text(HMACSHA256.code(signed, key: Array(secret.utf8)))
        #expect(delivery.signature == "t=\(bench.now),v1=\(code)")
        #expect(bench.host.takeDeliveries(world: "w", limit: 10, atUnixSeconds: bench.now).isEmpty)
    }

    @Test func `a failed delivery comes again, three times`() throws {
        let bench = Bench()
        _ = endpoint(bench, "enabled_events[]=*")
        _ = bench.post("/v1/customers")
        var now = bench.now
        for attempt in 1...4 {
            let delivery = try #require(bench.host.takeDeliveries(world: "w", limit: 1, atUnixSeconds: now).first)
            #expect(delivery.attempt == attempt)
            bench.host.report(delivery, succeeded: false, world: "w", atUnixSeconds: now)
            #expect(bench.host.takeDeliveries(world: "w", limit: 1, atUnixSeconds: now).isEmpty)
            now += 14_400
        }
        #expect(bench.host.takeDeliveries(world: "w", limit: 1, atUnixSeconds: now).isEmpty)
    }

    @Test func `an endpoint that is gone gets nothing`() {
        let bench = Bench()
        let id = endpoint(bench, "enabled_events[]=*").id
        _ = bench.post("/v1/customers")
        _ = bench.delete("/v1/webhook_endpoints/\(id)")
        _ = bench.post("/v1/customers")
        #expect(bench.host.takeDeliveries(world: "w", limit: 9, atUnixSeconds: bench.now).isEmpty)
    }
}
