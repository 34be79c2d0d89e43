import KeybrakeEmulator
import KeybrakeGateway
import KeybrakeServer

/// Everything that a developer decides about an emulator of their own.
struct EmulatorSettings {
    var listen: ServeSettings.Address
    var tls: ServerConfiguration.TLSFiles?
    var worlds: EmulatorConfiguration
    var selection: WorldSelection
    var eventLoops: Int
}
