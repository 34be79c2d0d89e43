import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct PlaybackTests {
    /// Recorded form, sent form, whether the recorded answer fits.
    @Test(arguments: [
        ("amount=1000&currency=usd", "currency=usd&amount=1000", true),
        ("amount=1000&currency=usd", "amount=1000", false),
        ("amount=1000", "amount=1000&currency=usd", false),
        ("amount=1000", "amount=1001", false),
        ("amount=1000", "amount=01000", false),
        ("items[0][price]=a&items[1][price]=b", "items[][price]=a&items[][price]=b", true),
        ("items[0][price]=a&items[1][price]=b", "items[0][price]=b&items[1][price]=a", false),
        ("items[0]=a", "items[]=a", true),
        ("items=a", "items[]=a", false),
        ("expand[]=customer&expand[]=invoice", "expand[1]=customer&expand[0]=invoice", false),
        ("expand[0]=customer&expand[1]=invoice", "expand[]=invoice&expand[]=customer", true),
        ("expand[0]=customer", "expand[]=customer&expand[]=customer", true),
        ("expand[0]=customer", "expand[]=invoice", false),
        ("metadata[a]=1&metadata[b]=2", "metadata[b]=2&metadata[a]=1", true),
        ("metadata[a]=1", "metadata[a]=2", false),
        ("metadata[a]=1", "metadata=", false),
        ("description=[conv:one] Tea", "description=[conv:two] Tea", true),
        ("description=[conv:one] Tea", "description=Tea", true),
        ("description=[conv:one] Tea", "description=Tea [conv:two]", true),
        ("description=[conv:one] Tea", "description=[conv:one] Cake", false),
        ("description=[conv:] Tea", "description=Tea", false),
        ("metadata[conversation_id]=a&metadata[turn]=1", "metadata[conversation_id]=b&metadata[turn]=2", true),
        ("metadata[turn]=1&amount=5", "amount=5", true),
        ("metadata[turn]=1&metadata[order]=5", "metadata[order]=5", true),
        ("metadata[agent_name]=billing&metadata[x]=1", "metadata[agent_name]=refunds&metadata[x]=1", true),
        ("transfer_data[metadata][turn]=1&a=1", "transfer_data[metadata][turn]=2&a=1", true),
        ("turn=1", "turn=2", false),
        (
            "metadata[id]=11111111-2222-4333-8444-555555555555",
            "metadata[id]=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", true
        ),
        (
            "metadata[id]=order_11111111-2222-4333-8444-555555555555",
            "metadata[id]=order_AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE", true
        ),
        ("metadata[id]=11111111-2222-4333-8444-555555555555", "metadata[id]=other", false),
        (
            "metadata[id]=11111111222243338444555555555555",
            "metadata[id]=aaaaaaaabbbb4ccc8dddeeeeeeeeeeee", true
        ),
        // No random UUID, but a digest: compared as it is.
        (
            "metadata[id]=11111111222213331444555555555555",
            "metadata[id]=aaaaaaaabbbb1ccc1dddeeeeeeeeeeee", false
        ),
        (
            "a=11111111-2222-4333-8444-555555555555&b=11111111-2222-4333-8444-555555555555",
            "a=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee&b=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", true
        ),
        (
            "a=11111111-2222-4333-8444-555555555555&b=11111111-2222-4333-8444-555555555555",
            "a=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee&b=bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee", false
        ),
        ("card[number]=4242424242424242&card[cvc]=123", "card[number]=4242424242424242&card[cvc]=999", true),
        ("card[number]=4242424242424242", "card[number]=4000000000000002", false),
        ("name=", "name=", true),
        ("name=", "", false),
    ]) func formsMatchByMeaning(recorded: String, sent: String, fits: Bool) throws {
        let cassette = try Cassette.recorded([.json(try .call("POST /v1/x", recorded), ["id": "x_1"])])
        var player = CassettePlayer(cassette)
        let playback = player.answer(try .call("POST /v1/x", sent))
        #expect((playback.hit != nil) == fits, "\(playback.miss?.message ?? "")")
    }

    @Test func bodiesOfOtherKindsMatchByMeaningToo() throws {
        var json = try RecordedRequest.call("POST /v2/x")
        json.json = ["amount": 5, "include": ["a", "b"], "deep": ["flag": true, "none": nil]]
        var raw = try RecordedRequest.call("POST /v1/files")
        raw.raw = Array("--abc\r\npart\r\n--abc--\r\n".utf8)
        raw.rawContentType = "multipart/form-data; boundary=abc"
        let cassette = try Cassette.recorded([.json(json, ["id": "x"]), .json(raw, ["id": "file_1"])])
        var player = CassettePlayer(cassette)
        json.json = ["deep": ["none": nil, "flag": "true"], "include": ["b", "a"], "amount": "5"]
        raw.raw = Array("--xyz\r\npart\r\n--xyz--\r\n".utf8)
        #expect(player.answer(json).hit?.interactionNumber == 1)
        #expect(player.answer(raw).hit?.interactionNumber == 2)
        json.json = ["deep": ["flag": "true"], "include": ["b", "a"], "amount": "5"]
        #expect(player.answer(json).miss?.differences == [.init(name: "deep.none", recorded: "null", sent: nil)])
        raw.raw = Array("--xyz\r\nother\r\n--xyz--\r\n".utf8)
        #expect(player.answer(raw).miss?.reason == .parametersDiffer)
    }

    @Test func pathAccountAndVersionCount() throws {
        var recorded = try RecordedRequest.call("GET /v1/charges/{charge}", path: "/v1/charges/ch_1")
        recorded.account = "acct_1"
        recorded.apiVersion = "2026-05-27.dahlia"
        let cassette = try Cassette.recorded([.json(recorded, ["id": "ch_1"])])
        func differences(_ change: (inout RecordedRequest) -> Void) -> [String]? {
            var player = CassettePlayer(cassette)
            var sent = recorded
            change(&sent)
            return player.answer(sent).miss?.differences.map(\.name)
        }
        #expect(differences { _ in } == nil)
        #expect(differences { $0.apiVersion = nil } == nil)
        #expect(differences { $0.idempotencyKey = "anything" } == nil)
        #expect(differences { $0.path = "/v1/charges/ch_2" } == ["path"])
        #expect(differences { $0.account = nil } == ["Stripe-Account"])
        #expect(differences { $0.apiVersion = "2020-08-27" } == ["Stripe-Version"])
        var lenient = CassettePlayer(cassette, rules: MatchRules(comparesAPIVersion: false, redaction: .standard))
        var sent = recorded
        sent.apiVersion = "2020-08-27"
        #expect(lenient.answer(sent).hit != nil)
    }

    @Test func repeatedRequestsGetTheirAnswersInOrder() throws {
        let poll = try RecordedRequest.call("GET /v1/payment_intents/{intent}", path: "/v1/payment_intents/pi_1")
        let write = try RecordedRequest.call("POST /v1/refunds", "charge=ch_1")
        let cassette = try Cassette.recorded([
            .json(poll, ["status": "processing"]), .json(write, ["id": "re_1"]),
            .json(poll, ["status": "succeeded"]), .json(write, ["id": "re_2"]),
        ])
        var player = CassettePlayer(cassette)
        #expect(player.answer(poll).json?["status"] == "processing")
        #expect(player.answer(poll).json?["status"] == "succeeded")
        #expect(player.answer(poll).json?["status"] == "succeeded")
        #expect(player.answer(write).json?["id"] == "re_1")
        #expect(player.answer(write).json?["id"] == "re_2")
        #expect(player.answer(write).miss?.reason == .allPlayed(recorded: 2))
        #expect(player.report == PlaybackReport(cassette: "test", playCounts: [1, 1, 2, 1], misses: 1))
        #expect(player.report.unused.isEmpty)
    }

    @Test func aRetryGetsTheSameAnswer() throws {
        var write = try RecordedRequest.call("POST /v1/charges", "amount=1000")
        let other = try RecordedRequest.call("POST /v1/charges", "amount=2000")
        let cassette = try Cassette.recorded([.json(write, ["id": "ch_1"]), .json(other, ["id": "ch_2"])])
        var player = CassettePlayer(cassette)
        write.idempotencyKey = "key-1"
        let first = try #require(player.answer(write).hit)
        let retry = try #require(player.answer(write).hit)
        #expect(!first.isIdempotentReplay && retry.isIdempotentReplay)
        #expect(first.body == retry.body)
        #expect(!first.headers.contains { $0.name == "Idempotent-Replayed" })
        #expect(retry.headers.contains { $0 == ("Idempotent-Replayed", "true") })
        var reused = other
        reused.idempotencyKey = "key-1"
        let miss = try #require(player.answer(reused).miss)
        #expect(miss.reason == .idempotencyKeyReused)
        #expect(miss.error.kind == .idempotency)
        reused.idempotencyKey = "key-2"
        #expect(player.answer(reused).hit?.interactionNumber == 2)
    }

    @Test func theBodyIsLaidOutAsStripeDoes() throws {
        let json: JSONValue = [
            "id": "ch_1", "amount": 1000, "rate": .numeral("1.50"), "empty": [], "none": nil, "nested": ["a": [1, 2]],
            "text": "two\nlines {\n} \"quoted\"",
        ]
        let request = try RecordedRequest.call("GET /v1/charges/{charge}", path: "/v1/charges/ch_1")
        var player = CassettePlayer(try .recorded([.json(request, status: 402, json)]))
        let hit = try #require(player.answer(request).hit)
        #expect(hit.status == 402)
        #expect(hit.body == JSONWriter.bytes(json, layout: .pretty))
        #expect(hit.headers.map(\.name) == ["Content-Type", "Stripe-Version"])
    }

    @Test func bytesThatAreNoJSONComeBackAsTheyWere() throws {
        let request = try RecordedRequest.call("GET /v1/files/{file}/contents", path: "/v1/files/file_1/contents")
        for count in 0..<8 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            let response = RecordedResponse(
                status: 200, headers: [("Content-Type", "application/pdf")], body: .raw(bytes))
            var player = CassettePlayer(try .recorded([Interaction(request: request, response: response)]))
            #expect(player.answer(request).hit?.body == bytes)
        }
    }

    @Test func sessionsDoNotSeeEachOther() throws {
        let write = try RecordedRequest.call("POST /v1/charges", "amount=1000")
        let sessions = CassetteSessions(try .recorded([.json(write, ["id": "ch_1"])]))
        for name in ["a", "b"] { #expect(sessions.answer(write, session: name).hit != nil) }
        #expect(sessions.answer(write, session: "a").miss != nil)
        #expect(sessions.end(session: "a")?.playCounts == [1])
        #expect(sessions.report(session: "a") == nil)
        #expect(sessions.answer(write, session: "a").hit != nil)
        #expect(sessions.names == ["a", "b"])
        #expect(sessions.report == PlaybackReport(cassette: "test", playCounts: [3], misses: 1))
    }

    @Test func theOldestSessionMakesRoom() throws {
        let read = try RecordedRequest.call("GET /v1/balance")
        let sessions = CassetteSessions(try .recorded([.json(read, ["object": "balance"])]))
        for number in 0...CassetteSessions.sessionsMax { _ = sessions.answer(read, session: "s\(number)") }
        #expect(sessions.names.count == CassetteSessions.sessionsMax)
        #expect(!sessions.names.contains("s0"))
        #expect(sessions.report.playCounts == [CassetteSessions.sessionsMax + 1])
    }
}
