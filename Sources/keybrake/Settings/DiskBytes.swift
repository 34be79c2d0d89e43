import SystemPackage

/// Whole files of the size that cassettes have.
enum DiskBytes {
    /// How large a file may be.
    static let bytesMax = 1 << 30

    /// The whole file.
    static func read(_ path: String) throws -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            return try file.closeAfter { try readAll(file) }
        } catch let error as Errno {
            throw SettingsFailure(description: "\(path) cannot be read: \(error)")
        }
    }

    /// Writes the whole file, replacing what was there.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(bytes) }
        } catch let error as Errno {
            throw SettingsFailure(description: "\(path) cannot be written: \(error)")
        }
    }

    private static func readAll(_ file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= bytesMax else { throw Errno.fileTooLarge }
        }
    }
}
