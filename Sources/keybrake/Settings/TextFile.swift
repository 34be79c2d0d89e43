import SystemPackage

/// Small text files: settings and secrets.
enum TextFile {
    /// How large such a file may be.
    static let bytesMax = 1 << 20

    /// The whole file as text.
    static func read(_ path: String) throws -> String {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
                guard count > 0 else { break }
                bytes += chunk.prefix(count)
                guard bytes.count <= bytesMax else { throw Errno.fileTooLarge }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Writes a new file that its owner alone may read. Fails when it exists.
    static func createPrivate(_ path: String, text: String) throws {
        let file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerRead, .ownerWrite])
        try file.closeAfter { _ = try file.writeAll(Array(text.utf8)) }
    }
}
