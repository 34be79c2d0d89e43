import KeybrakeCassettes
import KeybrakeStripe
import Testing

/// Whatever bytes a file holds: an error or a cassette, never a trap.
@Suite struct HostileFileTests {
    private func sample() throws -> [UInt8] {
        let uuid = "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"
        let cassette = try Cassette.recorded([
            .json(
                try .call("POST /v1/charges", "amount=1&description=[conv:a] x&metadata[ref]=\(uuid)"),
                ["id": "ch_1", "metadata": ["ref": .string(uuid)], "text": "[conv:a] {\n}"]),
            Interaction(
                request: try .call("GET /v1/charges", "limit=1"),
                response: RecordedResponse(status: 200, headers: [], body: .raw([1, 2, 3, 4]))),
        ])
        return try CassettePrune.bytes(cassette) { _ in true }
    }

    /// Uses everything that a loaded cassette offers.
    private func use(_ bytes: [UInt8]) {
        _ = CassetteLint.findings(bytes, path: "x")
        guard let cassette = try? Cassette.read(bytes, path: "x").cassette else { return }
        var player = CassettePlayer(cassette)
        for number in 0..<cassette.count + 2 {
            guard let interaction = try? cassette.interaction(number) else { continue }
            _ = player.answer(interaction.request)
        }
        if let request = try? RecordedRequest.call("POST /v1/charges", "amount=2") {
            _ = player.answer(request).miss?.message
        }
        _ = try? CassetteDiff(old: cassette, new: cassette)
        for format in ForeignCassetteFormat.allCases { _ = try? format.text(cassette, base: "https://x") }
        _ = try? CassettePrune.bytes(cassette, unusedIn: player.report)
    }

    @Test(arguments: [UInt64(11), 12, 13, 14])
    func changedBytesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sample = try sample()
        let bytes = Array("{}[]\":,0129\n\r \u{0}\\u-_abcx".utf8) + [0xFF, 0x80, 0xC3]
        for _ in 0..<400 {
            var text = sample
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<text.count, using: &random)
                let end = min(text.count, at + Int.random(in: 0...30, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text.removeSubrange(at..<end)
                case 1: text.insert(bytes.randomElement(using: &random) ?? 0, at: at)
                case 2: text.insert(contentsOf: text[at..<end], at: Int.random(in: 0...text.count, using: &random))
                default: text[at] = bytes.randomElement(using: &random) ?? 0
                }
            }
            use(text)
        }
    }

    @Test func everyPrefixAndSuffixIsHarmless() throws {
        let sample = try sample()
        for length in 0..<sample.count {
            use(Array(sample.prefix(length)))
            _ = try? Cassette.read(Array(sample.suffix(length)), path: "x")
        }
    }

    @Test func deepNestingIsRefused() throws {
        let deep = String(repeating: "[", count: 100_000)
        let text = String(decoding: try sample(), as: UTF8.self)
        guard let range = text.firstRange(of: "\"amount\": \"1\"") else { return }
        let bytes = Array((text[..<range.lowerBound] + "\"amount\": \(deep)" + text[range.upperBound...]).utf8)
        #expect(throws: CassetteError.self) { try Cassette.read(bytes, path: "x") }
        use(bytes)
    }
}
