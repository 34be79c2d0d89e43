import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOHTTP1
import Testing

/// What a policy lets a key do: operations, customers, accounts, amounts.
struct ScopeTests {
    private let desk: GovernedStripe

    init() throws {
        desk = try GovernedStripe()
    }

    @Test("rules name operations of the catalogue; wildcards never cover capabilities and writes of v2")
    func rules() throws {
        func allows(_ rule: String, _ operation: String) throws -> Bool {
            let operation = try #require(Catalogue.shared.operation(named: operation), "\(operation)")
            return try OperationRule(rule, catalogue: .shared).allows(operation)
        }
        #expect(try allows("POST /v1/charges", "POST /v1/charges"))
        #expect(try !allows("POST /v1/charges", "GET /v1/charges"))
        #expect(try !allows("POST /v1/charges", "POST /v1/charges/{charge}/capture"))
        #expect(try allows("POST /v1/charges*", "POST /v1/charges/{charge}/capture"))
        #expect(try allows("GET *", "GET /v2/core/events"))
        #expect(try !allows("POST /v1/refunds", "POST /v1/charges/{charge}/refund"))
        #expect(try !allows("POST /v1/*", "POST /v1/webhook_endpoints"))
        #expect(try allows("POST /v1/webhook_endpoints", "POST /v1/webhook_endpoints"))
        for operation in Catalogue.shared.operations where operation.moneyClass.mustBeNamed {
            #expect(try !allows("\(operation.verb.text) /v1/*", operation.name))
            #expect(try allows(operation.name, operation.name))
        }
        for text in [
            "", "POST", "/v1/charges", "post /v1/charges", "POST /v1/nothing", "POST /v1/charges x", "POST /v9*",
            "POST /v2/*",
        ] {
            #expect(throws: OperationRule.Failure.self) { try OperationRule(text, catalogue: .shared) }
        }
    }

    @Test("what the policy does not name is refused, under whatever path")
    func operations() async throws {
        let key = try await desk.key(["POST /v1/refunds", "GET /v1/customers/*"])
        let table = [
            "POST /v1/charges", "POST /v1/charges/ch_1/refund", "POST /stripe//v1/charges", "GET /v1/charges",
            "DELETE /v1/customers/cus_1", "POST /v1/customers/cus_1",
        ]
        for operation in table {
            let reply = desk.send(operation, key: key)
            #expect(reply.line == "403 operation_not_allowed", "\(operation)")
            #expect(reply.message.contains("Do not retry"))
        }
        desk.stripe.willAnswer(200, "{}")
        #expect(desk.send("GET /v1/customers/cus_1/cards", key: key).status == 200)
    }

    @Test("other accounts and preview versions are closed")
    func accounts() async throws {
        let key = try await desk.key()
        #expect(
            desk.send("GET /v1/balance", key: key, [("Stripe-Account", "acct_1")]).line == "403 parameter_not_allowed")
        #expect(
            desk.send("GET /v1/balance", key: key, [("Stripe-Context", "acct_1")]).line == "403 parameter_not_allowed")
        let preview = [("Stripe-Version", "2026-05-27.preview")]
        #expect(desk.send("GET /v1/balance", key: key, preview).line == "403 parameter_not_allowed")
        #expect(desk.send("GET /v1/balance", key: key, [("Stripe-Version", "latest")]).line == "400 malformed_request")
        #expect(desk.stripe.requests.isEmpty)
        desk.stripe.willAnswer(200, "{}")
        #expect(desk.send("GET /v1/balance", key: key, [("Stripe-Version", "2023-10-16")]).status == 200)
        #expect(desk.stripe.requests[0].headers["Stripe-Version"] == ["2023-10-16"])
    }

    @Test("a limited key names its customer, and every name counts")
    func namedCustomers() async throws {
        let key = try await desk.key(customers: ["cus_1"])
        let refused = [
            "amount=5&currency=usd", "amount=5&currency=usd&customer=cus_2", "amount=5&currency=usd&customer[]=cus_1",
            "amount=5&currency=usd&customer=cus_1&customer_account=acct_2",
        ]
        for form in refused {
            #expect(desk.send("POST /v1/charges", form, key: key).line == "403 customer_not_allowed", "\(form)")
        }
        #expect(desk.send("GET /v1/customers/cus_2", key: key).line == "403 customer_not_allowed")
        #expect(desk.stripe.requests.isEmpty)
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 5, customer: "cus_1"))
        #expect(desk.send("POST /v1/charges", "amount=5&currency=usd&customer=cus_1", key: key).status == 200)
        #expect(try await desk.lastRows().outcome.customer == "cus_1")
    }

    @Test("a limited key reads lists of its customer only, and no search")
    func lists() async throws {
        let key = try await desk.key(customers: ["cus_1"])
        for target in [
            "charges", "customers", "customers/search?query=x", "charges?customer=cus_2", "events?customer=cus_1",
        ] {
            #expect(desk.send("GET /v1/\(target)", key: key).line == "403 customer_not_allowed", "\(target)")
        }
        #expect(desk.stripe.requests.isEmpty)
        desk.stripe.willAnswer(200, #"{"object":"list","data":[{"id":"ch_1","object":"charge","customer":"cus_1"}]}"#)
        #expect(desk.send("GET /v1/charges?customer=cus_1", key: key).status == 200)
        desk.stripe.willAnswer(200, #"{"object":"list","data":[{"id":"ch_1","object":"charge","customer":"cus_2"}]}"#)
        #expect(desk.send("GET /v1/charges?customer=cus_1", key: key).line == "403 customer_not_allowed")
    }

    @Test(
        "an object is judged by its own customer and by all that was expanded in it",
        arguments: [
            (#"{"id":"ch_1","object":"charge","customer":"cus_1"}"#, "200"),
            (#"{"id":"ch_1","object":"charge","customer":{"id":"cus_1","object":"customer"}}"#, "200"),
            (#"{"id":"ch_1","object":"charge","customer":"cus_1","metadata":{"customer":"cus_2"}}"#, "200"),
            (#"{"id":"ch_1","object":"charge","customer":null}"#, "403 customer_not_allowed"),
            (
                #"{"id":"ch_1","object":"charge","customer":null,"customer_account":"acct_2"}"#,
                "403 customer_not_allowed"
            ),
            (#"{"id":"ch_1","object":"charge","customer":"cus_2"}"#, "403 customer_not_allowed"),
            (
                #"{"id":"ch_1","object":"charge","customer":{"id":"cus_2","object":"customer"}}"#,
                "403 customer_not_allowed"
            ),
            (#"{"id":"ch_1","customer":"cus_1","invoice":{"x":[{"customer":"cus_2"}]}}"#, "403 customer_not_allowed"),
            ("%PDF", "403 customer_not_allowed"),
        ])
    func objects(body: String, expected: String) async throws {
        let key = try await desk.key(customers: ["cus_1"])
        desk.stripe.willAnswer(200, body)
        let reply = desk.send("GET /v1/charges/ch_1?expand[]=invoice", key: key)
        #expect(reply.line == expected)
        #expect(reply.status == 200 || !reply.text.contains("cus_2"))
        #expect(try await desk.lastRows().outcome.upstreamStatus == 200)
    }

    @Test("a write on an object is judged by the customer that the object is read to have")
    func writesOnObjects() async throws {
        let key = try await desk.key(customers: ["cus_1"])
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 700, customer: "cus_2"))
        #expect(desk.send("POST /v1/refunds", "charge=ch_1&amount=5", key: key).line == "403 customer_not_allowed")
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 700))
        #expect(desk.send("POST /v1/refunds", "charge=ch_1&amount=5", key: key).line == "403 customer_not_allowed")
        desk.stripe.willAnswer(200, StripeObject.intent(amount: 5, status: "requires_capture", customer: "cus_2"))
        #expect(desk.send("POST /v1/payment_intents/pi_1/cancel", key: key).line == "403 customer_not_allowed")
        #expect(desk.send("POST /v1/products/prod_1", "name=x", key: key).line == "403 customer_not_allowed")
        #expect(desk.stripe.lines == ["GET /v1/charges/ch_1", "GET /v1/charges/ch_1", "GET /v1/payment_intents/pi_1"])
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 700, customer: "cus_1"))
        desk.stripe.willAnswer(200, StripeObject.refund(amount: 5))
        #expect(desk.send("POST /v1/refunds", "charge=ch_1&amount=5", key: key).status == 200)
        #expect(try await desk.lastRows().outcome.customer == "cus_1")
        #expect(desk.stripe.faults == [])
    }

    @Test("one call may move so much and no more")
    func perCallMaximum() async throws {
        let key = try await desk.key(perCallMax: 500)
        let reply = desk.send("POST /v1/charges", "amount=501&currency=usd", key: key)
        #expect(reply.line == "403 amount_over_limit")
        #expect(reply.message.contains("$5.01") && reply.message.contains("$5.00"))
        #expect(try await desk.lastRows().outcome.usdCents == 501)
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 500))
        #expect(desk.send("POST /v1/charges", "amount=500&currency=usd", key: key).status == 200)
    }

    @Test("money that another key holds is a new spend for this one, limit per call included")
    func foreignHold() async throws {
        let rich = try await desk.key()
        let poor = try await desk.key(perCallMax: 500)
        desk.stripe.willAnswer(200, StripeObject.intent(amount: 9_000, status: "requires_confirmation"))
        #expect(desk.send("POST /v1/payment_intents", "amount=9000&currency=usd", key: rich).status == 200)
        #expect(desk.send("POST /v1/payment_intents/pi_1/confirm", key: poor).line == "403 amount_over_limit")
        #expect(desk.stripe.requests.count == 1)
    }
}
