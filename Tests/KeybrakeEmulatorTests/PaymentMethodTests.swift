import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PaymentMethodTests {
    static let card = "type=card&card[number]=4242424242424242&card[exp_month]=8&card[exp_year]=2034&card[cvc]=314"

    @Test func `a method belongs to one customer and is gone once detached`() {
        let bench = Bench()
        let method = bench.post("/v1/payment_methods", Self.card + "&billing_details[name]=Ada")
        #expect(method["card"]?["brand"] == "visa")
        #expect(method["card"]?["checks"]?["cvc_check"] == "pass")
        #expect(method["billing_details"]?["name"] == "Ada")
        #expect(method["customer"] == .null)
        let path = "/v1/payment_methods/\(method.id)"
        #expect(bench.post(path + "/attach").code == "parameter_missing")
        #expect(bench.post(path + "/attach", "customer=cus_test_fixture")["customer"] == "cus_test_fixture")
        #expect(bench.get("/v1/payment_methods", "customer=cus_test_fixture&type=card").ids == [method.id])
        #expect(bench.get("/v1/customers/cus_test_fixture/payment_methods").ids == [method.id])
        let other = bench.post("/v1/customers")
        #expect(bench.post(path + "/attach", "customer=\(other.id)").status == 400)
        #expect(bench.post(path + "/detach")["customer"] == .null)
        #expect(bench.get("/v1/customers/cus_test_fixture/payment_methods").ids.isEmpty)
        #expect(bench.post(path + "/detach").status == 400)
        #expect(bench.post(path + "/attach", "customer=\(other.id)").status == 400)
    }

    @Test func `cards that decline cannot be attached`() {
        let bench = Bench()
        let refused = bench.post("/v1/payment_methods/pm_card_chargeDeclined/attach", "customer=cus_test_fixture")
        #expect(refused.status == 402)
        #expect(refused.code == "card_declined")
        let taken = bench.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=cus_test_fixture")
        #expect(taken["customer"] == "cus_test_fixture")
    }

    @Test(arguments: [
        ("4242424242424241", "8", "2034", "314", "incorrect_number"),
        ("4242424242424242", "13", "2034", "314", "invalid_expiry_month"),
        ("4242424242424242", "8", "2020", "314", "invalid_expiry_year"),
        ("4242424242424242", "8", "34", "1", "invalid_cvc"),
        ("4539578763621486", "8", "2034", "314", "card_declined"),
    ])
    func `what is typed in wrongly is refused`(
        number: String, month: String, year: String, cvc: String, code: String
    ) {
        let refused = Bench().post(
            "/v1/tokens", "card[number]=\(number)&card[exp_month]=\(month)&card[exp_year]=\(year)&card[cvc]=\(cvc)")
        #expect(refused.status == 402)
        #expect(refused.code == code)
    }

    @Test func `a token is used once`() {
        let bench = Bench()
        let token = bench.post("/v1/tokens", "card[number]=4000000000000341&card[exp_month]=8&card[exp_year]=2034")
        #expect(token["used"] == false)
        #expect(bench.post("/v1/customers", "source=\(token.id)").status == 200)
        #expect(bench.get("/v1/tokens/\(token.id)")["used"] == true)
        #expect(bench.post("/v1/customers", "source=\(token.id)").code == "token_already_used")
    }

    @Test func `the same number has the same fingerprint in one account only`() {
        let bench = Bench()
        var other = bench
        other.account = "acct_other"
        let prints = [bench.post("/v1/payment_methods", Self.card), bench.post("/v1/payment_methods", Self.card)]
            .map { $0["card"]?["fingerprint"]?.stringValue }
        #expect(prints[0] == prints[1])
        #expect(other.post("/v1/payment_methods", Self.card)["card"]?["fingerprint"]?.stringValue != prints[0])
    }

    @Test func `every test card is well formed and found by its names`() {
        #expect(TestCardTable.cards.count == TestCardTable.lines.split(separator: "\n").count)
        for (row, card) in TestCardTable.cards.enumerated() {
            #expect(CardEntry.passesLuhn(card.number), "\(card.number)")
            #expect(TestCardTable.row(number: card.number).map { TestCardTable[$0].number } == card.number)
            for name in card.names {
                #expect(TestCardTable.row(token: "pm_card_\(name)") == TestCard.Row(row), "\(name)")
                #expect(TestCardTable.row(token: "tok_\(name)") == TestCard.Row(row), "\(name)")
            }
        }
    }
}
