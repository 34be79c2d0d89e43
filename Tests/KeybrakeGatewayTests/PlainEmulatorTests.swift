import KeybrakeEmulator
import KeybrakeStripe
import KeybrakeTestKit
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import KeybrakeGateway

/// The emulator as plain Stripe, in front of no gateway.
@Suite struct PlainEmulatorTests {
    private let host = EmulatorHost(configuration: .standard)

    private func send(
        _ operation: String, _ body: String = "", key: String = "sk_test_1", headers: HTTPHeaders = [:],
        isByKey: Bool = false
    ) -> Reply {
        let api = PlainEmulator(
            emulator: host, catalogue: .shared, requestIDs: RequestIDSource(process: "plain"),
            selection: WorldSelection(isByKey: isByKey),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let words = operation.split(separator: " ", maxSplits: 1)
        var all = headers
        all.add(name: "Authorization", value: "Bearer \(key)")
        if !body.isEmpty { all.add(name: "Content-Type", value: "application/x-www-form-urlencoded") }
        let request = IncomingRequest(
            method: HTTPMethod(rawValue: String(words[0])), target: String(words[1]), headers: all,
            body: ByteBuffer(string: body), receivedAtMicroseconds: 1_764_000_000_000_000)
        var reply: Reply?
        api.handle(request, on: EmbeddedEventLoop()) { reply = Reply($0) }
        return reply ?? Reply(OutgoingResponse(status: 0, headers: [:], body: ByteBuffer()))
    }

    private func makeCustomer(key: String = "sk_test_1", headers: HTTPHeaders = [:], isByKey: Bool = false) -> String {
        let reply = send("POST /v1/customers", "name=A", key: key, headers: headers, isByKey: isByKey)
        return reply.json["id"]?.stringValue ?? "?"
    }

    @Test func `a test key is enough, with and without a prefix before the path`() {
        let id = makeCustomer()
        #expect(send("GET /v1/customers/\(id)").json["name"] == "A")
        #expect(send("GET /stripe/v1/customers/\(id)").json["name"] == "A")
        #expect(send("GET /stripe//v1/customers/\(id)").json["name"] == "A")
    }

    @Test func `what is no operation is told in Stripe's words`() {
        let reply = send("GET /v1/unicorns")
        #expect(reply.status == 404)
        #expect(reply.json["error"]?["type"] == "invalid_request_error")
        #expect(reply.message.hasPrefix("Unrecognized request URL (GET: /v1/unicorns)."))
        #expect(send("PATCH /v1/customers").status == 404)
    }

    @Test func `a live key and no key are refused by the emulator itself`() {
        #expect(send("GET /v1/customers", key: "sk_live_1").status == 401)
        #expect(send("GET /v1/customers", key: "vk_test_1").message.hasPrefix("Invalid API Key provided"))
    }

    @Test func `what can be read in two ways is a 400 without our own codes`() {
        let reply = send("POST /v1/customers", "name=A&name=B")
        #expect(reply.line == "400")
        #expect(!reply.message.contains("["))
    }

    @Test func `the path's session wins over the header, that over the key's suffix`() {
        let id = makeCustomer(headers: ["X-Keybrake-World": "w"])
        #expect(send("GET /v1/customers/\(id)").status == 404)
        #expect(send("GET /v1/customers/\(id)", headers: ["X-Keybrake-World": "w"]).status == 200)
        #expect(send("GET /stripe/s/w/v1/customers/\(id)", headers: ["X-Keybrake-World": "x"]).status == 200)
        #expect(send("GET /v1/customers/\(id)", key: "sk_test_1~session=w").status == 200)
        #expect(
            send("GET /v1/customers/\(id)", key: "sk_test_1~session=w", headers: ["X-Keybrake-World": "x"]).status
                == 404)
    }

    @Test func `keys of one account share a world, others do not, when worlds go by key`() {
        let id = makeCustomer(key: "sk_test_a", isByKey: true)
        #expect(send("GET /v1/customers/\(id)", key: "sk_test_a", isByKey: true).status == 200)
        #expect(send("GET /v1/customers/\(id)", key: "rk_test_a", isByKey: true).status == 200)
        #expect(send("GET /v1/customers/\(id)", key: "sk_test_b", isByKey: true).status == 404)
    }

    @Test func `a name that is too long is refused, not cut`() {
        let name = String(repeating: "w", count: 201)
        #expect(send("GET /v1/customers", headers: ["X-Keybrake-World": name]).status == 400)
        #expect(send("GET /v1/customers", key: "sk_test_1~session=\(name)").status == 400)
    }

    @Test func `faults reach the wire, all of them at once`() {
        let reply = send("GET /v1/customers", headers: ["X-Keybrake-Fault": "delay_ms=5;truncate=3"])
        #expect(reply.fault == WireFault(delayMilliseconds: 5, ending: .truncated(bodyBytes: 3)))
    }
}
