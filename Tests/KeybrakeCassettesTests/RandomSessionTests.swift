import KeybrakeCassettes
import KeybrakeStripe
import Testing

/// Plays random recordings back and compares the player with a plain list that is searched from the front.
@Suite struct RandomSessionTests {
    private struct Call {
        var form: String
        var isWrite: Bool
        var request: RecordedRequest
    }

    private func call(_ random: inout SeededGenerator) throws -> Call {
        let isWrite = Bool.random(using: &random)
        var parts = ["amount=\(Int.random(in: 1...3, using: &random))", "currency=usd"]
        if Bool.random(using: &random) { parts.append("metadata[k]=\(Int.random(in: 1...2, using: &random))") }
        let form = parts.joined(separator: "&")
        parts.shuffle(using: &random)
        parts.append("description=[conv:c\(Int.random(in: 1...9, using: &random))] x")
        let operation = isWrite ? "POST /v1/charges" : "GET /v1/charges"
        return Call(
            form: form, isWrite: isWrite, request: try .call(operation, parts.joined(separator: "&")))
    }

    @Test(arguments: [UInt64(101), 102, 103, 104, 105])
    func thePlayerDoesAsAPlainListWould(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let recorded = try (0..<60).map { _ in try call(&random) }
        let cassette = try Cassette.recorded(
            recorded.enumerated().map { .json($1.request, ["number": .integer(Int64($0 + 1))]) })
        var player = CassettePlayer(cassette)
        var played = [Int](repeating: 0, count: recorded.count)
        var misses = 0
        for step in 0..<400 {
            let sent = try call(&random)
            let equal = recorded.indices.filter {
                recorded[$0].form == sent.form && recorded[$0].isWrite == sent.isWrite
            }
            let expected = equal.first { played[$0] == 0 } ?? (sent.isWrite ? nil : equal.last)
            let playback = player.answer(sent.request)
            #expect(
                playback.hit?.interactionNumber == expected.map { $0 + 1 },
                "seed \(seed), step \(step), \(sent.form)")
            if let expected {
                played[expected] += 1
                #expect(playback.json == ["number": .integer(Int64(expected + 1))])
            } else {
                misses += 1
                let wanted = equal.count
                if wanted > 0 { #expect(playback.miss?.reason == .allPlayed(recorded: wanted)) }
            }
        }
        #expect(player.report == PlaybackReport(cassette: "test", playCounts: played, misses: misses))
    }

    /// A recorded run played again with other random values gives answers that hold the new values only.
    @Test(arguments: [UInt64(201), 202, 203])
    func renamedRunsPlayBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func uuids() -> [String] {
            (0..<12).map { _ in
                func hex(_ digits: Int) -> String {
                    (0..<digits).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
                }
                return "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))"
            }
        }
        let plan = (0..<80).map { _ in (0..<3).map { _ in Int.random(in: 0..<12, using: &random) } }
        func run(_ values: [String]) throws -> [(RecordedRequest, JSONValue)] {
            try plan.map { picks in
                let form = "a=\(values[picks[0]])&b=x_\(values[picks[1]])&metadata[c]=\(values[picks[2]])"
                return (
                    try .call("POST /v1/things", form),
                    ["a": .string(values[picks[0]]), "all": .array(picks.map { .string("<\(values[$0])>") })]
                )
            }
        }
        let cassette = try Cassette.recorded(try run(uuids()).map { .json($0.0, $0.1) })
        var player = CassettePlayer(cassette)
        for (step, (request, answer)) in try run(uuids()).enumerated() {
            #expect(player.answer(request).json == answer, "seed \(seed), step \(step)")
        }
    }

    @Test func manyThreadsRecordWholeRecords() async throws {
        let folder = TemporaryFolder()
        let recorder = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test).recorder
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        let request = try? RecordedRequest.call("POST /v1/charges", "amount=\(task * 1_000 + number)")
                        if let request { _ = try? recorder.append(.json(request, ["id": .string("ch_\(task)")])) }
                    }
                }
            }
        }
        try recorder.close()
        let (cassette, warnings) = try Cassette.load(path: folder.file("a.cassette"))
        #expect(cassette.count == 400 && warnings.isEmpty)
        let amounts = try (1...400).map { try cassette.interaction($0).request.parameters.text("amount") }
        #expect(Set(amounts).count == 400)
    }

    @Test func retriesThatStripeAnsweredFromMemoryAreRecordedOnce() throws {
        let folder = TemporaryFolder()
        let recorder = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test).recorder
        var request = try RecordedRequest.call("POST /v1/charges", "amount=1")
        request.idempotencyKey = "k"
        var retry = Interaction.json(request, ["id": "ch_1"])
        #expect(try recorder.append(retry) == 1)
        retry.response.headers.append(("Idempotent-Replayed", "true"))
        #expect(try recorder.append(retry) == 1)
        #expect(recorder.count == 1)
        #expect(!folder.text("a.cassette").contains("\"k\""))
    }
}
