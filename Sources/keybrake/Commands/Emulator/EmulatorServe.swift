import ArgumentParser
import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeServer
import Logging

/// `keybrake emulator serve`
struct EmulatorServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Play Stripe on a port of its own.",
        discussion: """
            Takes plain test keys (sk_test_…), needs no account, no network, no database and no vault key. Point a \
            client library's base URL at it, with or without /stripe in front of /v1. The worlds' controls are on \
            the same port, under /admin/emulator/, for whoever sends a test key.
            """)

    @Option(help: "Where clients connect (HOST:PORT; port 0 = any free one).")
    var listen = "127.0.0.1:12111"
    @Option(help: "Scheme, host and port under which browsers find the pages, if not the address above.")
    var publicUrl: String?
    @Flag(help: "Answer unknown ids from shape, as the client libraries' own test suites expect.")
    var lenient = false
    @Flag(help: "Refuse whatever could only be answered from shape (501).")
    var strict = false
    @Option(help: "Number from which ids and secrets follow.")
    var seed: UInt64 = 1
    @Option(help: "Stand still at this time (Unix seconds); only the clock control moves it on.")
    var frozenAt: Int64?
    @Flag(help: "Give each key a world of its own, by the text behind sk_test_, pk_test_ or rk_test_.")
    var worldPerKey = false
    @Flag(help: "Begin worlds without the customer cus_test_fixture.")
    var noFixtures = false
    @Option(help: "A folder that keeps the worlds, read at the start, written every minute and at the end.")
    var worlds: String?
    @Option(help: "Where webhooks may be sent: off, loopback (this machine only) or any.")
    var webhooks = WebhookReach.loopback
    @Option(help: "PEM file of the listener's certificate chain; needs --tls-key.")
    var tlsCert: String?
    @Option(help: "PEM file of the listener's private key.")
    var tlsKey: String?
    @Option(help: "How many event loops serve connections (1 to 64).")
    var eventLoops = 2
    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel = "notice"

    func validate() throws {
        guard !(lenient && strict) else { throw ValidationError("--lenient and --strict exclude each other") }
        guard (1...64).contains(eventLoops) else { throw ValidationError("--event-loops must be from 1 to 64") }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both or none")
        }
        guard frozenAt.map({ (0...253_402_300_799).contains($0) }) ?? true else {
            throw ValidationError("--frozen-at must be a time in Unix seconds, before the year 10000")
        }
        guard publicUrl.map({ $0.hasPrefix("http://") || $0.hasPrefix("https://") }) ?? true else {
            throw ValidationError("--public-url must start with http:// or https://")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level must be trace, debug, info, notice, warning or error")
        }
    }

    func run() async throws {
        let logger = ProcessLog.start(level: Logger.Level(rawValue: logLevel) ?? .notice)
        let instance = try await EmulatorInstance.start(try settings(), logger: logger)
        let origin = instance.settings.listen.origin(port: instance.port, isTLS: tlsCert != nil)
        print("keybrake \(KeybrakeCommand.version) plays Stripe at \(origin)")
        Console.flush()
        try await instance.run()
    }

    private func settings() throws -> EmulatorSettings {
        guard let address = ServeSettings.Address(listen) else {
            throw SettingsFailure(description: "--listen must be HOST:PORT, such as 127.0.0.1:12111")
        }
        var configuration = EmulatorConfiguration.standard
        configuration.seed = seed
        configuration.seedsFixtures = !noFixtures
        configuration.isLenient = lenient
        configuration.isStrict = strict
        if let frozenAt { configuration.clock = .frozen(atUnixSeconds: frozenAt) }
        var tls: ServerConfiguration.TLSFiles?
        if let tlsCert, let tlsKey {
            tls = .init(certificateChainPath: tlsCert, privateKeyPath: tlsKey)
        }
        return EmulatorSettings(
            listen: address, publicURL: publicUrl, tls: tls, worlds: configuration, folderPath: worlds,
            selection: WorldSelection(isByKey: worldPerKey),
            webhooks: webhooks, eventLoops: eventLoops)
    }
}

extension WebhookReach: ExpressibleByArgument {}
