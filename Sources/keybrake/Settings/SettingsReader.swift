import Configuration
import KeybrakeGateway
import KeybrakeLedgerPostgres
import KeybrakeServer
import KeybrakeStripe
import SystemPackage
import Yams

/// Puts settings together: an option beats the environment (`KEYBRAKE_LISTEN`), which beats the file
/// (`keybrake.yaml`). An unknown setting in the file is an error.
struct SettingsReader {
    /// The names that a file may hold; with `KEYBRAKE_` before them and in capitals they are environment variables.
    static let names: Set<String> = [
        "listen", "control", "database", "secret_file", "mode", "cassette", "miss", "upstream", "upstream_ca",
        "tls_cert", "tls_key",
        "admin_token_file", "emulator_accepts_test_keys", "emulator_seed", "emulator_webhooks", "cap_status",
        "fx_rates", "event_loops",
    ]

    private let reader: ConfigReader
    private let environment: [String: String]

    /// - Parameters:
    ///   - options: what was given on the command line, by name.
    ///   - filePath: the file to read; `nil` for none.
    init(options: [String: String], environment: [String: String], filePath: String?) async throws {
        self.environment = environment
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                values: Dictionary(
                    uniqueKeysWithValues: options.map {
                        (AbsoluteConfigKey([$0.key]), ConfigValue(stringLiteral: $0.value))
                    })),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "keybrake"),
        ]
        if let filePath {
            try Self.refuseUnknownNames(filePath)
            do {
                providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(filePath)))
            } catch {
                throw SettingsFailure(description: "\(filePath) cannot be read: \(error)")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    /// The settings, each checked.
    func settings() throws -> ServeSettings {
        let database = text("database") ?? "keybrake.db"
        return ServeSettings(
            listen: try address("listen", default: "127.0.0.1:8787"),
            control: try address("control", default: "127.0.0.1:8788"),
            database: database,
            secretPath: text("secret_file")
                ?? (PostgresAddress.isURL(database) ? "keybrake.secret" : database + ".secret"),
            mode: try mode(),
            upstreamURL: text("upstream") ?? "https://api.stripe.com",
            upstreamTrust: text("upstream_ca").map { .certificateAuthorityFile(path: $0) } ?? .systemRoots,
            upstreamKey: try upstreamKey(),
            tls: try tls(),
            adminTokenPath: text("admin_token_file") ?? "keybrake.admin-token",
            emulatorAcceptsTestKeys: try truth("emulator_accepts_test_keys"),
            emulatorSeed: try number("emulator_seed", default: 1, range: 0...Int.max).magnitudeAsSeed,
            emulatorWebhooks: try emulatorWebhooks(),
            capStatus: try number("cap_status", default: 401, range: 401...403),
            fx: try fx(),
            eventLoops: try number("event_loops", default: 2, range: 1...64))
    }

    private func text(_ name: String) -> String? {
        reader.string(forKey: ConfigKey([name]))
    }

    private func address(_ name: String, default fallback: String) throws -> ServeSettings.Address {
        let value = text(name) ?? fallback
        guard let address = ServeSettings.Address(value) else {
            throw SettingsFailure(description: "\(name) must be HOST:PORT, such as \(fallback)")
        }
        return address
    }

    private func number(_ name: String, default fallback: Int, range: ClosedRange<Int>) throws -> Int {
        guard let value = text(name) else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            throw SettingsFailure(
                description: "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func truth(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        default: throw SettingsFailure(description: "\(name) must be true or false")
        }
    }

    private func mode() throws -> ModeControl.Request {
        let name = text("mode") ?? Mode.emulate.rawValue
        guard let mode = Mode(rawValue: name) else {
            throw SettingsFailure(
                description: "mode must be one of \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let missName = text("miss") ?? MissPolicy.fail.rawValue
        guard let miss = MissPolicy(rawValue: missName) else {
            throw SettingsFailure(description: "miss must be fail or emulate")
        }
        return ModeControl.Request(mode: mode, cassettePath: text("cassette"), miss: miss)
    }

    private func emulatorWebhooks() throws -> WebhookReach {
        guard let reach = WebhookReach(rawValue: text("emulator_webhooks") ?? WebhookReach.loopback.rawValue) else {
            throw SettingsFailure(description: "emulator_webhooks must be off, loopback or any")
        }
        return reach
    }

    private func upstreamKey() throws -> UpstreamKey? {
        guard let value = environment["STRIPE_SECRET_KEY"], !value.isEmpty else { return nil }
        return try UpstreamKey(value)
    }

    private func tls() throws -> ServerConfiguration.TLSFiles? {
        switch (text("tls_cert"), text("tls_key")) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return ServerConfiguration.TLSFiles(certificateChainPath: certificate, privateKeyPath: key)
        default: throw SettingsFailure(description: "tls_cert and tls_key belong together: give both or none")
        }
    }

    /// `eur=1.085,gbp=1.27`: what one whole unit is worth in dollars.
    private func fx() throws -> FXTable {
        guard let value = text("fx_rates") else { return FXTable() }
        var rates: [String: Int64] = [:]
        for pair in value.split(separator: ",") {
            let parts = pair.split(separator: "=")
            guard parts.count == 2, let currency = Currency(parts[0]),
                let rate = try? DecimalAmount.minorUnits(parts[1], digits: 6), rate > 0
            else { throw SettingsFailure(description: "fx_rates must be of the form eur=1.085,gbp=1.27") }
            rates[currency.code] = rate
        }
        return FXTable(rates)
    }

    private static func refuseUnknownNames(_ path: String) throws {
        let text: String
        do {
            text = try TextFile.read(path)
        } catch {
            throw SettingsFailure(description: "\(path) cannot be read: \(error)")
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw SettingsFailure(description: "\(path) is no YAML: \(error)")
        }
        guard let node else { return }
        guard let mapping = node.mapping else {
            throw SettingsFailure(description: "\(path) must hold one setting a line, such as 'listen: 127.0.0.1:8787'")
        }
        for key in mapping.keys {
            guard let name = key.string, names.contains(name) else {
                let known = names.sorted().joined(separator: ", ")
                throw SettingsFailure(description: "\(path): '\(key.string ?? "?")' is no setting; known are \(known)")
            }
        }
    }
}

extension Int {
    fileprivate var magnitudeAsSeed: UInt64 { UInt64(magnitude) }
}
