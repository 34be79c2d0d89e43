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
            text == """
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

                """)
    }

    /// The catalogue's part in an import, small enough for these tests.
    private func name(_ method: String, _ path: String) -> String? {
        switch path {
        case "/v1/charges": "\(method) /v1/charges"
        case "/v1/files/file_1/contents": "GET /v1/files/{file}/contents"
        default: nil
        }
    }

    @Test func aHARFileComesBackTheSame() throws {
        let cassette = try sample()
        let har = try HARFormat.text(cassette, base: "https://api.stripe.com")
        let outcome = CassetteImport.cassette(
            of: try HARFormat.exchanges(try JSONParser.parse(har)), header: .test, naming: name)
        #expect(outcome.skipped.isEmpty)
        let (back, _) = try Cassette.read(outcome.bytes, path: "back.cassette")
        let diff = try CassetteDiff(old: cassette, new: back)
        #expect(diff.isEmpty, "\(diff)")
        #expect(back.count == 3)
    }

    @Test func aVCRPyTreeIsTakenOver() throws {
        let key = "sk_" + "test_" + "abcdefghijklmnopqrstuvwx"
        let tree = try JSONParser.parse(
            """
            {"version": 1, "interactions": [
              {"request": {"method": "POST", "uri": "https://api.stripe.com:443/v1/charges", "body": "amount=5&key=\(key)",
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
    ]) func whatIsNoVCRPyCassetteIsRefused(text: String) throws {
        let tree = try JSONParser.parse(text)
        #expect(throws: ImportFailure.self) { try VCRPyFormat.exchanges(tree) }
        #expect(throws: ImportFailure.self) { try HARFormat.exchanges(tree) }
    }
}
