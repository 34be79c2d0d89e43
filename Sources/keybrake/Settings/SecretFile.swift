import KeybrakeCrypto
import SystemPackage

/// Secrets that an instance makes for itself at its first start and finds again later.
enum SecretFile {
    /// The text in the file, which is made with a fresh one when it is not there.
    static func textOrNew(_ path: String, fresh: () -> String) throws -> String {
        do {
            return try firstLine(path)
        } catch Errno.noSuchFileOrDirectory {
            let text = fresh()
            do {
                try TextFile.createPrivate(path, text: text + "\n")
            } catch let error as Errno {
                throw SettingsFailure(description: "\(path) cannot be written: \(error)")
            }
            return text
        } catch let error as Errno {
            throw SettingsFailure(description: "\(path) cannot be read: \(error)")
        }
    }

    /// The first line of a file that must be there.
    static func firstLine(_ path: String) throws -> String {
        let text = try TextFile.read(path)
        let line = text.split(separator: "\n").first.map(String.init) ?? ""
        guard line.utf8.count >= 16 else {
            throw SettingsFailure(description: "\(path) holds no secret of at least 16 characters")
        }
        return line
    }
}
