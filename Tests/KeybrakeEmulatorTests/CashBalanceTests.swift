import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct CashBalanceTests {
    @Test func `bank transfers fund a customer's cash`() {
        let bench = Bench()
        let customer = bench.post("/v1/customers").id
        let path = "/v1/customers/\(customer)/cash_balance"
        let empty = bench.get(path)
        #expect(empty["available"] == .null)
        #expect(ShapeFit.misfits(empty.body, .resource("cash_balance")) == [])
        let fund = "/v1/test_helpers/customers/\(customer)/fund_cash_balance"
        let first = bench.post(fund, "amount=500&currency=usd&reference=A1")
        #expect(first["ending_balance"] == 500)
        #expect(ShapeFit.misfits(first.body, .resource("customer_cash_balance_transaction")) == [])
        let second = bench.post(fund, "amount=250&currency=USD")
        #expect(second["ending_balance"] == 750)
        _ = bench.post(fund, "amount=9&currency=eur")
        #expect(bench.get(path)["available"] == ["usd": 750, "eur": 9])
        #expect(bench.get("\(path)_transactions", "limit=2").ids.count == 2)
        #expect(bench.get("\(path)_transactions/\(first.id)")["net_amount"] == 500)
        let other = bench.post("/v1/customers").id
        #expect(bench.get("/v1/customers/\(other)/cash_balance_transactions/\(first.id)").status == 404)
        #expect(bench.get("/v1/customers/\(other)/cash_balance_transactions").ids.isEmpty)
        #expect(bench.post(fund, "amount=0&currency=usd").param == "amount")
        #expect(bench.post(fund, "amount=5&currency=chf").param == "currency")
        let manual = bench.post(path, "settings[reconciliation_mode]=manual")
        #expect(manual["settings"]?["reconciliation_mode"] == "manual")
        #expect(manual["settings"]?["using_merchant_default"] == false)
        #expect(bench.get("/v1/events", "type=cash_balance.funds_available").ids.count == 3)
    }
}
