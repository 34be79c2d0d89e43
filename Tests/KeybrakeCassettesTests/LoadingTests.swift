import Glibc
import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct LoadingTests {
    private func smallFile() throws -> [UInt8] {
        let folder = TemporaryFolder()
        let recorder = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test).recorder
        for amount in 1...3 {
            try recorder.append(
                .json(
                    try .call("POST /v1/charges", "amount=\(amount)&description=a } b {"),
                    ["id": .string("ch_\(amount)"), "text": "{\n}\n{"]))
        }
        try recorder.close()
        return folder.bytes("a.cassette")
    }

    /// Where each record ends, its closing brace included.
    private func ends(_ bytes: [UInt8]) -> [Int] {
        let text = Array("\n}\n".utf8)
        return bytes.indices.filter { bytes[$0...].starts(with: text) }.map { $0 + 2 }
    }

    @Test func aTornTailIsDroppedWhereverItIsTorn() throws {
        let bytes = try smallFile()
        let ends = ends(bytes)
        #expect(ends.count == 4)
        for length in 1..<bytes.count {
            let prefix = Array(bytes[..<length])
            guard length >= ends[0] else {
                let error = #expect(throws: CassetteError.self) { try Cassette.read(prefix, path: "a.cassette") }
                #expect(error?.description.contains("header record is not finished") == true, "\(length) bytes")
                continue
            }
            let (cassette, warnings) = try Cassette.read(prefix, path: "a.cassette")
            #expect(cassette.count == ends.count { $0 <= length } - 1, "\(length) bytes")
            let isWhole = ends.contains(length) || ends.contains(length - 1)
            #expect(warnings.isEmpty == isWhole, "\(length) bytes")
        }
    }

    @Test func recordingGoesOnAfterATornTailWhereverItIsTorn() throws {
        let bytes = try smallFile()
        let ends = ends(bytes)
        let folder = TemporaryFolder()
        let more = Interaction.json(try .call("POST /v1/charges", "amount=9"), ["id": "ch_9"])
        for length in stride(from: 0, through: bytes.count, by: 7) {
            folder.write(bytes[..<length], to: "a.cassette")
            let (recorder, warnings) = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test)
            let whole = max(0, ends.count { $0 <= length } - 1)
            #expect(try recorder.append(more) == whole + 1)
            try recorder.close()
            let loaded = try Cassette.load(path: folder.file("a.cassette"))
            #expect(loaded.cassette.count == whole + 1, "\(length) bytes")
            #expect(loaded.warnings.isEmpty, "\(length) bytes")
            #expect(try loaded.cassette.interaction(whole + 1).request.parameters == ["amount": "9"])
            let isWhole = length == 0 || ends.contains(length) || ends.contains(length - 1)
            #expect(warnings.isEmpty == isWhole, "\(length) bytes")
        }
    }

    @Test func zerosAtTheEndAreATornTail() throws {
        let bytes = try smallFile() + [UInt8](repeating: 0, count: 500)
        let (cassette, warnings) = try Cassette.read(bytes, path: "a.cassette")
        #expect(cassette.count == 3)
        #expect(warnings.count == 1)
    }

    @Test func otherLineEndsAndBlankLinesAreRead() throws {
        let text = String(decoding: try smallFile(), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(try Cassette.read(Array(lines.utf8), path: "a.cassette").cassette.count == 3)
        #expect(try Cassette.read(Array(("\n\n" + text + "\n\n").utf8), path: "a.cassette").cassette.count == 3)
    }

    @Test(arguments: [
        ("version: 1\ninteractions:\n- request:\n    body: null\n", "a vcrpy cassette"),
        ("{\"version\": 1, \"interactions\": []}", "a vcrpy cassette"),
        ("---\nhttp_interactions:\n- request:\n    method: get\n", "a VCR cassette (Ruby)"),
        ("---\nversion: 2\ninteractions:\n- id: 0\n  request:\n    proto_major: 1\n", "a go-vcr cassette"),
        ("{\"log\": {\"version\": \"1.2\", \"entries\": []}}", "a HAR file"),
        ("{\"log\": {\"_recordingName\": \"t\", \"entries\": []}}", "a Polly.JS recording (HAR)"),
        ("{\"data\": {\"pairs\": []}, \"meta\": {\"schemaVersion\": \"v5\"}}", "a Hoverfly simulation"),
        ("{\"request\": {\"urlPath\": \"/v1/charges\"}, \"response\": {}}", "a WireMock mapping file"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "a Git LFS pointer"),
        ("SQLite format 3\u{0}rest", "an SQLite database"),
        ("id,amount\nch_1,5\n", "a text file of another kind"),
        ("{\"hello\": 1}", "some other JSON file"),
        ("5432:9:timestamp;12:1.5", "a mitmproxy flow file"),
    ]) func aForeignFileIsNamed(text: String, name: String) throws {
        let error = #expect(throws: CassetteError.self) { try Cassette.read(Array(text.utf8), path: "x") }
        #expect(error?.description.contains("it looks like \(name)") == true, "\(error?.description ?? "")")
    }

    @Test func binaryFilesAreNamed() {
        for (bytes, name) in [([0x1F, 0x8B, 8, 0], "a gzip file"), ([0xFF, 0xD8, 0xFF, 0xE0], "a binary file")] {
            #expect(throws: CassetteError(path: "x", reason: .foreign(looksLike: name))) {
                try Cassette.read(bytes.map { UInt8($0) }, path: "x")
            }
        }
    }

    @Test func aForeignFileIsNotRecordedInto() throws {
        let folder = TemporaryFolder()
        for opening in [CassetteRecorder.Opening.continuing, .startingOver] {
            folder.write(Array("interactions: []\n".utf8), to: "theirs.yaml")
            let path = folder.file("theirs.yaml")
            #expect(throws: CassetteError(path: path, reason: .foreign(looksLike: "a vcrpy cassette"))) {
                try CassetteRecorder.open(path: path, header: .test, opening: opening)
            }
            #expect(folder.text("theirs.yaml") == "interactions: []\n")
        }
    }

    @Test func aLaterFormatIsRefused() throws {
        let text = String(decoding: try smallFile(), as: UTF8.self)
            .replacing("\"keybrake_cassette\": 1", with: "\"keybrake_cassette\": 2")
        let error = CassetteError(path: "x", reason: .newerVersion(found: 2, supported: 1))
        #expect(throws: error) { try Cassette.read(Array(text.utf8), path: "x") }
    }

    @Test(arguments: [
        ("\"path\"", "\"pth\"", 10, "the request has no path"),
        ("\"operation\": \"POST /v1/charges\"", "\"operation\": 7", 10, "the request has no operation"),
        ("\"form\": {", "\"form\": [", 10, "the request is not JSON"),
        ("\"response\": {", "\"answer\": {", 10, "the record has no response"),
        ("  \"request\": {", "  \"request\" {", 10, "the record is not a JSON object"),
        ("\"amount\": \"1\"", "\"amount\": null", 10, "not an object of texts"),
        ("}\n{\n  \"request\"", "}\n<<<<<<< HEAD\n{\n  \"request\"", 10, "a merge conflict marker"),
        ("}\n{\n  \"request\"", "}\n,{\n  \"request\"", 10, "a record must begin with {"),
        ("}\n{\n  \"request\"", "}{\n  \"request\"", 9, "text after the closing brace"),
        ("}\n{\n  \"request\"", "{\n  \"request\"", 1, "not finished before the next one begins"),
    ]) func damageIsFoundWithItsLine(text: String, damaged: String, line: Int, detail: String) throws {
        let file = String(decoding: try smallFile(), as: UTF8.self)
        let range = try #require(file.firstRange(of: text))
        let bytes = Array(file.replacingCharacters(in: range, with: damaged).utf8)
        let error = #expect(throws: CassetteError.self) { try Cassette.read(bytes, path: "x") }
        guard case .damaged(let found, let message)? = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == line)
        #expect(message.contains(detail), "\(message)")
    }

    @Test func aDamagedAnswerIsAMissThatSaysSo() throws {
        let file = String(decoding: try smallFile(), as: UTF8.self)
            .replacing("\"status\": 200", with: "\"status\": \"fine\"")
        var player = CassettePlayer(try Cassette.read(Array(file.utf8), path: "x").cassette)
        let miss = player.answer(try .call("POST /v1/charges", "amount=1&description=a } b {")).miss
        #expect(miss?.message.contains("interaction 1, line 10: the response has no status") == true)
    }

    @Test func missingFilesAndFoldersAreErrorsWithThePath() throws {
        let folder = TemporaryFolder()
        #expect(throws: CassetteError(path: folder.file("no"), reason: .notFound)) {
            try Cassette.load(path: folder.file("no"))
        }
        #expect(throws: CassetteError.self) { try Cassette.load(path: folder.path) }
        folder.write([], to: "empty")
        #expect(throws: CassetteError(path: folder.file("empty"), reason: .empty)) {
            try Cassette.load(path: folder.file("empty"))
        }
        folder.write([0x41], to: "file")
        let error = #expect(throws: CassetteError.self) {
            try CassetteRecorder.open(path: folder.file("file") + "/a.cassette", header: .test)
        }
        #expect(error?.path == folder.file("file") + "/a.cassette")
    }

    @Test func oneRecorderAtATime() throws {
        let folder = TemporaryFolder()
        let path = folder.file("a.cassette")
        let recorder = try CassetteRecorder.open(path: path, header: .test).recorder
        #expect(throws: CassetteError(path: path, reason: .inUse)) {
            try CassetteRecorder.open(path: path, header: .test)
        }
        try recorder.close()
        #expect(throws: CassetteError(path: path, reason: .closed)) {
            try recorder.append(.json(try .call("GET /v1/balance"), ["object": "balance"]))
        }
        let again = try CassetteRecorder.open(path: path, header: .test, opening: .startingOver).recorder
        #expect(again.count == 0)
    }

    @Test func whatWasRecordedComesBackWhole() throws {
        let folder = TemporaryFolder()
        let path = folder.file("a.cassette")
        let recorder = try CassetteRecorder.open(path: path, header: .test).recorder
        var request = try RecordedRequest.call("POST /v1/charges", "a[b][]=1&a[b][]=2&c=&d[0][e]=\u{1F600}%0A\"")
        request.apiVersion = "2026-05-27.dahlia"
        request.account = "acct_1"
        var interaction = Interaction.json(request, status: 402, ["error": ["message": "x\u{7F}\u{2028}\\ \"y\""]])
        interaction.response.headers = [("Content-Type", "application/json"), ("Link", "a"), ("Link", "b")]
        try recorder.append(interaction)
        try recorder.close()
        let (cassette, warnings) = try Cassette.load(path: path)
        #expect(warnings.isEmpty)
        #expect(cassette.header == .test)
        #expect(cassette.name == "a")
        #expect(try cassette.interaction(1) == interaction)
        #expect(throws: CassetteError.self) { try cassette.interaction(2) }
        #expect(throws: CassetteError.self) { try cassette.interaction(0) }
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        var rest = self[...]
        var result = ""
        while let range = rest.firstRange(of: text) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + self[range.upperBound...]
    }
}
