internal import Glibc

/// Why a report could not be written.
package struct OutputFailure: Error, Equatable, CustomStringConvertible {
    package let description: String
}

/// Writes whole files: first beside their place, then into it, so that nobody ever reads half a report.
enum FileWriter {
    /// Writes the bytes, making the folders on the way.
    static func write(_ bytes: [UInt8], to path: String) throws(OutputFailure) {
        try makeFolder(of: path)
        let draft = path + ".part"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("cannot write", path) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else {
                let failed = failure("cannot write", path)
                close(file)
                unlink(draft)
                throw failed
            }
            written += count
        }
        guard close(file) == 0, rename(draft, path) == 0 else {
            let failed = failure("cannot write", path)
            unlink(draft)
            throw failed
        }
    }

    /// Makes the folder in which the path lies.
    static func makeFolder(of path: String) throws(OutputFailure) {
        var folder = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            folder += part
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw failure("cannot make the folder of", path) }
            folder += "/"
        }
    }

    private static func failure(_ what: String, _ path: String) -> OutputFailure {
        OutputFailure(description: "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
