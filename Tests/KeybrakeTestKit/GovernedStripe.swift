package import KeybrakeGateway
package import KeybrakeLedger
internal import KeybrakeStripe
internal import Logging
internal import NIOCore
package import NIOEmbedded
internal import NIOHTTP1
internal import Synchronization

/// A gateway over a ledger in memory and a double of Stripe, with a clock that stands still.
package final class GovernedStripe {
    /// 2026-11-22 16:40:00 UTC.
    package static let noon: Int64 = 1_795_365_600_000_000

    package let stripe = StripeDouble()
    package let ledger: MemoryLedgerStore
    package let logs = LogLines()
    package let modes: ModeSwitch
    package let gateway: Gateway
    /// When the next request arrives, in microseconds since 1970.
    package var now = GovernedStripe.noon
    private var keysIssued = 0

    package static let pepper = [UInt8](repeating: 7, count: 32)

    /// - Parameter modes: what is in force; live mode over the double when none is given.
    package init(
        modes: ModeSwitch? = nil, capStatus: Int = 401, fx: FXTable = FXTable(), acceptsTestKeys: Bool = false
    ) throws {
        ledger = MemoryLedgerStore()
        let live = LiveMode(upstream: stripe, key: try UpstreamKey("sk_test_upstream"))
        self.modes = modes ?? ModeSwitch(live)
        gateway = Gateway(
            catalogue: .shared, ledger: ledger, modes: self.modes,
            settings: GatewaySettings(
                capStatus: capStatus, idempotencySecret: [UInt8](repeating: 9, count: 32), pepper: Self.pepper, fx: fx,
                emulatorAcceptsTestKeys: acceptsTestKeys),
            policies: PolicyIndex(catalogue: .shared), requestIDs: RequestIDSource(process: "test"),
            logger: logs.logger)
    }

    /// Issues a key and gives the text that a client holds.
    package func key(
        _ operations: [String] = ["POST /v1/*", "GET *"], cap: SpendLimit = .usdCents(10_000),
        perCallMax: Int64? = nil, customers: [String] = [], conversation: String? = nil, agent: String? = nil,
        expiresAt: Int64? = nil
    ) async throws -> String {
        keysIssued += 1
        let number = String(keysIssued)
        let id = String(repeating: "k", count: VaultKeyToken.idCharacters - number.count) + number
        let secret = String(repeating: "s", count: VaultKeyToken.secretCharacters - number.count) + number
        guard let token = VaultKeyToken.mint(environment: "test", id: id, secret: secret) else { throw NoToken() }
        let policy = try Policy(
            dailyCap: cap, perCallMaxUSDCents: perCallMax, allowedOperations: operations, customers: customers)
        _ = try await ledger.issue(
            NewVaultKey(
                id: id, environment: "test", mac: token.code(pepper: Self.pepper), policy: policy,
                conversation: conversation, agent: agent, expiresAtMicroseconds: expiresAt),
            stamp: AdminStamp(requestID: "req_issue\(number)", atMicroseconds: Self.noon))
        return token.text
    }

    private struct NoToken: Error {}

    /// The id in a key's text.
    package static func id(_ key: String) -> String {
        String(key.split(separator: "_")[2])
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - operation: `POST /v1/charges`.
    ///   - form: the body of a POST; its content type is added when it is not empty.
    ///   - key: sent as a bearer token; `nil` for none.
    ///   - headers: further headers.
    package func send(
        _ operation: String, _ form: String = "", key: String?, _ headers: [(String, String)] = []
    ) -> Reply {
        let waiting = start(operation, form, key: key, headers)
        return waiting.reply ?? Reply(OutgoingResponse(status: 0, headers: HTTPHeaders(), body: ByteBuffer()))
    }

    /// Sends a request whose answer may come later.
    package func start(
        _ operation: String, _ form: String = "", key: String?, _ headers: [(String, String)] = []
    ) -> WaitingReply {
        let words = operation.split(separator: " ", maxSplits: 1)
        var all = HTTPHeaders()
        if let key { all.add(name: "Authorization", value: "Bearer \(key)") }
        if !form.isEmpty, !headers.contains(where: { $0.0 == "Content-Type" }) {
            all.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        }
        for (name, value) in headers { all.add(name: name, value: value) }
        let request = IncomingRequest(
            method: HTTPMethod(rawValue: String(words[0])), target: String(words[1]), headers: all,
            body: ByteBuffer(string: form), receivedAtMicroseconds: now)
        let waiting = WaitingReply()
        gateway.handle(request, on: waiting.loop) { waiting.take($0) }
        waiting.loop.run()
        return waiting
    }

    /// The audit rows of calls, as `intent allowed POST /v1/charges`, oldest first.
    package func rows() async throws -> [AuditEntry] {
        try await ledger.auditEntries(after: 0, limit: 100_000).filter { $0.kind != .admin }
    }

    /// Both rows of the last call.
    package func lastRows() async throws -> (intent: AuditEntry, outcome: AuditEntry) {
        let rows = try await rows().suffix(2)
        guard let intent = rows.first, let outcome = rows.last, rows.count == 2 else { throw NoToken() }
        return (intent, outcome)
    }

    /// What a key has spent today: `settled 500, held 0` in US cents.
    package func spent(_ key: String) async throws -> String {
        let spend = try await ledger.spend(keyID: Self.id(key), atMicroseconds: now)
        return "settled \(spend.settledUSDCents), held \(spend.heldUSDCents)"
    }
}

/// An answer that may not be there yet.
package final class WaitingReply {
    package let loop = EmbeddedEventLoop()
    package private(set) var reply: Reply?
    /// How often an answer was given; more than once is an error.
    package private(set) var answers = 0

    func take(_ response: OutgoingResponse) {
        reply = Reply(response)
        answers += 1
    }
}
