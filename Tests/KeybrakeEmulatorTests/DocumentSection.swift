import Glibc
import Testing

/// A part of the documentation that a test writes and keeps true.
///
/// It lies between `<!-- NAME: written by CoverageTests -->` and `<!-- end of NAME -->`. `KEYBRAKE_UPDATE_COVERAGE=1`
/// writes it anew.
struct DocumentSection {
    let name: String

    /// Compares the part with what it is to be.
    func check(_ contents: String) throws {
        let path = try #require(Self.root.map { $0 + "/docs/EMULATOR.md" })
        let text = try #require(Self.read(path))
        let start = try #require(text.firstRange(of: "<!-- \(name): written by CoverageTests -->\n"))
        let stop = try #require(text.firstRange(of: "\n<!-- end of \(name) -->"))
        guard getenv("KEYBRAKE_UPDATE_COVERAGE") == nil else {
            let updated = text[..<start.upperBound] + contents + text[stop.lowerBound...]
            #expect(Self.write(String(updated), path))
            return
        }
        #expect(
            text[start.upperBound..<stop.lowerBound] == contents,
            "the table \(name) is stale: run CoverageTests with KEYBRAKE_UPDATE_COVERAGE=1")
    }

    /// The directory that holds the sources, the tests and the documentation.
    static var root: String? {
        guard let resolved = realpath(#filePath, nil) else { return nil }
        defer { free(resolved) }
        let file = String(cString: resolved)
        return file.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    }

    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, _ path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        return fwrite(bytes, 1, bytes.count, file) == bytes.count
    }
}
