import Glibc
import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Keeps the table in the documentation true. `KEYBRAKE_UPDATE_COVERAGE=1` writes it anew.
@Suite struct CoverageTests {
    private static let begin = "<!-- coverage: written by CoverageTests -->\n"
    private static let end = "\n<!-- end of coverage -->"

    @Test func `the table in the documentation is the emulator's own`() throws {
        let path = try #require(Self.documentPath)
        let text = try #require(Self.read(path))
        let start = try #require(text.range(of: Self.begin))
        let stop = try #require(text.range(of: Self.end))
        guard getenv("KEYBRAKE_UPDATE_COVERAGE") == nil else {
            let updated = text[..<start.upperBound] + Coverage.table + text[stop.lowerBound...]
            #expect(Self.write(String(updated), path))
            return
        }
        #expect(
            text[start.upperBound..<stop.lowerBound] == Coverage.table,
            "the coverage table is stale: run this test with KEYBRAKE_UPDATE_COVERAGE=1")
    }

    @Test func `most operations remember what happened`() {
        #expect(Coverage.count(.behaviour) + Coverage.count(.synthesised) > 500)
        #expect(Coverage.allCases.reduce(0) { $0 + Coverage.count($1) } == Catalogue.shared.operations.count)
    }

    private static var documentPath: String? {
        guard let resolved = realpath(#filePath, nil) else { return nil }
        defer { free(resolved) }
        let file = String(cString: resolved)
        return file.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/docs/EMULATOR.md"
    }

    private static func read(_ path: String) -> String? {
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

extension String {
    /// Where a text occurs first.
    fileprivate func range(of text: String) -> Range<Index>? {
        firstRange(of: text)
    }
}
