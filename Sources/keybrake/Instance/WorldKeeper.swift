import KeybrakeEmulator
import Logging
import ServiceLifecycle

/// Writes an emulator's worlds into their folder from time to time, and once more when nothing can change them.
struct WorldKeeper: Service {
    static let everySeconds = 60

    let folder: WorldFolder
    let emulator: EmulatorHost
    let logger: Logger

    /// In a service group it comes before the server, so that it writes after the last request.
    func run() async throws {
        var folder = await cancelWhenGracefulShutdown { await saveFromTimeToTime() }
        try folder.save(emulator)
    }

    private func saveFromTimeToTime() async -> WorldFolder {
        var folder = folder
        while true {
            do {
                try await Task.sleep(for: .seconds(Self.everySeconds))
            } catch {
                return folder
            }
            do {
                try folder.save(emulator)
            } catch {
                logger.error("worlds not saved", metadata: ["reason": "\(error)"])
            }
        }
    }
}
