import KeybrakeStripe
import Testing

@Suite("Operation look-up by path")
struct PathMatcherTests {
    private func name(_ verb: Verb, _ path: String) -> String? {
        Catalogue.shared.operation(verb: verb, path: path)?.operation.name
    }

    @Test("tells the aliases of one thing apart")
    func aliases() {
        #expect(name(.post, "/v1/charges/ch_1/refund") == "POST /v1/charges/{charge}/refund")
        #expect(name(.post, "/v1/charges/ch_1/refunds") == "POST /v1/charges/{charge}/refunds")
        #expect(name(.post, "/v1/refunds") == "POST /v1/refunds")
        #expect(name(.post, "/v1/customers/cus_1/cards") == "POST /v1/customers/{customer}/cards")
        #expect(name(.post, "/v1/customers/cus_1/sources") == "POST /v1/customers/{customer}/sources")
        #expect(name(.get, "/v1/linked_accounts/fca_1") == "GET /v1/linked_accounts/{account}")
        #expect(
            name(.get, "/v1/financial_connections/accounts/fca_1") == "GET /v1/financial_connections/accounts/{account}"
        )
    }

    @Test("prefers words to parameters, and does not go back")
    func words() {
        #expect(name(.get, "/v1/customers/search") == "GET /v1/customers/search")
        #expect(name(.get, "/v1/customers/searc") == "GET /v1/customers/{customer}")
        #expect(name(.post, "/v1/customers/search") == nil)
        #expect(name(.get, "/v1/customers/search/cards") == nil)
        #expect(name(.post, "/v1/invoices/create_preview") == "POST /v1/invoices/create_preview")
        #expect(name(.get, "/v1/credit_notes/preview/lines") == "GET /v1/credit_notes/preview/lines")
    }

    @Test("names one place differently in different operations")
    func parameterNames() {
        let catalogue = Catalogue.shared
        let resume = catalogue.operation(verb: .post, path: "/v1/subscriptions/sub_1/resume")
        #expect(resume?.value("subscription") == "sub_1")
        let update = catalogue.operation(verb: .post, path: "/v1/subscriptions/sub_1")
        #expect(update?.value("subscription_exposed_id") == "sub_1")
        #expect(update?.value("subscription") == nil)
        let two = catalogue.operation(verb: .get, path: "/v1/customers/cus_1/cards/card_1")
        #expect(two?.pathParameters.map(\.value) == ["cus_1", "card_1"])
    }

    @Test(
        "decodes what SDKs escape in IDs",
        arguments: [
            ("/v1/charges/ch%2F1+2", "ch/1 2", "/v1/charges/ch%2F1+2"),
            ("/v1/charges/ch%2f1%202", "ch/1 2", "/v1/charges/ch%2F1+2"),
            ("/v1/charges/%C3%A9%E2%82%AC", "é€", "/v1/charges/%C3%A9%E2%82%AC"),
            ("/v1/charges/é", "é", "/v1/charges/%C3%A9"),
            ("/v1/charges/a%2Bb", "a+b", "/v1/charges/a%2Bb"),
            ("/v1/charges/a%252Fb", "a%2Fb", "/v1/charges/a%252Fb"),
            ("/v1/charges/...", "...", "/v1/charges/..."),
            ("/v1/charges/.x", ".x", "/v1/charges/.x"),
            ("/v1/charges/a:b;c=d,e@f", "a:b;c=d,e@f", "/v1/charges/a%3Ab%3Bc%3Dd%2Ce%40f"),
        ])
    func decoding(path: String, value: String, canonical: String) {
        let match = Catalogue.shared.operation(verb: .get, path: path)
        #expect(match?.value("charge") == value)
        #expect(match?.canonicalPath == canonical)
    }

    @Test(
        "finds nothing where another reader might find something else",
        arguments: [
            "", "/", "v1/charges", "/v1", "/v1/", "/v1//charges", "//v1/charges", "/v1/charges/", "/v1/charges//",
            "/v1/charges//capture", "/V1/charges", "/v1/Charges", "/v3/charges", "/v1/charge", "/v1/chargess",
            "/v1/nothing", "/v1/charges/ch_1/nothing", "/v1/charges/ch_1/capture/x", "/v1/ch%61rges", "/%76%31/charges",
            "/v1/charges/.", "/v1/charges/..", "/v1/charges/%2e", "/v1/charges/%2E%2e", "/v1/charges/.%2e",
            "/v1/charges/../customers", "/v1/./charges", "/v1/charges/ch_1/../../customers",
            "/v1/charges/ch_1%2F..%2Fch_2", "/v1/charges/ch_1%2f.%2fx", "/v1/charges/%2Fch_1", "/v1/charges/ch_1%2F",
            "/v1/charges/a%2F%2Fb", "/v1/charges%2Fch_1", "/v1%2Fcharges", "/v1/charges/ch_1%2Frefunds",
            "/v1/charges/ch_1%2Fcapture", "/v1/charges/ch_1%2frefunds%2fre_1", "/v1/customers/se%61rch",
            "/v1/customers/%73earch", "/v1/charges/%", "/v1/charges/%4", "/v1/charges/%zz", "/v1/charges/%C3%28",
            "/v1/charges/a%00", "/v1/charges/a%0d%0aX", "/v1/charges/a\u{0}", "/v1/charges/a\r\n", "/v1/charges/a%7F",
            "/v1/charges/a\\b", "/v1/charges/a%5Cb", "/v1/charges?x=1", "/v1/charges/ch_1?x", "/v1/charges/ch_1#x",
            "/v1/charges/ch_1%3Fx", "/v1/charges/ch_1%23x", "/v1/charges;x", "https://api.stripe.com/v1/charges",
        ])
    func hostile(path: String) {
        for verb in Verb.allCases { #expect(name(verb, path) == nil, "\(verb.text) \(path)") }
    }

    @Test("holds its limit on length")
    func length() {
        let longest = "/v1/charges/" + String(repeating: "a", count: 4_096 - 12)
        #expect(name(.get, longest) == "GET /v1/charges/{charge}")
        #expect(name(.get, longest + "a") == nil)
    }

    @Test("gives values that lead back to the same operation, whatever the path")
    func randomPaths() {
        var random = SeededGenerator.fresh()
        let pieces = [
            "/", "v1", "v2", "charges", "customers", "search", "refund", "ch_1", "%2F", "%2f", "..", ".", "+", "%",
            "%61", "é", "x",
        ]
        let operations = Catalogue.shared.operations
        var found = 0
        for _ in 0..<20_000 {
            var path = "/v1"
            if random.chance(2) {
                path = operations[random.number(0...operations.count - 1)].pathTemplate
                    .replacing("{", with: pieces[random.number(6...pieces.count - 1)]).replacing("}", with: "")
            }
            for _ in 0..<random.number(0...4) {
                path += (random.chance(2) ? "/" : "") + pieces[random.number(0...pieces.count - 1)]
            }
            let verb = Verb.allCases[random.number(0...2)]
            guard let match = Catalogue.shared.operation(verb: verb, path: path) else { continue }
            found += 1
            let again = Catalogue.shared.operation(verb: verb, path: match.canonicalPath)
            #expect(again?.operation === match.operation, "seed \(random.seed), path \(path)")
            #expect(
                again?.pathParameters.map(\.value) == match.pathParameters.map(\.value),
                "seed \(random.seed), path \(path)")
        }
        #expect(found > 500, "seed \(random.seed)")
    }
}
