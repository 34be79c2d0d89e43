import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ExpansionTests {
    @Test func `ids become the objects that they name`() {
        let bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&confirm=true&customer=cus_test_fixture&expand[]=latest_charge.balance_transaction"
        )
        #expect(intent["latest_charge"]?["object"] == "charge")
        #expect(intent["latest_charge"]?["balance_transaction"]?["fee"] == 59)
        #expect(intent["customer"] == "cus_test_fixture")
        let charges = bench.get("/v1/charges", "expand[0]=data.customer&expand[1]=data.payment_intent.latest_charge")
        let first = charges["data"]?.arrayValue?.first
        #expect(first?["customer"]?["email"] == "fixture@example.com")
        #expect(first?["payment_intent"]?["latest_charge"]?["id"] == first?["id"])
        let plain = bench.get("/v1/charges/\(first?["id"]?.stringValue ?? "")")
        #expect(plain["customer"] == "cus_test_fixture")
    }

    @Test func `lists that objects leave out appear when asked for`() {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa")
        #expect(charge["refunds"] == nil)
        let refund = bench.post("/v1/refunds", "charge=\(charge.id)&amount=100&expand[]=charge")
        #expect(refund["charge"]?["amount_refunded"] == 100)
        let shown = bench.get("/v1/charges/\(charge.id)", "expand[]=refunds")
        #expect(shown["refunds"]?["data"]?.arrayValue?.count == 1)
        #expect(shown["refunds"]?["url"]?.stringValue == "/v1/charges/\(charge.id)/refunds")
    }

    @Test(arguments: [
        ("/v1/charges/ch_x", "expand[]=custmer", "This property cannot be expanded (custmer)."),
        ("/v1/charges/ch_x", "expand[]=amount", "This property cannot be expanded (amount)."),
        (
            "/v1/charges", "expand[]=customer",
            "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead."
        ),
    ])
    func `nonsense is refused before anything happens`(path: String, query: String, message: String) {
        let refused = Bench().get(path, query)
        #expect(refused.status == 400)
        #expect(refused.message == message)
    }

    @Test func `four levels and no more`() {
        let bench = Bench()
        let deep = "payment_intent.latest_charge.payment_intent.latest_charge"
        let charge = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa")
        #expect(bench.get("/v1/charges/\(charge.id)", "expand[]=\(deep)").status == 200)
        #expect(bench.get("/v1/charges/\(charge.id)", "expand[]=\(deep).customer").status == 400)
    }
}
