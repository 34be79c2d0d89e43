internal import Glibc
internal import KeybrakeCrypto
internal import KeybrakeStripe

/// The reports in a folder, as their summaries describe them.
struct ReportFolder {
    /// One report: its summary and whether the files beside it are the ones that it speaks of.
    struct Report {
        var summaryName: String
        var summary: JSONObject
        var files: [File]

        /// The moment that a report is about: when it was made, else the end of its period.
        var time: String {
            summary["generated_at"]?.stringValue ?? summary["period"]?["to"]?.stringValue ?? ""
        }

        var name: String { summary["name"]?.stringValue ?? summaryName }
        var isIntact: Bool { files.allSatisfy { $0.state == .intact } }
    }

    /// A file of a report.
    struct File {
        enum State: String { case intact, changed, missing }

        var name: String
        var sha256: String
        var state: State
    }

    /// A summary of a report is small; a larger file is none.
    static let summaryBytesMax = 4 << 20

    let path: String
    private(set) var reports: [Report] = []
    /// Files that look like summaries and are not.
    private(set) var unreadable: [String] = []

    init(path: String) throws(OutputFailure) {
        self.path = path
        for name in try Self.names(in: path) where name.hasSuffix(".summary.json") {
            if let report = report(name) { reports.append(report) } else { unreadable.append(name) }
        }
        reports.sort { ($1.time, $0.name) < ($0.time, $1.name) }
    }

    private func report(_ name: String) -> Report? {
        guard let bytes = Self.read(path + "/" + name, max: Self.summaryBytesMax),
            let object = (try? JSONParser.parse(bytes))?.objectValue,
            object["format"]?.stringValue == SummaryDocument.format
        else { return nil }
        var files: [File] = []
        for output in object["outputs"]?.arrayValue ?? [] {
            guard let file = output["name"]?.stringValue, !file.contains("/"), !file.hasPrefix(".") else { return nil }
            let expected = output["sha256"]?.stringValue ?? ""
            let actual = Self.digest(path + "/" + file)
            let state: File.State = actual == nil ? .missing : (actual == expected ? .intact : .changed)
            files.append(File(name: file, sha256: expected, state: state))
        }
        return Report(summaryName: name, summary: object, files: files)
    }

    /// The names in a folder, sorted by their bytes.
    static func names(in path: String) throws(OutputFailure) -> [String] {
        guard let folder = opendir(path) else {
            throw OutputFailure(description: "cannot read the folder \(path): \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // SAFETY: d_name is a terminated string inside the entry, which lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The bytes of a file, or `nil` when it cannot be read or is larger than `max`.
    static func read(_ path: String, max: Int) -> [UInt8]? {
        guard var source = try? ByteSource(path: path), source.sizeBytes <= Int64(max) else { return nil }
        var bytes: [UInt8] = []
        while (try? source.more()) == true {
            bytes += source.window
            source.start = source.end
        }
        return source.isAtEnd ? bytes : nil
    }

    /// The SHA-256 of a file, or `nil` when it cannot be read.
    static func digest(_ path: String) -> String? {
        guard var source = try? ByteSource(path: path) else { return nil }
        return (try? source.digest())?.description
    }
}
