import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct WebhookSwitchTests {
    /// A world with one endpoint and these switches.
    private func bench(_ switches: String) throws -> Bench {
        let bench = Bench()
        _ = try bench.host.setWebhookSwitches(try JSONParser.parse(switches), world: "w")
        _ = bench.post("/v1/webhook_endpoints", "url=https://a.b/c&enabled_events[]=customer.created")
        return bench
    }

    private func take(_ bench: Bench) -> [WebhookDelivery] {
        bench.host.takeDeliveries(world: "w", limit: 100, atUnixSeconds: bench.now)
    }

    /// The names of the customers whose making is told, in the order of the deliveries.
    private func names(_ deliveries: [WebhookDelivery]) -> [String] {
        deliveries.compactMap {
            (try? JSONParser.parse($0.body))?["data"]?["object"]?["name"]?.stringValue
        }
    }

    private func make(_ names: String, _ bench: Bench) {
        for name in names { _ = bench.post("/v1/customers", "name=\(name)") }
    }

    @Test func `without switches events come once, in order, at once`() throws {
        let bench = try bench("{}")
        make("abc", bench)
        #expect(names(take(bench)) == ["a", "b", "c"])
    }

    @Test func `every second one comes twice`() throws {
        let bench = try bench(#"{"duplicate_every":2}"#)
        make("abcd", bench)
        let deliveries = take(bench)
        #expect(names(deliveries) == ["a", "b", "b", "c", "d", "d"])
        #expect(deliveries[1].body == deliveries[2].body)
        #expect(deliveries[1].id != deliveries[2].id)
    }

    @Test func `two change places, and one that no other follows comes later`() throws {
        var bench = try bench(#"{"disorder":true}"#)
        make("abcde", bench)
        #expect(names(take(bench)) == ["b", "a", "d", "c"])
        bench.now += 59
        #expect(take(bench).isEmpty)
        bench.now += 1
        #expect(names(take(bench)) == ["e"])
        make("f", bench)
        #expect(take(bench).isEmpty)
        make("g", bench)
        #expect(names(take(bench)) == ["g", "f"])
    }

    @Test func `deliveries wait`() throws {
        var bench = try bench(#"{"delay_seconds":30}"#)
        make("a", bench)
        bench.now += 29
        #expect(take(bench).isEmpty)
        bench.now += 1
        #expect(names(take(bench)) == ["a"])
    }

    @Test func `every third signature does not fit`() throws {
        let bench = try bench(#"{"bad_signature_every":3}"#)
        make("abcdef", bench)
        let endpoint = bench.get("/v1/webhook_endpoints").ids[0]
        let secret = try bench.host.webhookSecrets(endpoint: endpoint, world: "w", atUnixSeconds: bench.now)[0]
        let fit = take(bench).map { delivery in
            let signed = Array("\(bench.now).".utf8) + delivery.body
            let code = Hexadecimal.text(HMACSHA256.code(signed, key: Array(secret.utf8)))
            return delivery.signature == "t=\(bench.now),v1=\(code)"
        }
        #expect(fit == [true, true, false, true, true, false])
    }

    @Test func `switches hold for connected accounts too, can be read, and other words are refused`() throws {
        let bench = try bench(#"{"delay_seconds":30}"#)
        var inside = bench
        inside.account = "acct_inside"
        _ = inside.post("/v1/webhook_endpoints", "url=https://a.b/c&enabled_events[]=*")
        make("a", inside)
        #expect(take(bench).isEmpty)
        #expect(try bench.host.webhookSwitches(world: "w")["delay_seconds"] == 30)
        _ = try bench.host.setWebhookSwitches([:], world: "w")
        make("b", inside)
        #expect(names(take(bench)) == ["b"])
        for bad in ["[]", #"{"dupes":1}"#, #"{"disorder":1}"#, #"{"delay_seconds":-1}"#, #"{"duplicate_every":0}"#] {
            let value = try JSONParser.parse(bad)
            #expect(throws: EmulatorHost.Failure.self) { try bench.host.setWebhookSwitches(value, world: "w") }
        }
    }
}
