import Glibc
import KeybrakeCassettes
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import Logging
import NIOHTTP1
import Testing

/// Where answers come from, and what each mode never does.
struct ModeTests {
    private let stripe = StripeDouble()
    private let control: ModeControl
    private let desk: GovernedStripe
    private let folder: String

    init() throws {
        var template = Array("/tmp/keybrake-modes-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        var configuration = EmulatorConfiguration.standard
        configuration.clock = .frozen(atUnixSeconds: GovernedStripe.noon / 1_000_000)
        control = ModeControl(
            upstream: stripe, upstreamKey: try UpstreamKey("sk_test_upstream"),
            emulator: EmulatorHost(configuration: configuration), version: "test",
            apiVersion: Catalogue.shared.apiVersion, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        desk = try GovernedStripe(modes: control.modes, acceptsTestKeys: true)
    }

    private func change(_ mode: Mode, _ cassette: String? = nil, miss: MissPolicy = .fail) throws {
        let path = cassette.map { "\(folder)/\($0)" }
        try control.change(to: .init(mode: mode, cassettePath: path, miss: miss), atMicroseconds: desk.now)
    }

    private static let charge = "amount=500&currency=usd&source=tok_visa"

    @Test("emulate answers from the emulator, under the same caps and audit")
    func emulate() async throws {
        let key = try await desk.key(cap: .usdCents(900))
        let first = desk.send("POST /v1/charges", Self.charge, key: key, [("Idempotency-Key", "a")])
        #expect(first.status == 200 && first.json["amount"] == 500)
        #expect(first.header("X-Keybrake-Source") == "emulator" && first.header("X-Keybrake-Mode") == "emulate")
        #expect(first.headers["Idempotency-Key"] == ["a"])
        #expect(first.headers["X-Keybrake-Upstream-Request-Id"] == [])
        #expect(desk.send("POST /v1/charges", Self.charge, key: key).line == "401 spend_cap_exceeded")
        #expect(try await desk.spent(key) == "settled 500, held 0")
        #expect(try await desk.rows().allSatisfy { $0.mode == "emulate" })
        let declined = "amount=100&currency=usd&source=tok_chargeDeclined"
        #expect(desk.send("POST /v1/charges", declined, key: key).line == "402 card_declined")
        #expect(try await desk.spent(key) == "settled 500, held 0")
        #expect(stripe.requests.isEmpty)
    }

    @Test("sessions are worlds of their own")
    func worlds() async throws {
        let key = try await desk.key()
        let id = try #require(desk.send("POST /stripe/s/a/v1/charges", Self.charge, key: key).json["id"]?.stringValue)
        #expect(desk.send("GET /stripe/s/a/v1/charges/\(id)", key: key).status == 200)
        #expect(desk.send("GET /v1/charges/\(id)", key: key + "~session=a").status == 200)
        #expect(desk.send("GET /stripe/s/b/v1/charges/\(id)", key: key).status == 404)
        #expect(desk.send("GET /v1/charges/\(id)", key: key).status == 404)
        #expect(try await desk.rows().first?.detail["session"] == "a")
    }

    @Test("a raw test key plays against the emulator, ungoverned but audited; in no other mode, and never a live one")
    func testKeys() async throws {
        let reply = desk.send("POST /v1/charges", Self.charge, key: "sk_test_123")
        #expect(reply.status == 200)
        let row = try await desk.lastRows().outcome
        #expect(row.keyID == nil && row.detail["ungoverned"] == true && row.operation == "POST /v1/charges")
        #expect(desk.send("GET /v1/charges", key: "sk_live_123").line == "401 vault_key_required")
        try change(.live)
        #expect(desk.send("GET /v1/charges", key: "sk_test_123").line == "401 vault_key_required")
        #expect(stripe.requests.isEmpty)
    }

    @Test("what was recorded is replayed, with the same spend and without an upstream call")
    func recordAndReplay() async throws {
        try change(.record, "day.cassette")
        let recording = try await desk.key()
        stripe.willAnswer(200, StripeObject.charge(amount: 500))
        stripe.willAnswer(200, StripeObject.charge(amount: 500))
        stripe.willAnswer(200, StripeObject.refund(amount: 500))
        let steps = [("POST /v1/charges", "amount=500&currency=usd"), ("POST /v1/refunds", "charge=ch_1")]
        let recorded = steps.map { desk.send($0.0, $0.1, key: recording, [("Idempotency-Key", "a" + $0.0)]) }
        #expect(recorded.map(\.status) == [200, 200])
        #expect(recorded.allSatisfy { $0.header("X-Keybrake-Not-Recorded") == nil })
        #expect(control.status.interactionCount == 3 && control.status.incompleteBecause == nil)
        #expect(stripe.faults == [])

        try change(.replay, "day.cassette")
        let replaying = try await desk.key()
        let replayed = steps.map { desk.send($0.0, $0.1, key: replaying, [("Idempotency-Key", "b" + $0.0)]) }
        #expect(replayed.map(\.status) == [200, 200])
        #expect(replayed.map(\.json) == recorded.map(\.json))
        #expect(replayed.allSatisfy { $0.header("X-Keybrake-Source") == "cassette" })
        #expect(try await desk.spent(replaying) == "settled 1000, held 0")
        #expect(stripe.requests.count == 3)
        #expect(control.status.playback?.misses == 0)
    }

    @Test("a miss fails with a Stripe-shaped error and frees its hold, or falls to the emulator; never to the network")
    func misses() async throws {
        try change(.record, "empty.cassette")
        try change(.replay, "empty.cassette")
        let key = try await desk.key()
        let write = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(write.status >= 400 && write.code?.contains("miss") == true)
        #expect(write.header("Stripe-Should-Retry") == "false")
        #expect(try await desk.spent(key) == "settled 0, held 0")
        #expect(desk.send("GET /v1/balance", key: key).code == write.code)
        #expect(desk.send("POST /v1/refunds", "charge=ch_1", key: key).code == write.code)
        #expect(try await desk.rows().count == 6)
        try change(.replay, "empty.cassette", miss: .emulate)
        let emulated = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(emulated.status == 200 && emulated.header("X-Keybrake-Source") == "emulator")
        #expect(stripe.requests.isEmpty)
    }

    @Test("what may not be recorded is not sent; an answer that may not be is passed on and told")
    func recordingRefusals() async throws {
        try change(.record, "strict.cassette")
        let key = try await desk.key()
        stripe.willAnswer(200, #"{"id":"ch_1","object":"charge","amount":500,"captured":true,"livemode":true}"#)
        let live = desk.send("POST /v1/charges", Self.charge, key: key)
        #expect(live.status == 200 && live.header("X-Keybrake-Not-Recorded") != nil)
        #expect(control.status.incompleteBecause != nil)
        #expect(try await desk.spent(key) == "settled 500, held 0")
    }

    @Test("the mode changes between two requests, and a session may have its own")
    func switching() async throws {
        let key = try await desk.key()
        #expect(desk.send("GET /v1/balance", key: key).header("X-Keybrake-Source") == "emulator")
        try change(.live)
        stripe.willAnswer(200, "{}")
        #expect(desk.send("GET /v1/balance", key: key).header("X-Keybrake-Source") == "upstream")
        try control.change(session: "ci", to: .init(mode: .emulate), atMicroseconds: desk.now)
        let own = desk.send("GET /stripe/s/ci/v1/balance", key: key)
        #expect(own.header("X-Keybrake-Mode") == "emulate")
        #expect(desk.send("GET /v1/balance", key: key + "~session=ci").header("X-Keybrake-Mode") == "emulate")
        try control.change(session: "ci", to: nil, atMicroseconds: desk.now)
        stripe.willAnswer(200, "{}")
        #expect(desk.send("GET /stripe/s/ci/v1/balance", key: key).header("X-Keybrake-Mode") == "live")
        #expect(throws: ModeControl.Failure.self) { try change(.replay, "missing.cassette") }
        #expect(throws: ModeControl.Failure.self) { try change(.record) }
        #expect(control.status.request.mode == .live)
    }

    @Test("without Stripe's key neither live nor record begins, and the key is never printed")
    func upstreamKey() throws {
        let keyless = ModeControl(
            upstream: stripe, upstreamKey: nil, emulator: EmulatorHost(configuration: .standard), version: "test",
            apiVersion: "2026-05-27.dahlia", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for mode in [Mode.live, .record] {
            #expect(throws: ModeControl.Failure.self) {
                try keyless.change(to: .init(mode: mode, cassettePath: "\(folder)/x"), atMicroseconds: 0)
            }
        }
        let key = try UpstreamKey("sk_live_secret")
        #expect("\(key) \(String(reflecting: key)) \(Mirror(reflecting: key).children.count)" == "**** **** 0")
        for text in ["", "pk_live_x", "sk_live x", "sk_live_x\r\nHost: y", "vk_test_x"] {
            #expect(throws: UpstreamKey.Failure.self) { try UpstreamKey(text) }
        }
    }
}
