import Foundation
import KeybrakeCrypto
import KeybrakeEmulator
import SystemPackage

/// A folder in which the worlds of an emulator outlive it, one file each.
struct WorldFolder {
    let path: String
    private static let suffix = ".world"
    /// What was written last, by world, so that what has not changed is not written again.
    private var written: [String: SHA256Digest] = [:]

    init(path: String) {
        self.path = path
    }

    /// Puts every world of the folder in its place; makes the folder when there is none.
    func load(into emulator: EmulatorHost) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for file in try files() {
                guard let name = file.dropLast(Self.suffix.count).removingPercentEncoding else { continue }
                let text = try DiskBytes.read("\(path)/\(file)")
                do {
                    try emulator.load(world: name, from: text)
                } catch {
                    throw SettingsFailure(description: "\(path)/\(file) is no saved world: \(error)")
                }
            }
        } catch let error as CocoaError {
            throw SettingsFailure(description: "\(path) cannot be the folder of worlds: \(error.localizedDescription)")
        }
    }

    /// Writes every world that has changed, each file whole or not at all, and removes those of lost worlds.
    mutating func save(_ emulator: EmulatorHost) throws {
        let worlds = emulator.worlds()
        for world in worlds {
            let text = try emulator.save(world: world)
            let digest = SHA256Digest(hashing: text)
            guard written[world] != digest else { continue }
            let file = "\(path)/\(Self.fileName(world))"
            try DiskBytes.write(text, to: file + ".new")
            guard rename(file + ".new", file) == 0 else {
                throw SettingsFailure(description: "\(file) cannot be written: \(Errno(rawValue: errno))")
            }
            written[world] = digest
        }
        let kept = Set(worlds.map(Self.fileName))
        for file in try files() where !kept.contains(file) {
            try FileManager.default.removeItem(atPath: "\(path)/\(file)")
        }
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(Self.suffix) }.sorted()
    }

    /// A world may be named as it likes; a file may not.
    private static func fileName(_ world: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        return (world.addingPercentEncoding(withAllowedCharacters: plain) ?? "default") + suffix
    }
}
