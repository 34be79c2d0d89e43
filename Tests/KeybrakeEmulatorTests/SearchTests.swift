import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SearchTests {
    private let bench: Bench
    private let ids: [String]

    init() {
        let bench = Bench()
        self.bench = bench
        ids = [
            ("100", "usd", "metadata[order]=1"), ("200", "usd", "metadata[order]=2"), ("300", "eur", "metadata[x]=y"),
        ].map { amount, currency, rest in
            bench.post("/v1/charges", "amount=\(amount)&currency=\(currency)&source=tok_visa&\(rest)").id
        }
    }

    /// Which of the three charges a query finds, oldest first.
    private func found(_ query: String) -> [Int] {
        var escaped: [UInt8] = []
        FormEncoder.escape(query, into: &escaped)
        let answer = bench.get("/v1/charges/search", "query=\(String(decoding: escaped, as: UTF8.self))")
        #expect(answer["object"] == "search_result")
        return answer.ids.compactMap { ids.firstIndex(of: $0) }.reversed()
    }

    @Test(arguments: [
        ("currency:\"usd\"", [0, 1]), ("currency:\"USD\"", [0, 1]), ("-currency:\"usd\"", [2]),
        ("amount>100", [1, 2]), ("amount>=100 AND amount<300", [0, 1]), ("amount:200", [1]),
        ("metadata[\"order\"]:\"2\"", [1]), ("metadata['order']:null", [2]), ("-metadata['order']:null", [0, 1]),
        ("amount:100 OR amount:300", [0, 2]), ("amount>100 currency:\"usd\"", [1]), ("refunded:false", [0, 1, 2]),
        ("payment_method_details.card.last4:\"4242\"", [0, 1, 2]),
        ("payment_method_details.card.brand:\"VISA\"", [0, 1, 2]), ("amount<=0", []),
        ("status:'succeeded' AND created>=1", [0, 1, 2]),
    ])
    func `clauses find what they say`(query: String, expected: [Int]) {
        #expect(found(query) == expected)
    }

    @Test(arguments: [
        "", "nope:\"x\"", "amount", "amount:", "amount=5", "currency:usd", "currency:\"usd", "amount:1 AND",
        "amount:1 AND amount:2 OR amount:3", "metadata[order]:\"1\"", "metadata[\"a\":\"1\"", ":\"x\"",
        "currency~\"usd\"", "currency>\"usd\"", "amount:\"x\"", "amount~\"100\"", "metadata[\"a\"]~\"abc\"",
        "metadata[\"a\"]>1",
    ])
    func `a query that cannot be read is refused`(query: String) {
        var escaped: [UInt8] = []
        FormEncoder.escape(query, into: &escaped)
        let answer = bench.get("/v1/charges/search", "query=\(String(decoding: escaped, as: UTF8.self))")
        #expect(answer.status == 400)
        #expect(answer.param == "query")
    }

    @Test func `results come in pages`() {
        let first = bench.get("/v1/charges/search", "query=amount>0&limit=2&expand[]=total_count")
        #expect(first.ids == [ids[2], ids[1]])
        #expect(first["has_more"] == true)
        #expect(first["total_count"] == 3)
        let page = first["next_page"]?.stringValue ?? ""
        let second = bench.get("/v1/charges/search", "query=amount>0&limit=2&page=\(page)")
        #expect(second.ids == [ids[0]])
        #expect(second["next_page"] == .null)
        #expect(bench.get("/v1/charges/search", "query=amount>0&page=page_x").param == "page")
    }

    @Test func `all seven resources can be searched`() {
        _ = bench.post("/v1/products", "name=Green+tea")
        #expect(bench.get("/v1/products/search", "query=name~\"tea\"").ids.count == 1)
        #expect(bench.get("/v1/customers/search", "query=email:\"fixture@example.com\"").ids == ["cus_test_fixture"])
        for short in ["name~\"te\"", "name~\"\"", "name>\"tea\""] {
            #expect(bench.get("/v1/products/search", "query=\(short)").param == "query")
        }
        for path in ["invoices", "payment_intents", "prices", "subscriptions"] {
            #expect(bench.get("/v1/\(path)/search", "query=metadata[\"a\"]:\"b\"").status == 200)
        }
    }
}
