import KeybrakeAdmin
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeServer
import KeybrakeStripe
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// The emulator on a port of its own: no ledger, no vault keys, nothing to set up.
struct EmulatorInstance {
    let settings: EmulatorSettings
    let server: HTTPServer
    let port: Int
    private let webhooks: WebhookSender
    /// `nil` when the worlds end with the process.
    private let keeper: WorldKeeper?
    private let logger: Logger

    /// Listens. Throws what a developer can act on.
    static func start(_ settings: EmulatorSettings, logger: Logger) async throws -> EmulatorInstance {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops)
        let emulator = EmulatorHost(configuration: settings.worlds)
        let requestIDs = requestIDs(settings)
        let api = PlainEmulator(
            emulator: emulator, catalogue: .shared, requestIDs: requestIDs, selection: settings.selection,
            logger: logger)
        let listener = EmulatorListener(
            api: api, emulator: emulator, requestIDs: requestIDs, version: KeybrakeCommand.version)
        let server = HTTPServer(
            configuration: ServerConfiguration(
                listener: "emulator", host: settings.listen.host, port: settings.listen.port, tls: settings.tls,
                limits: .standard),
            handler: HostedPagesHandler(emulator: emulator, next: listener, modes: nil), eventLoopGroup: group,
            logger: logger)
        let port = try await server.start()
        let origin = settings.publicURL ?? settings.listen.origin(port: port, isTLS: settings.tls != nil)
        emulator.servePages(at: origin + HostedPagesHandler.prefix)
        let folder = settings.folderPath.map { WorldFolder(path: $0) }
        try folder?.load(into: emulator)
        let webhooks = WebhookSender(
            emulator: emulator, reach: settings.webhooks, eventLoopGroup: group, logger: logger)
        return EmulatorInstance(
            settings: settings, server: server, port: port, webhooks: webhooks,
            keeper: folder.map { WorldKeeper(folder: $0, emulator: emulator, logger: logger) }, logger: logger)
    }

    /// Where time stands still, equal runs give equal bytes, and the ids of requests stand in events.
    private static func requestIDs(_ settings: EmulatorSettings) -> RequestIDSource {
        guard case .frozen = settings.worlds.clock else { return RequestIDSource() }
        let seed = String(settings.worlds.seed, radix: 36)
        return RequestIDSource(process: String(repeating: "0", count: max(0, 10 - seed.utf8.count)) + seed)
    }

    /// Serves until a signal asks for the end.
    func run() async throws {
        var services: [any Service] = [webhooks, server]
        if let keeper { services.insert(keeper, at: 0) }
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}
