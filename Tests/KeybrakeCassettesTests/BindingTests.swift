import KeybrakeCassettes
import KeybrakeStripe
import Testing

/// UUIDs of a recording and of a later session.
private let recordedA = "11111111-2222-4333-8444-55555555555a"
private let recordedB = "11111111-2222-4333-8444-55555555555b"
private let liveX = "99999999-8888-4777-8666-55555555555e"
private let liveY = "99999999-8888-4777-8666-55555555555f"

@Suite struct BindingTests {
    /// A customer and an order for each UUID, created with `metadata[ref]` and looked up by it.
    private func shop(_ uuids: [String]) throws -> Cassette {
        try .recorded(
            uuids.enumerated().flatMap { number, uuid in
                [
                    Interaction.json(
                        try .call("POST /v1/customers", "metadata[ref]=\(uuid)"),
                        ["id": .string("cus_\(number)"), "metadata": ["ref": .string(uuid)]]),
                    .json(
                        try .call("POST /v1/charges", "customer=cus_\(number)&metadata[ref]=\(uuid)"),
                        ["id": .string("ch_\(number)"), "metadata": ["ref": .string(uuid)]]),
                    .json(
                        try .call("GET /v1/charges/{charge}", path: "/v1/charges/ch_\(number)"),
                        ["id": .string("ch_\(number)"), "metadata": ["ref": .string(uuid)]]),
                ]
            })
    }

    @Test func theSessionsValueComesBack() throws {
        var player = CassettePlayer(try shop([recordedA]))
        #expect(
            player.answer(try .call("POST /v1/customers", "metadata[ref]=\(liveX)")).json?["metadata"]
                == ["ref": .string(liveX)])
        // Bound by an earlier request, echoed by one that does not mention it.
        #expect(
            player.answer(try .call("GET /v1/charges/{charge}", path: "/v1/charges/ch_0")).json?["metadata"]
                == ["ref": .string(liveX)])
    }

    @Test func whatWasNeverBoundComesBackAsRecorded() throws {
        var player = CassettePlayer(try shop([recordedA]))
        let read = player.answer(try .call("GET /v1/charges/{charge}", path: "/v1/charges/ch_0"))
        #expect(read.json?["metadata"] == ["ref": .string(recordedA)])
    }

    @Test func oneValueStandsForOneValue() throws {
        var player = CassettePlayer(try shop([recordedA, recordedB]))
        // The session begins with the second pair: its charge must go to the second charge, not to the first.
        #expect(player.answer(try .call("POST /v1/customers", "metadata[ref]=\(liveX)")).hit?.interactionNumber == 1)
        #expect(player.answer(try .call("POST /v1/customers", "metadata[ref]=\(liveY)")).hit?.interactionNumber == 4)
        let charge = try RecordedRequest.call("POST /v1/charges", "customer=cus_1&metadata[ref]=\(liveX)")
        let miss = try #require(player.answer(charge).miss)
        #expect(miss.differences == [.init(name: "customer", recorded: "cus_0", sent: "cus_1")])
        let right = try RecordedRequest.call("POST /v1/charges", "customer=cus_1&metadata[ref]=\(liveY)")
        #expect(player.answer(right).json?["metadata"] == ["ref": .string(liveY)])
    }

    @Test func aMissNamesTheValueThatWasRecorded() throws {
        var player = CassettePlayer(try shop([recordedA]))
        _ = player.answer(try .call("POST /v1/customers", "metadata[ref]=\(liveX)"))
        let charge = try RecordedRequest.call("POST /v1/charges", "customer=cus_0&metadata[ref]=\(liveY)")
        let miss = try #require(player.answer(charge).miss)
        #expect(miss.differences == [.init(name: "metadata[ref]", recorded: recordedA, sent: liveY)])
    }

    @Test func constantsOnlyMatchThemselves() throws {
        var player = CassettePlayer(try shop([recordedA, recordedB]))
        let second = player.answer(try .call("POST /v1/customers", "metadata[ref]=\(recordedB)"))
        #expect(second.hit?.interactionNumber == 4)
        let first = player.answer(try .call("POST /v1/customers", "metadata[ref]=\(recordedA)"))
        #expect(first.hit?.interactionNumber == 1)
    }

    @Test func conversationsAndTurnsComeBackAsSent() throws {
        let form = "description=[conv:chat-1] Tea&metadata[turn]=3&metadata[agent]=billing&metadata[order]=3"
        let answer: JSONValue = [
            "id": "ch_1", "amount": 3, "description": "[conv:chat-1] Tea",
            "metadata": ["turn": "3", "agent": "billing", "order": "3"],
        ]
        let read = try RecordedRequest.call("GET /v1/charges/{charge}", path: "/v1/charges/ch_1")
        var player = CassettePlayer(
            try .recorded([.json(try .call("POST /v1/charges", form), answer), .json(read, answer)]))
        let sent = "description=[conv:say \"hi\"] Tea&metadata[turn]=44&metadata[agent]=billing&metadata[order]=3"
        #expect(
            player.answer(try .call("POST /v1/charges", sent)).json == [
                "id": "ch_1", "amount": 3, "description": "[conv:say \"hi\"] Tea",
                "metadata": ["turn": "44", "agent": "billing", "order": "3"],
            ])
        #expect(player.answer(read).json?["description"] == "[conv:say \"hi\"] Tea")
    }

    @Test func aConversationThatIsAUUIDMayBecomeAnyOther() throws {
        let cassette = try Cassette.recorded([
            .json(
                try .call("POST /v1/charges", "description=[conv:\(recordedA)] Tea&amount=1"),
                ["description": .string("[conv:\(recordedA)] Tea")]),
            .json(
                try .call("POST /v1/charges", "description=[conv:\(recordedA)] Tea&amount=2"),
                ["description": .string("[conv:\(recordedA)] Tea")]),
        ])
        var player = CassettePlayer(cassette)
        for (amount, conversation) in [(1, liveX), (2, "chat-9")] {
            let sent = "description=[conv:\(conversation)] Tea&amount=\(amount)"
            #expect(
                player.answer(try .call("POST /v1/charges", sent)).json?["description"]
                    == .string("[conv:\(conversation)] Tea"))
        }
    }

    @Test func spellingIsKept() throws {
        let bare = recordedA.filter { $0 != "-" }
        let customer = Interaction.json(
            try .call("POST /v1/customers", "email=\(bare)@example.com"), ["email": .string("\(bare)@example.com")])
        let cassette = try Cassette.recorded([customer])
        var player = CassettePlayer(cassette)
        let live = liveX.filter { $0 != "-" }
        #expect(
            player.answer(try .call("POST /v1/customers", "email=\(live)@example.com")).json
                == ["email": .string("\(live)@example.com")])
        player = CassettePlayer(try shop([recordedA]))
        let upper = liveX.uppercased()
        #expect(
            player.answer(try .call("POST /v1/customers", "metadata[ref]=\(upper)")).json?["metadata"]
                == ["ref": .string(upper)])
    }

    @Test func recordingTwiceChangesOnlyVolatileMembers() throws {
        func recording(_ uuid: String, _ conversation: String, _ key: String) throws -> [JSONValue] {
            var charge = try RecordedRequest.call(
                "POST /v1/charges", "description=[conv:\(conversation)] Tea&metadata[ref]=\(uuid)")
            charge.idempotencyKey = key
            let cassette = try Cassette.recorded([
                .json(charge, ["id": "ch_1", "metadata": ["ref": .string(uuid)]])
            ])
            return try (1...cassette.count).map { number in
                guard case .object(var record) = try JSONParser.parse(cassette.recordBytes(number)) else { return nil }
                record["volatile"] = nil
                return .object(record)
            }
        }
        #expect(try recording(recordedA, "chat-1", "k1") == recording(liveX, "0f-77", "k2"))
    }
}
