import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct CustomerTests {
    @Test func `what was sent comes back, and empty texts unset`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/customers",
            "name=Ada&email=ada@example.com&metadata[a]=1&metadata[b]=2&address[city]=London&shipping[name]=Ada"
                + "&shipping[address][line1]=1%20Way&preferred_locales[0]=en&invoice_settings[footer]=Thanks")
        #expect(made["name"] == "Ada")
        #expect(made["address"]?["city"] == "London")
        #expect(made["address"]?["line1"] == .null)
        #expect(made["shipping"]?["address"]?["line1"] == "1 Way")
        #expect(made["preferred_locales"] == ["en"])
        #expect(made["invoice_settings"]?["footer"] == "Thanks")
        let changed = bench.post("/v1/customers/\(made.id)", "name=&metadata[a]=&metadata[c]=3&address=")
        #expect(changed["name"] == .null)
        #expect(changed["metadata"] == ["b": "2", "c": "3"])
        #expect(changed["address"] == .null)
        #expect(changed["email"] == "ada@example.com")
        #expect(bench.post("/v1/customers/\(made.id)", "metadata=")["metadata"] == [:])
        let event = bench.get("/v1/events", "type=customer.updated&limit=1").body["data"]?.arrayValue?.first
        #expect(event?["data"]?["previous_attributes"]?["metadata"] == ["b": "2", "c": "3"])
    }

    @Test func `a deleted customer is told to be deleted`() {
        let bench = Bench()
        let made = bench.post("/v1/customers", "name=Gone")
        #expect(bench.delete("/v1/customers/\(made.id)")["deleted"] == true)
        let found = bench.get("/v1/customers/\(made.id)")
        #expect(found.status == 200)
        #expect(found.body == ["id": .string(made.id), "object": "customer", "deleted": true])
        #expect(!bench.get("/v1/customers").ids.contains(made.id))
        let refused = bench.post("/v1/customers/\(made.id)", "name=Back")
        #expect(refused.status == 404)
        #expect(refused.code == "resource_missing")
        #expect(refused.param == "id")
        #expect(bench.post("/v1/charges", "amount=500&currency=usd&customer=\(made.id)").code == "resource_missing")
    }

    @Test func `a card that declines leaves no customer behind`() {
        let bench = Bench()
        let refused = bench.post("/v1/customers", "source=tok_chargeDeclined")
        #expect(refused.status == 402)
        #expect(bench.get("/v1/customers").ids == ["cus_test_fixture"])
        #expect(bench.get("/v1/events", "type=customer.created").ids.isEmpty)
    }

    @Test func `cards come, become the default, and go`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "source=tok_visa")
        let first = customer["default_source"]?.stringValue ?? ""
        let second = bench.post("/v1/customers/\(customer.id)/sources", "source=tok_mastercard")
        #expect(second["brand"] == "MasterCard")
        #expect(bench.get("/v1/customers/\(customer.id)")["default_source"]?.stringValue == first)
        #expect(bench.get("/v1/customers/\(customer.id)/sources").ids == [second.id, first])
        #expect(
            bench.post("/v1/customers/\(customer.id)", "default_source=\(second.id)")["default_source"]?.stringValue
                == second.id)
        #expect(bench.delete("/v1/customers/\(customer.id)/sources/\(second.id)")["deleted"] == true)
        #expect(bench.get("/v1/customers/\(customer.id)")["default_source"]?.stringValue == first)
        #expect(
            bench.get("/v1/customers/\(customer.id)", "expand[]=sources")["sources"]?["data"]?.arrayValue?.count == 1)
    }

    @Test func `a customer whose card only fails when charged`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers", "source=tok_chargeCustomerFail")
        #expect(customer.status == 200)
        #expect(bench.post("/v1/charges", "amount=500&currency=usd&customer=\(customer.id)").code == "card_declined")
        let empty = bench.post("/v1/customers")
        let refused = bench.post("/v1/charges", "amount=500&currency=usd&customer=\(empty.id)")
        #expect(refused.status == 402)
        #expect(refused.code == "missing")
    }

    @Test func `metadata has limits`() {
        let bench = Bench()
        let many = (0...50).map { "metadata[k\($0)]=v" }.joined(separator: "&")
        #expect(bench.post("/v1/customers", many).param == "metadata")
        #expect(bench.post("/v1/customers", "metadata[a]=\(String(repeating: "x", count: 501))").status == 400)
        #expect(bench.post("/v1/customers", "metadata[\(String(repeating: "k", count: 41))]=1").status == 400)
        #expect(bench.post("/v1/customers", "email=nobody").code == "email_invalid")
    }
}
