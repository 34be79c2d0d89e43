import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ConnectBillingTests {
    private func on(_ account: String, _ bench: Bench) -> Bench {
        var other = bench
        other.account = account
        return other
    }

    private func worth(_ bench: Bench) -> Int64 {
        let balance = bench.get("/v1/balance")
        return ["available", "pending"].reduce(Int64(0)) { sum, part in
            sum + (balance[part]?.arrayValue?.first?["amount"]?.integerValue ?? 0)
        }
    }

    private func price(_ bench: Bench) -> String {
        bench.post(
            "/v1/prices", "currency=usd&unit_amount=10000&recurring[interval]=month&product_data[name]=A"
        ).id
    }

    private func customer(_ bench: Bench) -> String {
        bench.post("/v1/customers", "source=tok_visa").id
    }

    @Test func `a subscription's invoices pay a share to the platform`() {
        var bench = Bench()
        var shop = on("acct_shop", bench)
        let subscription = shop.post(
            "/v1/subscriptions",
            "customer=\(customer(shop))&items[0][price]=\(price(shop))&application_fee_percent=12.5")
        #expect(subscription["status"] == "active")
        #expect(worth(bench) == 1_250)
        #expect(worth(shop) == 10_000 - 320 - 1_250)
        shop.now += 32 * CivilTime.secondsPerDay
        bench.now = shop.now
        #expect(worth(shop) == 2 * (10_000 - 320 - 1_250))
        #expect(bench.get("/v1/application_fees").ids.count == 2)
        let path = "/v1/subscriptions/\(subscription.id)"
        #expect(shop.post(path, "application_fee_percent=101").param == "application_fee_percent")
        #expect(shop.post(path, "application_fee_percent=20")["application_fee_percent"] == 20)
        let own = "customer=\(customer(bench))&items[0][price]=\(price(bench))&application_fee_percent=10"
        #expect(bench.post("/v1/subscriptions", own).param == "application_fee_percent")
    }

    @Test func `a subscription's invoices pass money on`() {
        let bench = Bench()
        let shop = on("acct_shop", bench)
        let path = "customer=\(customer(bench))&items[0][price]=\(price(bench))"
        let subscription = bench.post(
            "/v1/subscriptions", "\(path)&transfer_data[destination]=acct_shop&transfer_data[amount_percent]=80")
        #expect(subscription["transfer_data"]?["destination"] == "acct_shop")
        #expect(worth(shop) == 8_000)
        _ = bench.post(
            "/v1/subscriptions",
            "\(path)&transfer_data[destination]=acct_shop&application_fee_percent=10&on_behalf_of=acct_shop")
        #expect(worth(shop) == 8_000 + 9_000)
        #expect(
            bench.post("/v1/subscriptions", "\(path)&transfer_data[destination]=nobody").param
                == "transfer_data[destination]")
    }

    @Test func `an invoice pays a fee and passes money on`() {
        let bench = Bench()
        let shop = on("acct_shop", bench)
        let buyer = customer(bench)
        let invoice = bench.post(
            "/v1/invoices",
            "customer=\(buyer)&auto_advance=false&transfer_data[destination]=acct_shop&application_fee_amount=300"
                + "&on_behalf_of=acct_shop")
        _ = bench.post("/v1/invoiceitems", "customer=\(buyer)&invoice=\(invoice.id)&amount=4000&currency=usd")
        _ = bench.post("/v1/invoices/\(invoice.id)/finalize")
        let paid = bench.post("/v1/invoices/\(invoice.id)/pay")
        #expect(paid["status"] == "paid")
        #expect(worth(shop) == 3_700)
        #expect(worth(bench) == -146 + 300)
        let charge = bench.get("/v1/charges")["data"]?.arrayValue?.first
        #expect(charge?["on_behalf_of"] == "acct_shop")
        #expect((try? bench.host.audit(world: bench.world))?.findings == [])
        #expect(bench.post("/v1/invoices", "customer=\(buyer)&application_fee_amount=1").status == 400)
    }
}
