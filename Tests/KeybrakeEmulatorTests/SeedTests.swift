import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SeedTests {
    private func run(_ bench: Bench, _ text: String) throws -> Int {
        try bench.host.seed(world: bench.world, lines: Array(text.utf8), atUnixSeconds: bench.now)
    }

    @Test func `a fixture file of the Stripe CLI makes its calls`() throws {
        let bench = Bench()
        let count = try run(
            bench,
            #"""
            {"_meta": {"template_version": 0},
             "fixtures": [
              {"name": "jenny", "path": "/v1/customers", "method": "post",
               "params": {"name": "Jenny", "source": "tok_visa", "phone": "${.env:PHONE|555}",
                          "address": {"line1": "1 Planet Express St"}, "metadata": {"a": 1, "b": true}}},
              {"name": "held", "path": "/v1/charges", "method": "POST",
               "params": {"customer": "${jenny:id}", "amount": 100, "currency": "usd", "capture": false}},
              {"name": "taken", "path": "/v1/charges/${held:id}/capture", "method": "post"},
              {"name": "declined", "path": "/v1/charges", "method": "post", "expected_error_type": "card_error",
               "params": {"source": "tok_chargeDeclined", "amount": 100, "currency": "usd"}},
              {"name": "all", "path": "/v1/charges", "method": "get", "params": {"limit": 5}},
              {"name": "note", "path": "/v1/charges/${all:data.1.id}", "method": "post",
               "params": {"description": "of ${jenny:name}, ${jenny:address.line1} ${all:has_more} ${jenny:balance}"}}
             ], "env": {"CUSTOMER": "${jenny:id}"}}
            """#)
        #expect(count == 6)
        let charge = bench.get("/v1/charges").body["data"]?.arrayValue?[1]
        #expect(charge?["captured"] == true)
        #expect(charge?["description"] == "of Jenny, 1 Planet Express St false 0")
        let customer = bench.get("/v1/customers/\(charge?["customer"]?.stringValue ?? "")")
        #expect(customer["phone"] == "555")
        #expect(customer["metadata"] == ["a": "1", "b": "true"])
    }

    @Test(arguments: [
        (
            #"{"fixtures": [{"path": "/v1/customers", "method": "post", "params": {"name": "${.env:NAME}"}}]}"#,
            "asks for the environment"
        ),
        (#"{"fixtures": [{"path": "/v1/customers/${nobody:id}", "method": "get"}]}"#, "names no fixture before"),
        (#"{"fixtures": [{"path": "/v1/customers/${x:id", "method": "get"}]}"#, "no closing brace"),
        (#"{"fixtures": [{"path": "/v1/customers/${x}", "method": "get"}]}"#, "is no reference"),
        (#"{"fixtures": [{"path": "/v1/nothing", "method": "get"}]}"#, "there is no operation GET /v1/nothing"),
        (#"{"fixtures": [{"path": "/v1/customers", "method": "put"}]}"#, "fixture 1: `method` put is not known"),
        (#"{"fixtures": [{"path": "/v1/customers", "method": "get", "parms": {}}]}"#, "`parms` is not known"),
        (#"{"fixtures": [{"path": "/v1/customers/cus_1", "method": "get", "name": "n"}]}"#, "fixture `n`: 404 No such"),
        (#"{"fixtures": {}}"#, "`fixtures` is no list"),
        (#"{"_meta": {"template_version": 1}, "fixtures": []}"#, "`_meta.template_version` 1 is not known"),
        (
            #"{"fixtures": [{"name": "a", "path": "/v1/products", "method": "post", "params": {"name": "x"}},"#
                + #"{"path": "/v1/products/${a:images.0}", "method": "get"}]}"#, "the answer of `a` has no `images.0`"
        ),
    ])
    func `a fixture that cannot be run says why, and nothing has happened`(text: String, reason: String) {
        let bench = Bench()
        #expect { _ = try run(bench, text) } throws: { "\($0)".contains(reason) }
        #expect(bench.get("/v1/products").ids.isEmpty)
    }

    @Test func `recorded answers seed a world`() throws {
        let bench = Bench()
        let bodies = try [
            #"{"id":"cus_1","object":"customer","created":50,"name":"old"}"#,
            #"""
            {"object":"list","data":[{"id":"ch_2","object":"charge","created":70,"amount":5,"customer":{"id":"cus_1",
            "object":"customer","created":50,"name":"new"},"balance_transaction":{"id":"txn_1",
            "object":"balance_transaction","created":70,"amount":5,"fee":1,"net":4,"currency":"usd",
            "status":"available","fee_details":[]}},
            {"id":"ch_1","object":"charge","created":60,"amount":7,"customer":"cus_1"}],
            "has_more":false,"url":"/v1/charges"}
            """#,
            #"{"error":{"type":"card_error","payment_intent":{"id":"pi_1","object":"payment_intent","created":80}}}"#,
            #"{"id":"cus_2","object":"customer","deleted":true}"#, #"{"available":[],"object":"balance"}"#, "[]",
        ].map { try JSONParser.parse($0) }
        #expect(try bench.host.seed(world: "w", responses: bodies, atUnixSeconds: bench.now) == 7)
        #expect(bench.get("/v1/customers/cus_1")["name"] == "new")
        #expect(bench.get("/v1/charges").ids == ["ch_2", "ch_1"])
        #expect(bench.get("/v1/charges", "customer=cus_1&created[lt]=70").ids == ["ch_1"])
        #expect(bench.get("/v1/charges/ch_2")["customer"] == "cus_1")
        #expect(bench.get("/v1/charges/ch_2")["balance_transaction"] == "txn_1")
        #expect(bench.get("/v1/payment_intents/pi_1").status == 200)
        #expect(bench.get("/v1/customers/cus_2")["deleted"] == true)
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 4)
    }

    @Test func `an export takes everything along`() throws {
        let bench = Bench()
        _ = bench.post("/v1/webhook_endpoints", "url=https://example.com&enabled_events[]=*")
        let customer = bench.post("/v1/customers", "source=tok_visa")
        _ = bench.post("/v1/charges", "amount=2000&currency=usd&customer=\(customer.id)")
        var neighbour = bench
        neighbour.account = "acct_neighbour"
        let there = neighbour.post("/v1/charges", "amount=900&currency=eur&source=tok_bypassPending")
        var copy = bench
        copy.world = "copy"
        let lines = try bench.host.export(world: "w")
        let count = try bench.host.seed(world: "copy", lines: lines, atUnixSeconds: bench.now)
        #expect(count == lines.count { $0 == 0x0A })
        for path in ["/v1/balance", "/v1/charges", "/v1/balance_transactions", "/v1/customers"] {
            #expect(copy.get(path).bytes == bench.get(path).bytes, "\(path)")
        }
        #expect(copy.get("/v1/events", "limit=100").ids == bench.get("/v1/events", "limit=100").ids)
        var neighbourCopy = neighbour
        neighbourCopy.world = "copy"
        #expect(neighbourCopy.get("/v1/charges/\(there.id)").bytes == there.bytes)
        #expect(neighbourCopy.get("/v1/balance").bytes == neighbour.get("/v1/balance").bytes)
        // The money on its way arrives in both.
        for world in ["w", "copy"] {
            _ = try bench.host.advanceClock(world: world, bySeconds: 3 * 86_400, atUnixSeconds: bench.now)
        }
        #expect(copy.get("/v1/balance").bytes == bench.get("/v1/balance").bytes)
        #expect(copy.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 1912)
        let deliveries = ["w", "copy"].map { world in
            bench.host.takeDeliveries(world: world, limit: 100, atUnixSeconds: bench.now).map(\.body)
        }
        // The last one tells of the money that arrived, in ids of each world's own.
        #expect(deliveries.map(\.count) == [4, 4])
        #expect(deliveries[0].dropLast() == deliveries[1].dropLast())
    }
}
