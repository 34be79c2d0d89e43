import KeybrakeAdmin
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeStripe
import KeybrakeTestKit
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// The emulator's own port: the API, the greeting, the controls.
@Suite struct EmulatorListenerTests {
    private let listener: EmulatorListener

    init() {
        let host = EmulatorHost(configuration: .standard)
        let ids = RequestIDSource(process: "plain")
        let api = PlainEmulator(
            emulator: host, catalogue: .shared, requestIDs: ids, selection: WorldSelection(isByKey: false),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        listener = EmulatorListener(api: api, emulator: host, requestIDs: ids, version: "1.2.3")
    }

    private func send(_ operation: String, _ body: String = "", key: String? = "sk_test_1") -> Reply {
        let words = operation.split(separator: " ", maxSplits: 1)
        var headers = HTTPHeaders()
        if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        let request = IncomingRequest(
            method: HTTPMethod(rawValue: String(words[0])), target: String(words[1]), headers: headers,
            body: ByteBuffer(string: body), receivedAtMicroseconds: 1_764_000_000_000_000)
        var reply: Reply?
        listener.handle(request, on: EmbeddedEventLoop()) { reply = Reply($0) }
        return reply ?? Reply(OutgoingResponse(status: 0, headers: [:], body: ByteBuffer()))
    }

    @Test func `the client libraries' suites find what they look for, without a key`() {
        let reply = send("GET /", key: nil)
        #expect(reply.status == 200)
        #expect(reply.header("Stripe-Mock-Version") == "master")
    }

    @Test func `controls take a test key and nothing less`() {
        #expect(send("GET /admin/emulator/worlds").json["worlds"] == [])
        for key in [nil, "", "kba_1", "pk_test_1", "sk_live_1"] {
            #expect(send("GET /admin/emulator/worlds", key: key).line == "401 test_key_required")
        }
        #expect(send("GET /admin/vault-keys").line == "404 not_found")
        #expect(send("GET /admin/mode").line == "404 not_found")
    }

    @Test func `a world is made strict, then lenient, then plain again`() {
        let path = "GET /v1/charges/ch_unknown"
        #expect(send(path).status == 404)
        #expect(send("PUT /admin/emulator/world", #"{"kind":"lenient"}"#).json["kind"] == "lenient")
        #expect(send(path).status == 200)
        #expect(send("PUT /admin/emulator/world", #"{"kind":"plain"}"#).status == 200)
        #expect(send(path).status == 404)
        #expect(send("PUT /admin/emulator/world", #"{"kind":"odd"}"#).status == 400)
    }

    @Test func `a fork goes its own way`() {
        let id = send("POST /v1/customers").json["id"]?.stringValue ?? ""
        #expect(send("POST /admin/emulator/fork", #"{"into":"copy"}"#).status == 200)
        #expect(send("DELETE /v1/customers/\(id)").json["deleted"] == true)
        #expect(send("GET /stripe/s/copy/v1/customers/\(id)").json["deleted"] == nil)
        #expect(send("GET /admin/emulator/worlds").json["worlds"] == ["copy", "default"])
    }

    @Test func `what an export wrote is what a seed reads`() {
        let id = send("POST /v1/customers").json["id"]?.stringValue ?? ""
        let lines = send("GET /admin/emulator/export").text
        #expect(lines.contains(id))
        #expect(send("POST /admin/emulator/seed?world=other", lines).status == 200)
        #expect(send("GET /stripe/s/other/v1/customers/\(id)").json["id"]?.stringValue == id)
    }

    @Test func `a snapshot is gone back to, and a saved world goes on elsewhere`() {
        let id = send("POST /v1/customers").json["id"]?.stringValue ?? ""
        #expect(send("POST /admin/emulator/snapshots", #"{"name":"before"}"#).status == 201)
        let saved = send("GET /admin/emulator/state").text
        #expect(send("DELETE /v1/customers/\(id)").json["deleted"] == true)
        #expect(send("POST /admin/emulator/restore", #"{"name":"before"}"#).status == 200)
        #expect(send("GET /v1/customers/\(id)").json["deleted"] == nil)
        #expect(send("GET /admin/emulator/snapshots").json["snapshots"] == ["before"])
        #expect(send("DELETE /admin/emulator/snapshots?name=before").status == 200)
        #expect(send("DELETE /admin/emulator/snapshots?name=before").status == 404)
        #expect(send("POST /admin/emulator/restore", #"{"name":"before"}"#).status == 400)
        #expect(send("PUT /admin/emulator/state?world=other", saved).json["loaded"] == true)
        #expect(send("GET /stripe/s/other/v1/customers/\(id)").status == 200)
        #expect(send("PUT /admin/emulator/state?world=other", "{").status == 400)
    }

    @Test func `faults, limits and switches are put in, shown and taken away`() {
        #expect(send("POST /admin/emulator/faults", #"{"operation":"GET *","fault":"status=503"}"#).status == 201)
        #expect(send("GET /v1/balance").status == 503)
        #expect(send("DELETE /admin/emulator/faults?id=fault_9").status == 400)
        #expect(send("DELETE /admin/emulator/faults").json["deleted"] == "all")
        #expect(send("GET /v1/balance").status == 200)
        #expect(send("PUT /admin/emulator/rate-limits", #"{"requests_per_second":1}"#).status == 200)
        #expect(send("GET /admin/emulator/rate-limits").json["requests_per_second"] == 1)
        #expect(send("PUT /admin/emulator/rate-limits", "null").json == .null)
        #expect(send("PUT /admin/emulator/webhooks/switches", #"{"disorder":true}"#).json["disorder"] == true)
        #expect(send("PUT /admin/emulator/webhooks/switches", #"{"odd":true}"#).status == 400)
        #expect(send("GET /admin/emulator/webhooks/deliveries?limit=x").status == 400)
        #expect(send("GET /admin/emulator/webhooks/deliveries").json == [])
    }

    @Test func `a world says that its money adds up`() {
        let audit = send("GET /admin/emulator/audit").json
        #expect(audit["clean"] == true)
        #expect(audit["findings"] == [])
    }

    @Test func `a key is registered and revoked, and nonsense is told`() {
        let bad = [
            #"{}"#, #"{"key":"sk_live_1"}"#, #"{"key":"rk_test_1","permissions":["fly"]}"#,
            #"{"key":"rk_test_1","permissions":"charge_read"}"#, #"{"key":"rk_test_1","permissions":[1]}"#,
            #"{"key":"rk_test_1","expires_at":"soon"}"#,
        ]
        for body in bad { #expect(send("POST /admin/emulator/keys", body).status == 400, "\(body)") }
        let rule = #"{"key":"rk_test_1","permissions":["charge_read"]}"#
        #expect(send("POST /admin/emulator/keys", rule).status == 201)
        #expect(send("GET /v1/charges", key: "rk_test_1").status == 200)
        #expect(send("GET /v1/customers", key: "rk_test_1").status == 403)
        #expect(send("POST /admin/emulator/keys/revoke", #"{"key":"rk_test_1"}"#).status == 200)
        #expect(send("GET /v1/charges", key: "rk_test_1").status == 401)
    }
}
