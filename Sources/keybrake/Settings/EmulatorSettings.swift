import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeServer

/// Everything that a developer decides about an emulator of their own.
struct EmulatorSettings {
    var listen: ServeSettings.Address
    /// Scheme, host and port under which browsers find the emulator's pages; `nil` for those that it listens on.
    var publicURL: String?
    var tls: ServerConfiguration.TLSFiles?
    var worlds: EmulatorConfiguration
    /// Where the worlds are kept; `nil` when they end with the process.
    var folderPath: String?
    var selection: WorldSelection
    var webhooks: WebhookReach
    var eventLoops: Int
}
