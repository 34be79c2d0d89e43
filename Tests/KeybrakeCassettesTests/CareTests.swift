import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct CareTests {
    private func charge(_ amount: Int, _ answer: JSONValue, status: Int = 200) throws -> Interaction {
        .json(try .call("POST /v1/charges", "amount=\(amount)"), status: status, answer)
    }

    private func file(_ interactions: [Interaction]) throws -> String {
        let cassette = try Cassette.recorded(interactions)
        return String(decoding: try CassettePrune.bytes(cassette) { _ in true }, as: UTF8.self)
    }

    // MARK: Diff

    @Test func aDiffComparesByWhatIsAsked() throws {
        let old = try Cassette.recorded([
            charge(1, ["id": "ch_1", "outcome": ["type": "authorized", "gone": 1], "list": [1, 2]]),
            charge(2, ["id": "ch_2"]), charge(3, ["id": "ch_3"]), charge(3, ["id": "ch_3b"]),
        ])
        let new = try Cassette.recorded([
            charge(3, ["id": "ch_3"]), charge(4, ["id": "ch_4"]),
            charge(1, ["id": "ch_1", "outcome": ["type": "issuer_declined"], "list": [1], "new": nil], status: 402),
        ])
        let diff = try CassetteDiff(old: old, new: new)
        #expect(diff.added.map { "\($0.number) \($0.operation)" } == ["2 POST /v1/charges"])
        #expect(diff.removed.map(\.number) == [2, 4])
        #expect(diff.changed.map { [$0.oldNumber, $0.newNumber] } == [[1, 3]])
        #expect(
            diff.changed.first?.details == [
                "status: 200 → 402", "json.outcome.type: \"authorized\" → \"issuer_declined\"",
                "json.outcome.gone: 1 → missing", "json.list[1]: 2 → missing", "json.new: missing → null",
            ])
        #expect(try CassetteDiff(old: old, new: old).isEmpty)
    }

    // MARK: Prune

    @Test func pruningKeepsTheBytesOfWhatStays() throws {
        let cassette = try Cassette.recorded([
            charge(1, ["id": "ch_1"]), charge(2, ["id": "ch_2"]), charge(3, ["id": "ch_3"]),
        ])
        var player = CassettePlayer(cassette)
        _ = player.answer(try .call("POST /v1/charges", "amount=1"))
        _ = player.answer(try .call("POST /v1/charges", "amount=3"))
        let pruned = try Cassette.read(
            try CassettePrune.bytes(cassette, unusedIn: player.report), path: "pruned.cassette"
        ).cassette
        #expect(pruned.count == 2)
        #expect(pruned.header == cassette.header)
        #expect(pruned.recordBytes(1) == cassette.recordBytes(1))
        #expect(pruned.recordBytes(2) == cassette.recordBytes(3))
    }

    @Test func pruningKeepsTheRandomValuesOfWhatGoes() throws {
        let uuid = "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"
        let cassette = try Cassette.recorded([
            .json(try .call("POST /v1/customers", "metadata[ref]=\(uuid)"), ["id": "cus_1"]),
            .json(
                try .call("POST /v1/charges", "metadata[ref]=\(uuid)"), ["metadata": ["ref": .string(uuid)]]),
        ])
        let bytes = try CassettePrune.bytes(cassette) { $0 == 2 }
        var player = CassettePlayer(try Cassette.read(bytes, path: "x").cassette)
        #expect(
            player.answer(try .call("POST /v1/charges", "metadata[ref]=\(uuid)")).json
                == ["metadata": ["ref": .string(uuid)]])
    }

    @Test func aPrunedCassetteCanBeRecordedOn() throws {
        let uuids = (1...3).map { "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a11\($0)" }
        let cassette = try Cassette.recorded(
            uuids.map { .json(try .call("POST /v1/customers", "metadata[ref]=\($0)"), ["id": "cus_1"]) })
        let folder = TemporaryFolder()
        try Cassette.replace(path: folder.file("a.cassette"), with: try CassettePrune.bytes(cassette) { $0 == 3 })
        let recorder = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test).recorder
        let another = "99999999-8888-4777-8666-555555555555"
        try recorder.append(.json(try .call("POST /v1/customers", "metadata[ref]=\(another)"), ["id": "cus_9"]))
        let last = try Cassette.load(path: folder.file("a.cassette")).cassette.interaction(2)
        #expect(last.request.parameters == ["metadata": .map(["ref": "00000000-0000-4000-8000-000000000004"])])
    }

    // MARK: Lint

    private func lint(_ text: String) -> [String] {
        CassetteLint.findings(Array(text.utf8), path: "x").map { "\($0.line) \($0.kind.rawValue)" }
    }

    @Test func aCleanCassetteHasNoFindings() throws {
        let text = try file([
            charge(1, ["id": "ch_1"]),
            .json(try .call("POST /v1/tokens", "card[number]=4242424242424242&card[cvc]=123"), ["id": "tok_1"]),
        ])
        #expect(CassetteLint.findings(Array(text.utf8), path: "x") == [])
    }

    @Test func lintFindsWhatIsWrong() throws {
        let text = try file([charge(1, ["id": "ch_1", "livemode": false])])
        let key = "sk_" + "live_" + "abcdefghijklmnopqrstuvwx"
        #expect(lint(text.replacingFirst("\"ch_1\"", "\"\(key)\"")) == ["10 secret"])
        #expect(lint(text.replacingFirst("\"amount\": \"1\"", "\"cvc\": \"123\"")) == ["10 secret"])
        #expect(lint(text.replacingFirst("\"id\": \"ch_1\"", "\"password\": \"ch_1\"")) == ["10 secret"])
        #expect(lint(text.replacingFirst("\"livemode\": false", "\"livemode\": true")) == ["10 live-mode"])
        #expect(
            lint(text.replacingFirst("\"status\": 200", "\"status\": 200,\n    \"hedders\": {}"))
                == ["10 unknown-member"])
        #expect(lint(text.replacingFirst("\"decision\":", "\"extra\":")) == ["10 unknown-member"])
        #expect(lint(text.replacingFirst("\"status\": 200", "\"status\": 999")) == ["10 damaged"])
        #expect(lint(text.replacingFirst("\"path\"", "\"pth\"")) == ["10 damaged"])
        #expect(lint(String(text.dropLast(5))) == ["1 empty", "10 torn-tail"])
        #expect(lint("interactions: []") == ["1 damaged"])
    }

    @Test func lintFindsWhatIsOdd() throws {
        var old = try charge(3, ["id": "ch_3"])
        old.request.apiVersion = "2020-08-27"
        var new = try charge(4, ["id": "ch_4"])
        new.request.apiVersion = "2026-05-27.dahlia"
        let text = try file([
            charge(1, ["id": "ch_1"]), charge(1, ["id": "ch_1"]), charge(1, ["id": "ch_2"]),
            charge(2, ["error": [:]], status: 401), old, new,
        ])
        #expect(
            CassetteLint.findings(Array(text.utf8), path: "x").map(\.description) == [
                "line 1: warning mixed-versions: requests of several Stripe versions: 2020-08-27, 2026-05-27.dahlia",
                "line 39: warning duplicate: interaction 2, POST /v1/charges is the same as interaction 1, "
                    + "answer included",
                "line 97: warning recorded-failure: interaction 4, POST /v1/charges recorded a 401",
            ])
    }

    // MARK: Summary

    @Test func aSummaryCounts() throws {
        let cassette = try Cassette.recorded([
            .json(try .call("GET /v1/balance"), ["object": "balance"]), charge(1, ["id": "ch_1"]),
            charge(2, ["id": "ch_2"]),
        ])
        let summary = cassette.summary
        #expect(summary.operations.map { "\($0.name) \($0.count)" } == ["POST /v1/charges 2", "GET /v1/balance 1"])
        #expect(summary.interactionCount == 3)
        #expect(cassette.operation(1) == "GET /v1/balance")
        #expect(cassette.operation(4) == nil)
        #expect(cassette.line(1) == 10)
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, _ other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return String(self[..<range.lowerBound]) + other + self[range.upperBound...]
    }
}
