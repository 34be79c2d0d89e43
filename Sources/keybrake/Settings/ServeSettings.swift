import KeybrakeGateway
import KeybrakeServer

/// Everything that an operator decides about one instance.
struct ServeSettings {
    /// A host and a port, as in `127.0.0.1:8787` or `[::1]:8787`. Port 0 means any free one.
    struct Address: Equatable {
        var host: String
        var port: Int

        init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65_535).contains(port)
            else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            guard !host.isEmpty else { return nil }
            self.host = host
            self.port = port
        }

        /// Where a client on this machine connects, with the port that was bound.
        func origin(port: Int, isTLS: Bool) -> String {
            let address = ["0.0.0.0", "::"].contains(host) ? "localhost:\(port)" : urlText(port: port)
            return (isTLS ? "https://" : "http://") + address
        }

        /// The address as part of a URL, with another port.
        func urlText(port: Int) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    var listen: Address
    var control: Address
    /// A SQLite file, or `postgres://…`.
    var database: String
    /// The instance's own secret, without which no vault key can be verified; instances over one ledger share it.
    var secretPath: String
    var mode: ModeControl.Request
    var upstreamURL: String
    var upstreamTrust: UpstreamConfiguration.Trust
    /// From `STRIPE_SECRET_KEY`, never from a file or an option, which others could read.
    var upstreamKey: UpstreamKey?
    var tls: ServerConfiguration.TLSFiles?
    var adminTokenPath: String
    var emulatorAcceptsTestKeys: Bool
    /// Ids of the emulated objects follow from it.
    var emulatorSeed: UInt64
    /// Where emulated webhooks may be sent.
    var emulatorWebhooks: WebhookReach
    var capStatus: Int
    var fx: FXTable
    var eventLoops: Int
}

/// Why settings cannot be used; the text names the setting.
struct SettingsFailure: Error, CustomStringConvertible {
    let description: String
}
