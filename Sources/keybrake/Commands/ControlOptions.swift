import ArgumentParser
import KeybrakeAdmin
import KeybrakeServer
import Logging
import NIOPosix

/// How the commands that speak to a running instance find it.
struct ControlOptions: ParsableArguments {
    @Option(help: "The control listener. Default: KEYBRAKE_CONTROL_URL, or http://127.0.0.1:8788.")
    var controlUrl: String?
    @Option(help: "File with the admin token. Default: KEYBRAKE_ADMIN_TOKEN_FILE, or keybrake.admin-token.")
    var adminTokenFile: String?

    /// A client of the instance. `KEYBRAKE_ADMIN_TOKEN` wins over any file.
    func client() throws -> AdminClient {
        let environment = Console.environment
        let url = controlUrl ?? environment["KEYBRAKE_CONTROL_URL"] ?? "http://127.0.0.1:8788"
        return try ControlClient.make(url: url, token: try token(environment))
    }

    private func token(_ environment: [String: String]) throws -> String {
        if let token = environment["KEYBRAKE_ADMIN_TOKEN"], !token.isEmpty { return token }
        let path = adminTokenFile ?? environment["KEYBRAKE_ADMIN_TOKEN_FILE"] ?? "keybrake.admin-token"
        do {
            return try SecretFile.firstLine(path)
        } catch {
            throw SettingsFailure(
                description: "no admin token: \(path) cannot be read (\(error)); name the file with --admin-token-file")
        }
    }
}

/// Makes clients of a control listener.
enum ControlClient {
    static func make(url: String, token: String) throws -> AdminClient {
        let group = MultiThreadedEventLoopGroup.singleton
        let upstream = try UpstreamClient(
            configuration: UpstreamConfiguration(url: url, trust: .systemRoots, limits: .standard),
            eventLoopGroup: group,
            logger: Logger(label: "keybrake.cli") { _ in SwiftLogNoOpLogHandler() })
        return AdminClient(upstream: upstream, eventLoop: group.next(), token: token, url: url)
    }
}
