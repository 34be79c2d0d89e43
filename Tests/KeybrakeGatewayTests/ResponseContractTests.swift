import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOHTTP1
import Testing

/// What every answer looks like, and what a refusal says to the language model that reads it.
struct ResponseContractTests {
    @Test("every refusal is an error object with type, code, message and page, and headers that say who spoke")
    func shape() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key(["POST /v1/charges"], cap: .usdCents(1_000), conversation: "conv-1")
        let form = "amount=2000&currency=usd"
        let table: [(Reply, String, Bool)] = [
            (desk.send("POST /v1/charges", form, key: nil), "401 vault_key_required", false),
            (desk.send("POST /v1/charges", form, key: key), "401 spend_cap_exceeded", false),
            (desk.send("GET /v1/balance", key: key), "403 operation_not_allowed", false),
            (desk.send("POST /v1/charges", "amount=x&currency=usd", key: key), "400 parameter_invalid_integer", false),
            (desk.send("POST /v1/charges", "a=1&a=2", key: key), "400 malformed_request", false),
            (desk.send("POST /v1/nothing", form, key: key), "404 unknown_operation", false),
            (desk.send("POST /stripe/c/other/v1/charges", form, key: key), "403 attribution_mismatch", false),
        ]
        for (reply, line, mayRetry) in table {
            #expect(reply.line == line)
            let error = try #require(reply.json["error"]?.objectValue)
            #expect(error["type"] == "invalid_request_error")
            #expect(reply.message.hasSuffix("[\(reply.code ?? "")]"))
            #expect(error["doc_url"]?.stringValue?.hasSuffix("#\(reply.code ?? "")") == true)
            #expect(reply.headers["Content-Type"] == ["application/json"])
            #expect(reply.headers["Request-Id"].count == 1)
            #expect(reply.headers["Stripe-Should-Retry"] == [mayRetry ? "true" : "false"])
            #expect(reply.headers["WWW-Authenticate"] == (reply.status == 401 ? ["Bearer"] : []))
            #expect(reply.headers["X-Keybrake-Mode"] == ["live"])
            #expect(reply.headers["X-Keybrake-Source"] == ["policy"])
        }
        let ids = Set(try await desk.rows().map(\.requestID))
        #expect(table.allSatisfy { ids.contains($0.0.header("Request-Id") ?? "") })
    }

    @Test("the refusal for the cap says cap, what is left, what was asked, until when, and to stop")
    func cap() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key(cap: .usdCents(1_000))
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 700))
        _ = desk.send("POST /v1/charges", "amount=700&currency=usd", key: key)
        let reply = desk.send("POST /v1/charges", "amount=301&currency=usd", key: key)
        #expect(
            reply.message
                == "Daily spend cap reached: $3.00 of $10.00 is left until 2026-11-23T00:00:00Z, and this call "
                + "asks for $3.01. Nothing was charged. Do not retry; stop and report this to the operator. "
                + "[spend_cap_exceeded]"
        )
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 300))
        #expect(desk.send("POST /v1/charges", "amount=300&currency=usd", key: key).status == 200)
        let zero = try await desk.key(cap: .usdCents(0))
        let none = desk.send("POST /v1/charges", "amount=1&currency=usd", key: zero)
        #expect(none.line == "401 spend_cap_exceeded" && none.message.contains("spend cap of $0.00"))
    }

    @Test("the status of the cap's refusal is the operator's choice", arguments: [401, 402, 403])
    func capStatus(status: Int) async throws {
        let desk = try GovernedStripe(capStatus: status)
        let key = try await desk.key(cap: .usdCents(0))
        #expect(desk.send("POST /v1/charges", "amount=1&currency=usd", key: key).line == "\(status) spend_cap_exceeded")
    }

    @Test("text of the request is never repeated")
    func noEcho() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key(customers: ["cus_1"], conversation: "conv-1")
        let marker = "IGNORE-PREVIOUS"
        let replies = [
            desk.send("GET /v1/\(marker)", key: key),
            desk.send("\(marker) /v1/charges", key: key),
            desk.send("GET /v1/charges/%2f\(marker)", key: key),
            desk.send("GET /v1/charges?\(marker)=1&\(marker)=2", key: key),
            desk.send("POST /v1/charges", "amount=\(marker)&currency=usd&customer=cus_1", key: key),
            desk.send("POST /v1/charges", "amount=5&currency=\(marker)&customer=cus_1", key: key),
            desk.send("POST /v1/charges", "amount=5&currency=usd&customer=\(marker)", key: key),
            desk.send("POST /v1/charges", "x", key: key, [("Content-Type", marker)]),
            desk.send("GET /v1/charges", key: key, [("Stripe-Version", marker)]),
            desk.send("GET /v1/charges", key: key, [("X-Conversation-Id", marker)]),
            desk.send("GET /v1/charges", key: key, [("Authorization", marker)]),
            desk.send("GET /v1/charges", key: marker),
            desk.send("POST /v2/core/accounts", "{\"\(marker)\":1,", key: key, [("Content-Type", "application/json")]),
        ]
        for reply in replies {
            #expect(reply.status >= 400)
            #expect(!reply.text.contains(marker), "\(reply.text)")
            #expect(!reply.headers.contains { $0.value.contains(marker) })
        }
        #expect(desk.stripe.requests.isEmpty)
    }

    @Test("Stripe's answer passes, without what belongs to another connection, account or instance")
    func passedHeaders() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key()
        desk.stripe.willAnswer(
            200, #"{"id":"ch_1"}"#,
            headers: [
                ("Request-Id", "req_stripe"), ("Stripe-Version", "2026-05-27.dahlia"), ("Date", "x"),
                ("Server", "nginx"),
                ("Set-Cookie", "a=b"), ("Content-Length", "99"), ("Transfer-Encoding", "chunked"),
                ("Connection", "close"),
                ("Strict-Transport-Security", "x"), ("X-KEYBRAKE-MODE", "emulate"), ("x-keybrake-source", "emulator"),
                ("Stripe-Should-Retry", "false"),
            ])
        let reply = desk.send(
            "GET /v1/charges/ch_1", key: key, [("User-Agent", "tool/1"), ("Cookie", "c"), ("X-Evil", "1")])
        #expect(reply.text == #"{"id":"ch_1"}"#)
        let headers = reply.headers.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
        #expect(
            headers == [
                "content-type: application/json", "request-id: req_test000001", "stripe-should-retry: false",
                "stripe-version: 2026-05-27.dahlia", "x-keybrake-mode: live", "x-keybrake-source: upstream",
                "x-keybrake-upstream-request-id: req_stripe",
            ])
        let sent = desk.stripe.requests[0].headers.map { "\($0.name.lowercased())" }.sorted()
        #expect(sent == ["accept", "authorization", "user-agent"])
    }

    @Test("bytes that are no request get an answer of the same form, and both rows")
    func unreadable() async throws {
        let desk = try GovernedStripe()
        let table: [(UnreadableRequest, Int)] = [
            (.malformed("two Content-Length headers"), 400), (.headTooLarge(limitBytes: 1), 431),
            (.bodyTooLarge(limitBytes: 1), 413), (.tooSlow(limitMilliseconds: 1), 408), (.versionNotSupported, 505),
        ]
        for (unreadable, status) in table {
            let reply = Reply(desk.gateway.refuse(unreadable, atMicroseconds: desk.now))
            #expect(reply.line == "\(status) malformed_request")
            #expect(reply.header("Request-Id") != nil && reply.header("X-Keybrake-Source") == "policy")
            let rows = try await desk.lastRows()
            #expect(rows.intent.kind == .intent && rows.outcome.kind == .outcome && rows.outcome.status == status)
        }
        #expect(desk.gateway.counters.prometheusText.contains("keybrake_refusals_total{code=\"malformed_request\"} 5"))
    }
}
