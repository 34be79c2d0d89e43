import ArgumentParser
import KeybrakeServer
import Logging

/// `keybrake serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start the proxy.",
        discussion: """
            With nothing configured it emulates Stripe, so that everything works without an account. The upstream key \
            for live and record mode comes from STRIPE_SECRET_KEY.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let logger = try options.startLogging()
        let instance = try await Instance.start(try await options.settings(), logger: logger)
        print(Announcement.text(instance))
        Console.flush()
        try await instance.run()
    }
}

/// The options that make an instance; `exec` has them too.
struct ServeOptions: ParsableArguments {
    @Option(help: "Where clients connect (HOST:PORT; port 0 = any free one). Default 127.0.0.1:8787.")
    var listen: String?
    @Option(help: "Where operators connect (HOST:PORT). Default 127.0.0.1:8788.")
    var control: String?
    @Option(help: "The ledger: a SQLite file, or postgres://… for several instances. Default keybrake.db.")
    var database: String?
    @Option(
        help:
            "File of the instance's own secret, made at the first start. Default: the database with .secret behind it.")
    var secretFile: String?
    @Option(help: "live, record, replay or emulate. Default emulate.")
    var mode: String?
    @Option(help: "Where Stripe is. Default https://api.stripe.com.")
    var upstream: String?
    @Option(help: "PEM file of certificate authorities to trust for upstream instead of the system's.")
    var upstreamCa: String?
    @Option(help: "The cassette to record into or to replay.")
    var cassette: String?
    @Option(help: "What a miss in replay gets: fail or emulate. Default fail.")
    var miss: String?
    @Option(help: "PEM file of the listener's certificate chain; needs --tls-key.")
    var tlsCert: String?
    @Option(help: "PEM file of the listener's private key.")
    var tlsKey: String?
    @Option(help: "File of the admin token, made at the first start. Default keybrake.admin-token.")
    var adminTokenFile: String?
    @Flag(
        help:
            "In emulate mode, let raw sk_test_ keys reach the emulator, ungoverned: to play Stripe for another."
    )
    var emulatorAcceptsTestKeys = false
    @Option(help: "Number from which the ids of emulated objects follow. Default 1.")
    var emulatorSeed: String?
    @Option(help: "Where emulated webhooks may be sent: off, loopback or any. Default loopback.")
    var emulatorWebhooks: String?
    @Option(help: "Status of a refusal for the cap: 401, 402 or 403. Default 401.")
    var capStatus: String?
    @Option(help: "Dollars for one unit of other currencies, such as eur=1.085,jpy=0.0067.")
    var fxRates: String?
    @Option(help: "How many event loops serve connections. Default 2.")
    var eventLoops: String?
    @Option(help: "Settings file (YAML); options and KEYBRAKE_… variables win over it.")
    var config: String?
    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel = "notice"

    /// Starts the process's log on standard error, from the wanted level on.
    func startLogging() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level must be trace, debug, info, notice, warning or error")
        }
        return ProcessLog.start(level: level)
    }

    /// The settings that these options, the environment and the file make together.
    func settings() async throws -> ServeSettings {
        var named: [String: String] = [:]
        named["listen"] = listen
        named["control"] = control
        named["database"] = database
        named["secret_file"] = secretFile
        named["mode"] = mode
        named["upstream"] = upstream
        named["upstream_ca"] = upstreamCa
        named["cassette"] = cassette
        named["miss"] = miss
        named["tls_cert"] = tlsCert
        named["tls_key"] = tlsKey
        named["admin_token_file"] = adminTokenFile
        named["emulator_accepts_test_keys"] = emulatorAcceptsTestKeys ? "true" : nil
        named["emulator_seed"] = emulatorSeed
        named["emulator_webhooks"] = emulatorWebhooks
        named["cap_status"] = capStatus
        named["fx_rates"] = fxRates
        named["event_loops"] = eventLoops
        return try await SettingsReader(options: named, environment: Console.environment, filePath: config).settings()
    }
}
