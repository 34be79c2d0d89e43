import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct MissTests {
    private func player() throws -> CassettePlayer {
        CassettePlayer(
            try .recorded([
                .json(
                    try .call("POST /v1/charges", "amount=1000&currency=usd&customer=cus_1&description=[conv:a] Tea"),
                    ["id": "ch_1"]),
                .json(
                    try .call("POST /v1/charges", "amount=2000&currency=usd&customer=cus_2&metadata[order]=A-7"),
                    ["id": "ch_2"]),
                .json(try .call("GET /v1/charges/{charge}", path: "/v1/charges/ch_1"), ["id": "ch_1"]),
            ]))
    }

    private func message(_ request: RecordedRequest) throws -> String? {
        var player = try player()
        return player.answer(request).miss?.message
    }

    @Test func differingParametersAreNamed() throws {
        #expect(
            try message(
                .call("POST /v1/charges", "amount=1500&currency=usd&customer=cus_1&description=[conv:b] Tea&extra=1"))
                == "No interaction of the cassette test answers this POST /v1/charges. The nearest is interaction 1, "
                + "which differs in amount (recorded \"1000\", sent \"1500\") and extra (not recorded, sent \"1\"). "
                + "Nothing was sent to Stripe. If the request was meant to change, record the cassette again.")
    }

    @Test func aMissingParameterAndAnotherPathAreNamed() throws {
        #expect(
            try message(.call("POST /v1/charges", "amount=2000&currency=usd&customer=cus_2"))
                == "No interaction of the cassette test answers this POST /v1/charges. The nearest is interaction 2, "
                + "which differs in metadata[order] (recorded \"A-7\", not sent). "
                + "Nothing was sent to Stripe. If the request was meant to change, record the cassette again.")
        #expect(
            try message(.call("GET /v1/charges/{charge}", path: "/v1/charges/ch_9"))
                == "No interaction of the cassette test answers this GET /v1/charges/{charge}. The nearest is "
                + "interaction 3, which differs in path (recorded \"/v1/charges/ch_1\", sent \"/v1/charges/ch_9\"). "
                + "Nothing was sent to Stripe. If the request was meant to change, record the cassette again.")
    }

    @Test func whatTheCassetteHasIsNamed() throws {
        #expect(
            try message(.call("POST /v1/refunds", "charge=ch_1"))
                == "The cassette test has no POST /v1/refunds. It has POST /v1/charges (2) and "
                + "GET /v1/charges/{charge} (1). "
                + "Nothing was sent to Stripe. If the request was meant to change, record the cassette again.")
        var empty = CassettePlayer(try .recorded([]))
        #expect(
            empty.answer(try .call("GET /v1/balance")).miss?.message
                == "The cassette test has no interactions, so nothing answers this GET /v1/balance. "
                + "Nothing was sent to Stripe. If the request was meant to change, record the cassette again.")
    }

    @Test func aWriteBeyondTheRecordingIsNamed() throws {
        var player = try player()
        let write = try RecordedRequest.call(
            "POST /v1/charges", "amount=1000&currency=usd&customer=cus_1&description=Tea")
        #expect(player.answer(write).hit?.interactionNumber == 1)
        let miss = try #require(player.answer(write).miss)
        #expect(
            miss.message
                == "The cassette test has this POST /v1/charges once (the last is interaction 1), and this session has "
                + "played it once already. Nothing was sent to Stripe. If the request is a retry, send the same "
                + "idempotency key; if it is new, record the cassette again.")
        #expect(miss.error.status == 400)
        #expect(miss.error.code == "cassette_miss")
        #expect(miss.error.param == nil)
    }

    @Test func ofEquallyNearOnesTheUnplayedIsMeant() throws {
        var player = try player()
        _ = player.answer(try .call("POST /v1/charges", "amount=1000&currency=usd&customer=cus_1&description=Tea"))
        let request = try RecordedRequest.call("POST /v1/charges", "amount=1000&currency=usd&customer=cus_2")
        let miss = try #require(player.answer(request).miss)
        #expect(miss.nearest == 2)
        #expect(miss.error.param == "amount")
    }

    @Test func secretsAndLongValuesAreNotQuoted() throws {
        let secret = "sk_" + "test_" + "abcdefghijklmnopqrstuvwx"
        let long = String(repeating: "lorem ipsum ", count: 30)
        let text = try #require(
            try message(
                .call("POST /v1/charges", "amount=1000&card[number]=4000000000000002&key=\(secret)&long=\(long)")))
        #expect(!text.contains(secret) && !text.contains("4000000000000002") && !text.contains(long))
        #expect(text.contains("visa-xxxxxxxxxxxx0002"))
        #expect(text.contains("sk_test_redacted"))
        #expect(text.utf8.count < 900)
    }

    @Test func manyDifferencesAreCounted() throws {
        let form = (1...20).map { "p\($0)=x" }.joined(separator: "&")
        #expect(try message(.call("POST /v1/charges", form))?.contains("18 more parameters") == true)
    }
}
