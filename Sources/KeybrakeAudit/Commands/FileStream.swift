internal import Glibc
internal import KeybrakeCrypto

/// A file written piece by piece beside its place, hashed on the way, and moved into its place when it is whole.
struct FileStream: ~Copyable {
    private let path: String
    private let file: Int32
    private var hasher = SHA256Hasher()
    private var sizeBytes: Int64 = 0
    private var isFinished = false

    /// Begins the file, making the folders on the way.
    init(path: String) throws(OutputFailure) {
        try FileWriter.makeFolder(of: path)
        let file = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw FileWriter.failure("cannot write", path) }
        self.path = path
        self.file = file
    }

    deinit {
        close(file)
        if !isFinished { unlink(path + ".part") }
    }

    /// Appends bytes.
    mutating func write(_ bytes: [UInt8]) throws(OutputFailure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else { throw FileWriter.failure("cannot write", path) }
            written += count
        }
        hasher.update(bytes)
        sizeBytes += Int64(bytes.count)
    }

    /// Puts the whole file in its place and tells what it is.
    mutating func finish() throws(OutputFailure) -> SummaryDocument.Output {
        var finished = SHA256Hasher()
        swap(&hasher, &finished)
        guard rename(path + ".part", path) == 0 else { throw FileWriter.failure("cannot write", path) }
        isFinished = true
        return SummaryDocument.Output(
            name: ExportReader.baseName(path), sizeBytes: sizeBytes, sha256: finished.finish().description)
    }
}
