import KeybrakeGateway
import KeybrakeLedger
import KeybrakeTestKit
import Testing

/// Where a request goes, and which targets two readers could take for different ones.
struct RequestTargetTests {
    @Test(
        "prefixes, doubled slashes and selectors are taken off",
        arguments: [
            ("/v1/charges", "/v1/charges", ""),
            ("/stripe/v1/charges", "/v1/charges", ""),
            ("//v1/charges", "/v1/charges", ""),
            ("/stripe//v1//charges?limit=3", "/v1/charges", "limit=3"),
            ("/v1/charges/", "/v1/charges", ""),
            ("/v2/core/events?a=b?c", "/v2/core/events", "a=b?c"),
            ("/stripe/c/conv-1/v1/charges", "/v1/charges", ""),
            ("/stripe/c/conv-1/s/run-2/v1/charges", "/v1/charges", ""),
            ("/stripe/s/c/v1/charges", "/v1/charges", ""),
        ])
    func plain(target: String, path: String, query: String) throws {
        let read = try RequestTarget(target)
        #expect(read.path == path)
        #expect(read.query == query)
    }

    @Test("selectors name the conversation and the session")
    func selectors() throws {
        let target = try RequestTarget("/stripe/c/conv-1/s/run-2/v1/charges")
        #expect(target.conversation == "conv-1")
        #expect(target.session == "run-2")
        #expect(try RequestTarget("/stripe/s/c/v1/charges").session == "c")
    }

    @Test(
        "what two readers could read differently is refused",
        arguments: [
            "", "v1/charges", "http://api.stripe.com/v1/charges", "*", "/v1/../charges", "/v1/./charges",
            "/v1/charges/..",
            "/v1/charges%2fch_1", "/v1/charges%2Fch_1", "/v1/%2e%2e/charges", "/v1/%252e/charges", "/v1/charges/%00",
            "/v1/charges/%5c", "/v1/charges\\ch_1", "/v1/charges#x", "/v1/cha rges", "/v1/charges/é", "/v1/charges/%",
            "/v1/charges/%2", "/stripe/c/a%20b/v1/charges", "/stripe/c/a/c/b/v1/charges", "/stripe/s/a/s/a/v1/charges",
            "/stripe/c/" + String(repeating: "x", count: 201) + "/v1/charges", "/v1/.hidden",
        ])
    func ambiguous(target: String) {
        #expect { try RequestTarget(target) } throws: { error in
            if case .ambiguous? = error as? RequestTarget.Failure { true } else { false }
        }
    }

    @Test(
        "whatever is not under /v1 or /v2 is no route",
        arguments: ["/", "/v1", "/v3/charges", "/stripe", "/c/x/v1/charges", "/admin"])
    func unknown(target: String) {
        #expect(throws: RequestTarget.Failure.unknownRoute) { try RequestTarget(target) }
    }

    @Test("a bad target is told after the key, and its row names the key")
    func afterTheKey() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key()
        for target in ["/v1/../charges", "/v1/charges%2fch_1", "/v1/nothing", "/v1/charges/a/b/c"] {
            #expect(desk.send("GET \(target)", key: nil).line == "401 vault_key_required")
            let reply = desk.send("GET \(target)", key: key)
            #expect(
                reply.line
                    == (target.contains("nothing") || target.contains("/a/b")
                        ? "404 unknown_operation" : "400 malformed_request"))
            let rows = try await desk.lastRows()
            #expect(rows.outcome.keyID == GovernedStripe.id(key))
            #expect(rows.outcome.operation == nil)
        }
        #expect(desk.stripe.requests.isEmpty)
    }

    @Test("methods that Stripe has not are no operation, and overrides are refused")
    func methods() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key()
        for method in ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "CONNECT", "BREW"] {
            #expect(desk.send("\(method) /v1/charges", key: key).line == "404 unknown_operation")
        }
        for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "x-method-override"] {
            #expect(desk.send("GET /v1/charges", key: key, [(header, "POST")]).line == "400 malformed_request")
        }
        #expect(desk.stripe.requests.isEmpty)
    }

    @Test("an id is written anew, so that Stripe reads what was judged")
    func canonicalPath() async throws {
        let desk = try GovernedStripe()
        let key = try await desk.key()
        desk.stripe.willAnswer(200, "{}")
        _ = desk.send("GET /stripe//v1/coupons/25%20off:x", key: key)
        #expect(desk.stripe.lines == ["GET /v1/coupons/25+off%3Ax"])
    }
}
