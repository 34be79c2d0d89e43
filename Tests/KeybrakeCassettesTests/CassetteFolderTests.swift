import Glibc
import KeybrakeCassettes
import Testing

@Suite struct CassetteFolderTests {
    @Test func namesStayInTheFolder() {
        let folder = CassetteFolder(path: "cassettes")
        #expect(folder.file(named: "billing/happy-path_1.2") == "cassettes/billing/happy-path_1.2.cassette")
        #expect(folder.file(named: "demo.cassette") == "cassettes/demo.cassette")
        let refused = [
            "", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", ".hidden", "a b", "a\u{0}b", "ä", "a\\b", "a\nb",
            String(repeating: "a", count: 201),
        ]
        for name in refused { #expect(folder.file(named: name) == nil, "\(name)") }
    }

    @Test func cassettesAreListed() throws {
        let temporary = TemporaryFolder()
        let folder = CassetteFolder(path: temporary.path)
        for name in ["b", "a"] {
            let path = try #require(folder.file(named: name))
            try CassetteRecorder.open(path: path, header: .test).recorder.close()
        }
        temporary.write([1], to: "notes.txt")
        #expect(try folder.names() == ["a", "b"])
        let error = #expect(throws: CassetteError.self) { try CassetteFolder(path: "/nowhere").names() }
        #expect(error?.path == "/nowhere")
    }
}
