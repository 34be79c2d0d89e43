internal import Glibc

/// Why a report could not be written.
package struct OutputFailure: Error, Equatable, CustomStringConvertible {
    package let description: String
}

/// Writes whole files, so that nobody ever reads half a report.
enum FileWriter {
    /// Writes the bytes, making the folders on the way.
    @discardableResult
    static func write(_ bytes: [UInt8], to path: String) throws(OutputFailure) -> SummaryDocument.Output {
        var stream = try FileStream(path: path)
        try stream.write(bytes)
        return try stream.finish()
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

    /// The failure with the reason that the system gave last.
    static func failure(_ what: String, _ path: String) -> OutputFailure {
        OutputFailure(description: "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
