internal import KeybrakeCrypto
package import KeybrakeEmulator
package import KeybrakeGateway
package import KeybrakeLedger
package import KeybrakeStripe
package import Logging
package import NIOCore
internal import NIOHTTP1

/// The operator's hand: what the control listener serves.
///
/// Every route but `/healthz` and `/readyz` needs the admin token as a bearer, compared in constant time. Handlers are
/// functions from request value to response value; a change of keys or modes leaves an audit row.
package final class AdminAPI: RequestHandler {
    /// What the routes work on.
    package struct Services: Sendable {
        package var ledger: any LedgerStore
        package var modes: ModeControl
        package var emulator: EmulatorHost
        package var catalogue: Catalogue
        package var counters: GatewayCounters
        package var requestIDs: RequestIDSource
        /// The secret under which vault keys are stored; 32 bytes.
        package var pepper: [UInt8]
        package var version: String

        package init(
            ledger: any LedgerStore, modes: ModeControl, emulator: EmulatorHost, catalogue: Catalogue,
            counters: GatewayCounters, requestIDs: RequestIDSource, pepper: [UInt8], version: String
        ) {
            self.ledger = ledger
            self.modes = modes
            self.emulator = emulator
            self.catalogue = catalogue
            self.counters = counters
            self.requestIDs = requestIDs
            self.pepper = pepper
            self.version = version
        }
    }

    let services: Services
    private let tokenDigest: SHA256Digest
    private let logger: Logger

    /// - Parameter token: the admin token; only its digest is kept.
    package init(services: Services, token: String, logger: Logger) {
        self.services = services
        tokenDigest = SHA256Digest(hashing: token)
        self.logger = logger
    }

    package func handle(
        _ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void
    ) {
        let respond = NIOLoopBound(respond, eventLoop: eventLoop)
        // Handlers wait for the ledger's thread, so they run as tasks; the answer hops back to the connection's loop.
        Task {
            let response = await self.answer(request)
            eventLoop.execute { respond.value(response) }
        }
    }

    /// The answer to one request.
    package func answer(_ request: IncomingRequest) async -> OutgoingResponse {
        let id = services.requestIDs.next()
        return await response(to: AdminCall(request, id: id)).outgoing(requestID: id)
    }

    package func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        let status =
            switch unreadable {
            case .malformed: 400
            case .headTooLarge: 431
            case .bodyTooLarge: 413
            case .tooSlow: 408
            case .versionNotSupported: 505
            }
        return AdminResponse.error(status, "malformed_request", "The request cannot be read.")
            .outgoing(requestID: services.requestIDs.next())
    }

    private func response(to call: AdminCall) async -> AdminResponse {
        do throws(AdminError) {
            let route = AdminRoute(method: call.method, path: call.path)
            // Whoever has no token learns nothing about routes.
            if route?.needsToken ?? true { try authorize(call) }
            guard let route else { throw AdminError(404, "not_found", "There is no such admin route.") }
            return try await run(route, call)
        } catch {
            return .error(error.status, error.code, error.message)
        }
    }

    private func authorize(_ call: AdminCall) throws(AdminError) {
        guard let token = call.bearerToken,
            ConstantTime.areEqual(SHA256Digest(hashing: token).bytes, tokenDigest.bytes)
        else {
            throw AdminError(401, "admin_token_required", "Send the admin token as 'Authorization: Bearer …'.")
        }
    }

    private func run(_ route: AdminRoute, _ call: AdminCall) async throws(AdminError) -> AdminResponse {
        switch route {
        case .health: health()
        case .ready: ready()
        case .metrics: metrics()
        case .issueKey: try await issueKey(call)
        case .listKeys: try await listKeys()
        case .showKey(let id): try await showKey(id)
        case .changeKey(let id, let action): try await changeKey(id, action, call)
        case .holds: try await listHolds()
        case .resolveHold(let id): try await resolveHold(id, call)
        case .showMode: showMode()
        case .setMode: try setMode(call)
        case .audit: try await auditRows(call)
        case .emulator(let route): try EmulatorDesk(emulator: services.emulator).answer(route, call)
        }
    }
}
