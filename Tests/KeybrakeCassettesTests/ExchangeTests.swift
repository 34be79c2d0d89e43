import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct ExchangeTests {
    private func sample() throws -> Cassette {
        let uuid = "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"
        var charge = try RecordedRequest.call(
            "POST /v1/charges", "amount=1000&expand[]=customer&metadata[order]=\(uuid)")
        charge.apiVersion = "2026-05-27.dahlia"
        let list = try RecordedRequest.call("GET /v1/charges", "limit=2&expand[]=data.customer")
        let pdf = Interaction(
            request: try .call("GET /v1/files/{file}/contents", path: "/v1/files/file_1/contents"),
            response: RecordedResponse(
                status: 200, headers: [("Content-Type", "application/pdf")], body: .raw([0x25, 0xFF, 0x00])))
        return try .recorded([
            .json(charge, ["id": "ch_1", "metadata": ["order": .string(uuid)]]),
            .json(list, ["object": "list", "data": []]), pdf,
        ])
    }

    @Test func aVCRPyCassetteReadsLikeThis() throws {
        let text = String(decoding: try VCRPyFormat.text(sample(), base: "https://api.stripe.com"), as: UTF8.self)
        #expect(
            text == Self.vcrpyText)
    }

    /// The catalogue's part in an import, small enough for these tests.
    private func name(_ method: String, _ path: String) -> String? {
        switch path {
        case "/v1/charges": "\(method) /v1/charges"
        case "/v1/files/file_1/contents": "GET /v1/files/{file}/contents"
        default: nil
        }
    }

    @Test(arguments: [ForeignCassetteFormat.har, .hoverfly, .wiremock])
    func whatIsExportedComesBackTheSame(format: ForeignCassetteFormat) throws {
        let cassette = try sample()
        let document = try JSONParser.parse(try format.text(cassette, base: "https://api.stripe.com"))
        #expect(ForeignCassetteFormat.of(document) == format)
        let outcome = CassetteImport.cassette(
            of: try format.exchanges(document), header: .test, naming: name)
        #expect(outcome.skipped.isEmpty)
        let (back, _) = try Cassette.read(outcome.bytes, path: "back.cassette")
        let diff = try CassetteDiff(old: cassette, new: back)
        #expect(back.count == 3 && diff.added.isEmpty && diff.removed.isEmpty, "\(diff)")
        // Hoverfly has no place for what only our format says.
        guard format != .hoverfly else { return }
        #expect(diff.changed.flatMap(\.details).allSatisfy { $0.hasPrefix("Stripe-Version") }, "\(diff)")
    }

    @Test func repeatedRequestsBecomeSequences() throws {
        let poll = try RecordedRequest.call("GET /v1/charges", "limit=1")
        let cassette = try Cassette.recorded([
            .json(poll, ["n": 1]), .json(try .call("GET /v1/balance"), [:]), .json(poll, ["n": 2]),
            .json(poll, ["n": 3]),
        ])
        let wiremock = try JSONParser.parse(try WireMockFormat.text(cassette, base: "https://x"))
        let states = wiremock["mappings"]?.arrayValue?.map {
            [$0["requiredScenarioState"]?.stringValue, $0["newScenarioState"]?.stringValue]
        }
        #expect(states == [["Started", "turn-2"], [nil, nil], ["turn-2", "turn-3"], ["turn-3", nil]])
        let hoverfly = try JSONParser.parse(try HoverflyFormat.text(cassette, base: "https://x"))
        let sequence = hoverfly["data"]?["pairs"]?.arrayValue?.map { pair in
            [
                pair["request"]?["requiresState"]?["sequence:1"]?.stringValue,
                pair["response"]?["transitionsState"]?["sequence:1"]?.stringValue,
            ]
        }
        #expect(sequence == [["1", "2"], [nil, nil], ["2", "3"], ["3", nil]])
    }

    @Test func aVCRCassetteReadsLikeThis() throws {
        let cassette = try Cassette.recorded([.json(try .call("POST /v1/charges", "amount=5"), ["id": "ch_1"])])
        let text = String(decoding: try VCRFormat.text(cassette, base: "https://api.stripe.com"), as: UTF8.self)
        #expect(
            text == """
                recorded_with: "keybrake test"
                http_interactions:
                - request:
                    method: "post"
                    uri: "https://api.stripe.com/v1/charges"
                    body:
                      encoding: "UTF-8"
                      string: "amount=5"
                    headers:
                      Content-Type:
                      - "application/x-www-form-urlencoded"
                  response:
                    status:
                      code: 200
                      message: "OK"
                    headers:
                      Content-Type:
                      - "application/json"
                      Stripe-Version:
                      - "2026-05-27.dahlia"
                      Date:
                      - "Sun, 22 Nov 2026 16:40:01 GMT"
                      Request-Id:
                      - "req_stripe1"
                    body:
                      encoding: "UTF-8"
                      string: |-
                        {
                          "id": "ch_1"
                        }
                  recorded_at: "Sun, 22 Nov 2026 16:40:01 GMT"

                """)
    }

    @Test func aVCRTreeIsTakenOver() throws {
        let tree = try JSONParser.parse(
            """
            {"http_interactions": [
              {"request": {"method": "post", "uri": "https://api.stripe.com/v1/charges",
                           "body": {"encoding": "UTF-8", "string": "amount=5"}, "headers": {}},
               "response": {"status": {"code": 200, "message": "OK"}, "headers": {"Content-Type": ["application/json"]},
                            "body": {"encoding": "ASCII-8BIT", "base64_string": "eyJpZCI6ICJjaF8xIn0=\\n"}},
               "recorded_at": "Fri, 02 Jan 2026 03:04:05 GMT"}], "recorded_with": "VCR 6.0.0"}
            """)
        let outcome = CassetteImport.cassette(of: try VCRFormat.exchanges(tree), header: .test, naming: name)
        let cassette = try Cassette.read(outcome.bytes, path: "x").cassette
        #expect(try cassette.interaction(1).volatile.recordedAtMicroseconds == 1_767_323_045_000_000)
        var player = CassettePlayer(cassette)
        #expect(player.answer(try .call("POST /v1/charges", "amount=5")).json == ["id": "ch_1"])
    }

    @Test func aVCRPyTreeIsTakenOver() throws {
        let key = "sk_" + "test_" + "abcdefghijklmnopqrstuvwx"
        let tree = try JSONParser.parse(
            """
            {"version": 1, "interactions": [
              {"request": {"method": "POST", "uri": "https://api.stripe.com:443/v1/charges",
                           "body": "amount=5&key=\(key)",
                           
                           "headers": {"Content-Type": ["application/x-www-form-urlencoded"],
                                       "Authorization": ["Bearer \(key)"], "Idempotency-Key": ["k"]}},
               "response": {"status": {"code": 402, "message": "Payment Required"},
                            "headers": {"Content-Type": "application/json", "request-id": ["req_1"]},
                            "body": {"string": "{\\"error\\": {\\"code\\": \\"card_declined\\"}}"}}},
              {"request": {"method": "GET", "uri": "https://files.example.com/x", "body": null, "headers": {}},
               "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}}},
              {"request": {"method": "GET", "uri": "https://api.stripe.com/v1/charges?limit=1", "body": null,
                           "headers": {}},
               "response": {"status": {"code": 200, "message": "OK"}, "headers": {},
                            "body": {"string": {"!!binary": "eyJkYXRhIjogW119"}}}}
            ]}
            """)
        let outcome = CassetteImport.cassette(
            of: try VCRPyFormat.exchanges(tree), header: .test, naming: name)
        #expect(outcome.importedCount == 2)
        #expect(outcome.skipped == ["2: GET https://files.example.com/x is no call of the Stripe API"])
        let text = String(decoding: outcome.bytes, as: UTF8.self)
        #expect(!text.contains(key))
        var player = CassettePlayer(try Cassette.read(outcome.bytes, path: "x").cassette)
        #expect(player.answer(try .call("POST /v1/charges", "amount=5&key=\(key)")).hit?.status == 402)
        #expect(player.answer(try .call("GET /v1/charges", "limit=1")).json == ["data": []])
    }

    @Test(arguments: [
        "{}", "{\"interactions\": 5}", "{\"interactions\": [{}]}", "[]", "null",
        "{\"interactions\": [{\"request\": {\"method\": \"GET\", \"uri\": \"u\", \"body\": 5}, "
            + "\"response\": {\"status\": {\"code\": 200}}}]}",
        "{\"interactions\": [{\"request\": {\"method\": \"GET\", \"uri\": \"u\"}, "
            + "\"response\": {\"status\": {\"code\": 200}, \"body\": {\"string\": {\"!!binary\": \"?\"}}}}]}",
    ]) func whatIsNoForeignCassetteIsRefused(text: String) throws {
        let tree = try JSONParser.parse(text)
        for format in ForeignCassetteFormat.allCases {
            #expect(throws: ImportFailure.self) { try format.exchanges(tree) }
        }
    }
}

extension ExchangeTests {
    fileprivate static let vcrpyText = """
        version: 1
        interactions:
        - request:
            method: "POST"
            uri: "https://api.stripe.com/v1/charges"
            body: "amount=1000&expand[0]=customer&metadata[order]=3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"
            headers:
              Content-Type:
              - "application/x-www-form-urlencoded"
              Stripe-Version:
              - "2026-05-27.dahlia"
          response:
            status:
              code: 200
              message: "OK"
            headers:
              Content-Type:
              - "application/json"
              Stripe-Version:
              - "2026-05-27.dahlia"
              Date:
              - "Sun, 22 Nov 2026 16:40:01 GMT"
              Request-Id:
              - "req_stripe1"
            body:
              string: |-
                {
                  "id": "ch_1",
                  "metadata": {
                    "order": "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"
                  }
                }
            x_keybrake:
              decision: "allowed"
              recorded_at: "2026-11-22T16:40:01.250000Z"
              latency_us: 84211
        - request:
            method: "GET"
            uri: "https://api.stripe.com/v1/charges?limit=2&expand[0]=data.customer"
            body: null
            headers: {}
          response:
            status:
              code: 200
              message: "OK"
            headers:
              Content-Type:
              - "application/json"
              Stripe-Version:
              - "2026-05-27.dahlia"
              Date:
              - "Sun, 22 Nov 2026 16:40:01 GMT"
              Request-Id:
              - "req_stripe1"
            body:
              string: |-
                {
                  "object": "list",
                  "data": []
                }
            x_keybrake:
              decision: "allowed"
              recorded_at: "2026-11-22T16:40:01.250000Z"
              latency_us: 84211
        - request:
            method: "GET"
            uri: "https://api.stripe.com/v1/files/file_1/contents"
            body: null
            headers: {}
          response:
            status:
              code: 200
              message: "OK"
            headers:
              Content-Type:
              - "application/pdf"
            body:
              string: !!binary "Jf8A"

        """
}
