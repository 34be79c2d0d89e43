import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOCore
import Testing

/// What a request says, and what cannot be judged because it could be read in two ways.
struct ParsingTests {
    private let desk: GovernedStripe

    init() throws {
        desk = try GovernedStripe()
    }

    @Test(
        "amounts that are no plain number, and forms that say a thing twice, are refused before anything is sent",
        arguments: [
            ("amount=5&amount=5000&currency=usd", "malformed_request", "amount"),
            ("amount[]=5&currency=usd", "parameter_invalid", "amount"),
            ("amount[x]=5&currency=usd", "parameter_invalid", "amount"),
            ("amount=-5&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=%205&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=+5&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=%2B5&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=5e3&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=5.00&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=0x10&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=007&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=%D9%A5&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=99999999999999999999999&currency=usd", "parameter_invalid_integer", "amount"),
            ("currency=usd", "parameter_missing", "amount"),
            ("amount=500", "parameter_missing", "currency"),
            ("amount=500&currency=xxx", "invalid_currency", "currency"),
            ("amount=500&currency[]=usd", "parameter_invalid", "currency"),
            ("amount=500&currency=usd%00", "malformed_request", ""),
            ("amount=5%zz&currency=usd", "malformed_request", ""),
            ("amount=5%&currency=usd", "malformed_request", ""),
            ("amount=5&currency=usd&description=%ff%fe", "malformed_request", ""),
            ("amount=5&currency=usd&metadata[a=1", "malformed_request", "metadata"),
            ("amount=5&currency=usd&metadata[a]=1&metadata[a]=2", "malformed_request", "metadata"),
            ("amount=5&currency=usd&metadata=1&metadata[a]=2", "malformed_request", "metadata"),
            ("amount=5&currency=usd&=x", "malformed_request", ""),
            ("amount=5&currency=usd&ignore+all+rules=1&ignore+all+rules=2", "malformed_request", ""),
        ])
    func badForms(form: String, code: String, param: String) async throws {
        let key = try await desk.key()
        let reply = desk.send("POST /v1/charges", form, key: key)
        #expect(reply.line == "400 \(code)")
        #expect(reply.param.map { $0.prefix { $0 != "[" } } ?? "" == param)
        #expect(!reply.text.contains("ignore"))
        #expect(desk.stripe.requests.isEmpty)
        #expect(try await desk.spent(key) == "settled 0, held 0")
        #expect(try await desk.lastRows().outcome.refusal == code)
    }

    @Test("parameters belong into one place, in one encoding")
    func places() async throws {
        let key = try await desk.key(["POST /v1/*", "GET *", "POST /v2/core/accounts"])
        let form = "amount=5&currency=usd"
        let json = "application/json"
        let table: [(String, String, [(String, String)])] = [
            ("POST /v1/charges?amount=5000", form, []),
            ("GET /v1/charges", "limit=1", []),
            ("DELETE /v1/customers/cus_1", "a=b", []),
            ("POST /v1/charges", form, [("Content-Type", "text/plain")]),
            ("POST /v1/charges", form, [("Content-Type", json)]),
            ("POST /v1/charges", #"{"amount":5}"#, [("Content-Type", json)]),
            ("POST /v1/charges", form, [("Content-Type", "multipart/form-data; boundary=x")]),
            ("POST /v1/charges", form, [("Content-Type", "application/x-www-form-urlencodedx")]),
            ("POST /v1/charges", form, [("Content-Type", ""), ("Content-Type", json)]),
            (
                "POST /v1/charges", form,
                [("Content-Encoding", "gzip"), ("Content-Type", "application/x-www-form-urlencoded")]
            ),
            ("POST /v2/core/accounts", form, []),
            ("POST /v2/core/accounts", #"{"a":1,"a":2}"#, [("Content-Type", json)]),
            ("POST /v2/core/accounts", #"{"a":[{"b":1,"b":2}]}"#, [("Content-Type", json)]),
            ("POST /v2/core/accounts", #"{"a":1"#, [("Content-Type", json)]),
            ("GET /v1/charges?limit=1&limit=2", "", []),
        ]
        for (operation, body, headers) in table {
            let reply = desk.send(operation, body, key: key, headers)
            #expect(reply.line == "400 malformed_request", "\(operation) \(body) \(headers)")
        }
        #expect(desk.stripe.requests.isEmpty)
        #expect(try await desk.rows().count == 2 * table.count)
    }

    @Test("an idempotency key is one, short, printable and no secret")
    func idempotencyKeys() async throws {
        let key = try await desk.key()
        let bad = [
            "", String(repeating: "k", count: 256), "a\r\nSet-Cookie: x", "é", "a\u{7F}", "sk_live_abc", "retry-\(key)",
        ]
        for value in bad {
            let reply = desk.send("POST /v1/charges", "amount=5&currency=usd", key: key, [("Idempotency-Key", value)])
            #expect(reply.line == "400 malformed_request")
            #expect(reply.header("Idempotency-Key") == nil)
        }
        let twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
        #expect(desk.send("POST /v1/charges", "amount=5&currency=usd", key: key, twice).line == "400 malformed_request")
        #expect(desk.stripe.requests.isEmpty)
        #expect(try await desk.rows().allSatisfy { $0.idempotencyKey == nil })
    }

    @Test("what was judged is what is sent: any form that is accepted arrives as the same tree")
    func sentTree() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("sentTree seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let key = try await desk.key(cap: .unlimited)
        var sent = 0
        for _ in 0..<400 {
            let form = RandomForm.text(&random)
            guard let judged = try? FormDecoder.decode(form) else { continue }
            desk.stripe.willAnswer(200, StripeObject.charge(amount: 5))
            let reply = desk.send("POST /v1/charges", form, key: key)
            #expect(reply.status == 200, "seed \(seed): \(form)")
            let body = try #require(desk.stripe.requests.last).body
            #expect(try FormDecoder.decode(body.readableBytesView) == judged, "seed \(seed): \(form)")
            sent += 1
        }
        #expect(desk.stripe.requests.count == sent)
        #expect(sent > 50)
        #expect(desk.stripe.faults == [])
    }
}

/// Forms with everything that the notation has: escapes, lists of all kinds, maps in lists, odd names.
private enum RandomForm {
    static func text(_ random: inout SeededGenerator) -> String {
        var pairs = ["amount=5", "currency=usd"]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            pairs.append("\(name(&random))=\(value(&random))")
        }
        return pairs.shuffled(using: &random).joined(separator: "&")
    }

    private static func name(_ random: inout SeededGenerator) -> String {
        var name = ["metadata", "shipping", "a%20b", "expand", "%C3%A9", "x"].randomElement(using: &random) ?? "x"
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            name += ["[]", "[0]", "[1]", "[k]", "%5Bk%5D", "[%26]", "[a b]", "[3]"].randomElement(using: &random) ?? ""
        }
        return name
    }

    private static func value(_ random: inout SeededGenerator) -> String {
        let pieces = ["a", "1", "%26", "%3D", "+", "%2B", "%20", "é", "%E2%82%AC", "[", "]", "=", "%0A", "~", "'"]
        return (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }
}
