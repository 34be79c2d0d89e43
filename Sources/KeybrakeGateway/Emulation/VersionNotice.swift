internal import KeybrakeEmulator
internal import KeybrakeStripe
internal import Logging

/// Tells the operator, once for each world and version, that clients asked for a version of the API whose shapes the
/// emulator does not have.
enum VersionNotice {
    static func write(_ version: String?, world: String, emulator: EmulatorHost, logger: Logger) {
        guard let version, version != Catalogue.shared.apiVersion else { return }
        for unknown in emulator.takeUnknownVersions(world: world) {
            logger.notice(
                "clients ask for another API version than the emulator's",
                metadata: [
                    "asked": "\(unknown)", "answered": "\(Catalogue.shared.apiVersion)", "world": "\(world)",
                ])
        }
    }
}
