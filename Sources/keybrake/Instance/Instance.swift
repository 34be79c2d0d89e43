import KeybrakeAdmin
import KeybrakeCrypto
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeServer
import KeybrakeStripe
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// The composition root: from settings to services. `serve`, `exec` and the command tests all come through here.
struct Instance {
    let settings: ServeSettings
    let ledger: any LedgerStore
    let modes: ModeControl
    let data: HTTPServer
    let control: HTTPServer
    let dataPort: Int
    let controlPort: Int
    let adminToken: String
    private let upstream: UpstreamClient
    private let webhooks: WebhookSender
    private let logger: Logger

    /// Opens the ledger, puts the mode in force and listens. Throws what an operator can act on.
    static func start(_ settings: ServeSettings, logger: Logger) async throws -> Instance {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops)
        let ledger = try LedgerOpening.open(settings, logger: logger)
        try await LedgerOpening.refuseLostSecret(settings, ledger: ledger)
        let secret = try Array(SecretFile.textOrNew(settings.secretPath) { SecureRandom.base62(count: 43) }.utf8)
        let adminToken = try SecretFile.textOrNew(settings.adminTokenPath) { "kba_" + SecureRandom.base62(count: 40) }
        let emulator = EmulatorHost(configuration: emulatorConfiguration(settings))
        let upstream = try UpstreamClient(
            configuration: UpstreamConfiguration(
                url: settings.upstreamURL, trust: settings.upstreamTrust, limits: .standard),
            eventLoopGroup: group, logger: logger)
        let modes = ModeControl(
            upstream: upstream, upstreamKey: settings.upstreamKey, emulator: emulator, version: KeybrakeCommand.version,
            apiVersion: Catalogue.shared.apiVersion, logger: logger)
        try modes.change(to: settings.mode, atMicroseconds: ClockReading.microsecondsNow())
        let pepper = HMACSHA256.code("vault keys", key: secret)
        let requestIDs = RequestIDSource()
        let gateway = Gateway(
            catalogue: .shared, ledger: ledger, modes: modes.modes,
            settings: GatewaySettings(
                capStatus: settings.capStatus, idempotencySecret: HMACSHA256.code("idempotency keys", key: secret),
                pepper: pepper, fx: settings.fx, emulatorAcceptsTestKeys: settings.emulatorAcceptsTestKeys),
            policies: PolicyIndex(catalogue: .shared), requestIDs: requestIDs, logger: logger)
        let admin = AdminAPI(
            services: .init(
                ledger: ledger, modes: modes, emulator: emulator, catalogue: .shared, counters: gateway.counters,
                requestIDs: requestIDs, pepper: pepper, version: KeybrakeCommand.version),
            token: adminToken, logger: logger)
        let pages = HostedPagesHandler(emulator: emulator, next: gateway, modes: modes.modes)
        let data = server("data", settings.listen, tls: settings.tls, pages, group, logger)
        let control = server("control", settings.control, tls: nil, admin, group, logger)
        let dataPort = try await data.start()
        let origin = settings.listen.origin(port: dataPort, isTLS: settings.tls != nil)
        emulator.servePages(at: origin + HostedPagesHandler.prefix)
        return Instance(
            settings: settings, ledger: ledger, modes: modes, data: data, control: control,
            dataPort: dataPort, controlPort: try await control.start(), adminToken: adminToken,
            upstream: upstream,
            webhooks: WebhookSender(
                emulator: emulator, reach: settings.emulatorWebhooks, eventLoopGroup: group, logger: logger),
            logger: logger)
    }

    /// Serves until a signal asks for the end, then finishes what is in flight and closes the ledger.
    func run() async throws {
        let services = ServiceGroup(
            services: [upstream, webhooks, data, control], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await services.run()
        } catch {
            await close()
            throw error
        }
        await close()
    }

    /// Ends an instance that was not run as a service.
    func stop() async {
        await data.stop()
        await control.stop()
        await close()
    }

    private func close() async {
        modes.close()
        await ledger.close()
    }

    private static func emulatorConfiguration(_ settings: ServeSettings) -> EmulatorConfiguration {
        var configuration = EmulatorConfiguration.standard
        configuration.seed = settings.emulatorSeed
        return configuration
    }

    private static func server(
        _ listener: String, _ address: ServeSettings.Address, tls: ServerConfiguration.TLSFiles?,
        _ handler: any RequestHandler, _ group: any EventLoopGroup, _ logger: Logger
    ) -> HTTPServer {
        let configuration = ServerConfiguration(
            listener: listener, host: address.host, port: address.port, tls: tls, limits: .standard)
        return HTTPServer(configuration: configuration, handler: handler, eventLoopGroup: group, logger: logger)
    }
}
