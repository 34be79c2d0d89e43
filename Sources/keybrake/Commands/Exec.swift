import ArgumentParser
import Foundation
import KeybrakeAdmin
import KeybrakeCassettes
import KeybrakeGateway
import KeybrakeStripe
import SystemPackage

/// `keybrake exec -- COMMAND…`
struct Exec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a command against a proxy of its own, and return the command's exit code.",
        discussion: """
            Starts an instance on free ports in a temporary folder, issues one key, and sets STRIPE_API_BASE, \
            KEYBRAKE_PROXY_URL and KEYBRAKE_VAULT_KEY for the command. In replay mode it tells on standard error what \
            the command used of the cassette.
            """)
    @OptionGroup var options: ServeOptions
    @Option(help: "The key's cap in dollars a day, or unlimited.") var dailyCapUsd = "unlimited"
    @Option(
        name: .customLong("allow"),
        help: "An operation that the key may call. Default: every one that is no capability.")
    var allowed: [String] = ["GET *", "POST /v1/*", "DELETE /v1/*"]
    @Flag(help: "Fail with 1 when the cassette had no answer for a request or was not used wholly.") var strict = false
    @Argument(parsing: .postTerminator, help: "The command and its arguments, behind --.") var command: [String]

    func run() async throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "name the command behind --, such as: keybrake exec --mode replay --cassette x -- pytest")
        }
        let logger = try options.startLogging()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keybrake-exec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = try await options.settings()
        settings.listen.port = options.listen == nil ? 0 : settings.listen.port
        settings.control.port = options.control == nil ? 0 : settings.control.port
        if options.database == nil { settings.database = folder.appendingPathComponent("keybrake.db").path }
        if options.secretFile == nil { settings.secretPath = folder.appendingPathComponent("secret").path }
        if options.adminTokenFile == nil { settings.adminTokenPath = folder.appendingPathComponent("admin-token").path }
        let instance = try await Instance.start(settings, logger: logger)
        let status = try await run(in: instance)
        let usage = instance.modes.status
        await instance.stop()
        throw ExitCode(CassetteUsage.report(usage, strict: strict, commandStatus: status))
    }

    private func run(in instance: Instance) async throws -> Int32 {
        let control = instance.settings.control.urlText(port: instance.controlPort)
        let scheme = instance.settings.tls == nil ? "http" : "https"
        let base = "\(scheme)://\(instance.settings.listen.urlText(port: instance.dataPort))/stripe"
        let key = try await issueKey(control: "http://\(control)", token: instance.adminToken)
        var environment = Console.environment
        environment["STRIPE_API_BASE"] = base
        environment["KEYBRAKE_PROXY_URL"] = base
        environment["KEYBRAKE_VAULT_KEY"] = key
        // The command must find neither the real key nor a way to lift its own cap.
        for name in ["STRIPE_SECRET_KEY", "KEYBRAKE_ADMIN_TOKEN", "KEYBRAKE_ADMIN_TOKEN_FILE", "KEYBRAKE_CONTROL_URL"] {
            environment[name] = nil
        }
        return try await ChildProcess.run(command, environment: environment)
    }

    private func issueKey(control: String, token: String) async throws -> String {
        let client = try ControlClient.make(url: control, token: token)
        let answer = try await client.object(
            .post, "/admin/vault-keys",
            body: [
                "daily_cap_usd": .string(dailyCapUsd), "allowed_operations": .array(allowed.map { .string($0) }),
                "label": "keybrake exec",
            ])
        return answer["key"]?.stringValue ?? ""
    }
}

/// Runs a command as a child of this process.
enum ChildProcess {
    /// The command's exit code, or 128 and the signal that ended it. Throws when it cannot be started.
    static func run(_ command: [String], environment: [String: String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { ended in
                let bySignal = ended.terminationReason == .uncaughtSignal
                continuation.resume(returning: bySignal ? 128 + ended.terminationStatus : ended.terminationStatus)
            }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}

/// Tells what a command used of the cassette.
enum CassetteUsage {
    /// Reports on standard error and gives the exit code: the command's own, or 1 when it passed but `strict` and the
    /// cassette disagree.
    static func report(_ status: ModeControl.Status, strict: Bool, commandStatus: Int32) -> Int32 {
        guard let playback = status.playback else { return commandStatus }
        let total = playback.playCounts.count
        let used = "\(playback.usedCount) of \(total) interactions used"
        Console.note("cassette \(playback.cassette): \(used), \(playback.misses) misses")
        if playback.usedCount > 0, !playback.unused.isEmpty {
            Console.note("  not used: \(playback.unused.map(String.init).joined(separator: ", "))")
        }
        guard strict, commandStatus == 0, playback.misses > 0 || !playback.unused.isEmpty else { return commandStatus }
        return 1
    }
}
