import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct BalanceMovementTests {
    private func available(_ bench: Bench) -> Int64 {
        bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"]?.integerValue ?? 0
    }

    /// A bench whose account has 100 US dollars less the fee, all of it available.
    private func funded() -> (bench: Bench, funds: Int64) {
        let bench = Bench()
        _ = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        return (bench, 10_000 - 320)
    }

    @Test func `a payout takes what is available, and no more`() {
        var (bench, funds) = funded()
        #expect(available(bench) == funds)
        #expect(bench.post("/v1/payouts", "amount=\(funds + 1)&currency=usd").code == "balance_insufficient")
        #expect(bench.post("/v1/payouts", "amount=1&currency=eur").code == "balance_insufficient")
        let payout = bench.post("/v1/payouts", "amount=5000&currency=usd")
        #expect(payout["status"] == "pending")
        #expect(ShapeFit.misfits(payout.body, .resource("payout")) == [])
        #expect(available(bench) == funds - 5_000)
        let canceled = bench.post("/v1/payouts", "amount=1000&currency=usd").id
        #expect(bench.post("/v1/payouts/\(canceled)/cancel")["status"] == "canceled")
        #expect(available(bench) == funds - 5_000)
        bench.now += 3 * CivilTime.secondsPerDay
        #expect(bench.get("/v1/payouts/\(payout.id)")["status"] == "paid")
        #expect(bench.post("/v1/payouts/\(payout.id)/cancel").status == 400)
        let back = bench.post("/v1/payouts/\(payout.id)/reverse")
        #expect(back["amount"] == -5_000)
        #expect(back["original_payout"]?.stringValue == payout.id)
        #expect(available(bench) == funds)
        #expect(bench.post("/v1/payouts/\(payout.id)/reverse").status == 400)
    }

    @Test func `a top-up arrives later`() {
        var bench = Bench()
        let topUp = bench.post("/v1/topups", "amount=2000&currency=usd&description=x").id
        let canceled = bench.post("/v1/topups", "amount=700&currency=usd").id
        #expect(bench.post("/v1/topups/\(canceled)/cancel")["status"] == "canceled")
        #expect(available(bench) == 0)
        bench.now += 3 * CivilTime.secondsPerDay
        #expect(bench.get("/v1/topups/\(topUp)")["status"] == "succeeded")
        #expect(available(bench) == 2_000)
        #expect(bench.post("/v1/topups/\(topUp)/cancel").status == 400)
    }

    @Test func `a transfer can be reversed in parts, and not twice`() {
        let (bench, funds) = funded()
        let transfer = bench.post("/v1/transfers", "amount=3000&currency=usd&destination=acct_shop")
        #expect(ShapeFit.misfits(transfer.body, .resource("transfer")) == [])
        #expect(available(bench) == funds - 3_000)
        let path = "/v1/transfers/\(transfer.id)/reversals"
        let part = bench.post(path, "amount=1000")
        #expect(part["transfer"]?.stringValue == transfer.id)
        #expect(bench.post(path, "amount=2001").param == "amount")
        #expect(bench.post(path).body["amount"] == 2_000)
        #expect(bench.get("/v1/transfers/\(transfer.id)")["reversed"] == true)
        #expect(bench.post(path).status == 400)
        #expect(bench.get(path).ids.count == 2)
        #expect(bench.get("\(path)/\(part.id)").id == part.id)
        #expect(available(bench) == funds)
        #expect(bench.post("/v1/transfers", "amount=1&currency=usd&destination=x").param == "destination")
    }
}
