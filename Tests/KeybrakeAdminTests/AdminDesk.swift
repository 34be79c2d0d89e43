import Glibc
import KeybrakeAdmin
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import Logging
import NIOCore
import NIOHTTP1

/// An admin API over a ledger in memory, with the gateway that it governs beside it.
struct AdminDesk {
    let governed: GovernedStripe
    let api: AdminAPI
    let folder: String
    static let token = "kba_test"

    init() throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let emulator = EmulatorHost(configuration: .standard)
        let modes = ModeControl(
            upstream: StripeDouble(), upstreamKey: nil, emulator: emulator, version: "test",
            apiVersion: Catalogue.shared.apiVersion, logger: quiet)
        governed = try GovernedStripe(modes: modes.modes)
        api = AdminAPI(
            services: .init(
                ledger: governed.ledger, modes: modes, emulator: emulator, catalogue: .shared,
                counters: governed.gateway.counters, requestIDs: RequestIDSource(process: "admin"),
                pepper: GovernedStripe.pepper, version: "1.2.3"),
            token: Self.token, logger: quiet)
        var template = Array("/tmp/keybrake-admin-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    func request(_ operation: String, _ body: String, headers: HTTPHeaders) -> IncomingRequest {
        let words = operation.split(separator: " ", maxSplits: 1)
        return IncomingRequest(
            method: HTTPMethod(rawValue: String(words[0])), target: String(words[1]), headers: headers,
            body: ByteBuffer(string: body), receivedAtMicroseconds: GovernedStripe.noon)
    }

    func send(_ operation: String, _ body: String = "", token: String? = AdminDesk.token) async -> Reply {
        let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        return Reply(await api.answer(request(operation, body, headers: headers)))
    }

    /// Issues a key with that policy and gives its id and its text.
    func issue(_ extra: String = "") async -> (id: String, key: String) {
        let body = #"{"daily_cap_usd":"10.00","allowed_operations":["POST /v1/charges","GET *"]\#(extra)}"#
        let reply = await send("POST /admin/vault-keys", body)
        return (reply.json["id"]?.stringValue ?? "", reply.json["key"]?.stringValue ?? "")
    }

    /// What operators did, by the audit.
    func acts() async throws -> [String] {
        try await governed.ledger.auditEntries(after: 0, limit: 1_000).filter { $0.kind == .admin }
            .map { $0.detail["act"]?.stringValue ?? "" }
    }
}
