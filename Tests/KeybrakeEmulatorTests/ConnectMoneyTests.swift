import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Money that crosses from one account of a world to another.
@Suite struct ConnectMoneyTests {
    static let shop = "acct_shop"

    private func on(_ account: String, _ bench: Bench) -> Bench {
        var other = bench
        other.account = account
        return other
    }

    private func balance(_ bench: Bench, _ part: String = "available", _ currency: String = "usd") -> Int64 {
        bench.get("/v1/balance")[part]?.arrayValue?.first { $0["currency"]?.stringValue == currency }?["amount"]?
            .integerValue ?? 0
    }

    private func worth(_ bench: Bench) -> Int64 { balance(bench) + balance(bench, "pending") }

    @Test func `a transfer arrives as a payment, and comes back when it is reversed`() {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        _ = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        let transfer = bench.post("/v1/transfers", "amount=4000&currency=usd&destination=\(Self.shop)")
        let payment = shop.get("/v1/charges/\(transfer["destination_payment"]?.stringValue ?? "")")
        #expect(payment["amount"] == 4_000)
        #expect(payment["source_transfer"]?.stringValue == transfer.id)
        #expect(payment["payment_method_details"]?["type"] == "stripe_account")
        #expect(
            ShapeFit.misfits(payment.body, .resource("charge")).filter { !ShapeTests.isUndocumented($0) } == [])
        #expect(balance(shop) == 4_000)
        #expect(balance(bench) == 9_680 - 4_000)
        let reversal = bench.post("/v1/transfers/\(transfer.id)/reversals", "amount=1500")
        #expect(ShapeFit.misfits(reversal.body, .resource("transfer_reversal")) == [])
        let refund = shop.get("/v1/refunds/\(reversal["destination_payment_refund"]?.stringValue ?? "")")
        #expect(refund["amount"] == 1_500)
        #expect(refund["charge"]?.stringValue == payment.id)
        #expect(balance(shop) == 2_500)
        #expect(balance(bench) == 9_680 - 2_500)
        #expect(shop.get("/v1/balance_transactions", "type=payment_refund").ids.count == 1)
        #expect(bench.get("/v1/balance_transactions", "type=transfer_refund").ids.count == 1)
    }

    @Test func `the destination can send a transfer back`() {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        _ = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        let transfer = bench.post("/v1/transfers", "amount=4000&currency=usd&destination=\(Self.shop)")
        let payment = transfer["destination_payment"]?.stringValue ?? ""
        let refund = shop.post("/v1/refunds", "charge=\(payment)&amount=1000")
        #expect(refund.id.hasPrefix("pyr_"))
        #expect(refund["source_transfer_reversal"]?.stringValue?.hasPrefix("trr_") == true)
        #expect(balance(shop) == 3_000)
        #expect(balance(bench) == 9_680 - 3_000)
        #expect(bench.get("/v1/transfers/\(transfer.id)")["amount_reversed"] == 1_000)
        #expect(shop.post("/v1/refunds", "charge=\(payment)&amount=3001").status == 400)
    }

    @Test func `a charge's money can be transferred before it is there, and not twice`() {
        var bench = Bench()
        let charge = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_visa")
        let path = "amount=6000&currency=usd&destination=\(Self.shop)&source_transaction=\(charge.id)"
        let transfer = bench.post("/v1/transfers", path)
        #expect(transfer["transfer_group"]?.stringValue == "group_\(charge.id)")
        #expect(bench.post("/v1/transfers", path).code == "amount_too_large")
        #expect(bench.post("/v1/transfers", path.replacing("usd", with: "eur")).param == "currency")
        #expect(balance(on(Self.shop, bench)) == 0)
        #expect(balance(on(Self.shop, bench), "pending") == 6_000)
        bench.now += 2 * CivilTime.secondsPerDay
        #expect(balance(on(Self.shop, bench)) == 6_000)
        #expect(balance(bench) == 9_680 - 6_000)
    }

    @Test func `a direct charge pays a fee to the platform, which a refund gives back in part`() {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        let charge = shop.post(
            "/v1/charges", "amount=10000&currency=usd&source=tok_visa&application_fee_amount=1000")
        let fee = bench.get("/v1/application_fees/\(charge["application_fee"]?.stringValue ?? "")")
        #expect(fee["amount"] == 1_000)
        #expect(fee["account"]?.stringValue == Self.shop)
        #expect(fee["charge"]?.stringValue == charge.id)
        #expect(ShapeFit.misfits(fee.body, .resource("application_fee")) == [])
        #expect(worth(bench) == 1_000)
        #expect(worth(shop) == 10_000 - 320 - 1_000)
        let transaction = shop.get(
            "/v1/balance_transactions/\(charge["balance_transaction"]?.stringValue ?? "")")
        #expect(transaction["fee"] == 1_320)
        #expect(
            transaction["fee_details"]?.arrayValue?.compactMap { $0["type"]?.stringValue } == [
                "application_fee", "stripe_fee",
            ])
        _ = shop.post("/v1/refunds", "charge=\(charge.id)&amount=3333&refund_application_fee=true")
        #expect(worth(bench) == 1_000 - 333)
        #expect(worth(shop) == 8_680 - 3_333 + 333)
        _ = shop.post("/v1/refunds", "charge=\(charge.id)&refund_application_fee=true")
        #expect(worth(bench) == 0)
        #expect(worth(shop) == -320)
        #expect(bench.get("/v1/application_fees/\(fee.id)")["refunded"] == true)
        #expect(bench.get("/v1/application_fees/\(fee.id)/refunds").ids.count == 2)
        #expect(bench.post("/v1/application_fees/\(fee.id)/refunds").code == "charge_already_refunded")
        #expect(
            bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa&application_fee_amount=1").param
                == "application_fee_amount")
        #expect(
            shop.post("/v1/charges", "amount=100&currency=usd&source=tok_visa&application_fee_amount=101").code
                == "amount_too_large")
        #expect(shop.get("/v1/application_fees").ids.isEmpty)
    }

    @Test(arguments: [true, false]) func `a destination charge passes its money on`(viaIntent: Bool) {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        let terms = "amount=10000&currency=usd&transfer_data[destination]=\(Self.shop)&application_fee_amount=1234"
        let id =
            viaIntent
            ? bench.post("/v1/payment_intents", "\(terms)&payment_method=pm_card_visa&confirm=true")["latest_charge"]?
                .stringValue ?? ""
            : bench.post("/v1/charges", "\(terms)&source=tok_visa").id
        let charge = bench.get("/v1/charges/\(id)", "expand[]=transfer&expand[]=application_fee")
        let transfer = charge["transfer"]
        #expect(transfer?["amount"] == 10_000)
        #expect(transfer?["source_transaction"]?.stringValue == id)
        #expect(charge["transfer_group"] == transfer?["transfer_group"])
        #expect(charge["application_fee"]?["originating_transaction"]?.stringValue == id)
        let payment = shop.get("/v1/charges/\(transfer?["destination_payment"]?.stringValue ?? "")")
        #expect(payment["application_fee"] == charge["application_fee"]?["id"])
        #expect(worth(shop) == 10_000 - 1_234)
        #expect(worth(bench) == -320 + 1_234)
        #expect(bench.post("/v1/refunds", "charge=\(id)&amount=2500").status == 200)
        #expect(worth(shop) == 8_766)
        let refund = bench.post(
            "/v1/refunds", "charge=\(id)&amount=2500&reverse_transfer=true&refund_application_fee=true")
        #expect(refund["transfer_reversal"]?.stringValue?.hasPrefix("trr_") == true)
        #expect(worth(shop) == 8_766 - 2_500 + 309)
        #expect(worth(bench) == 914 - 2_500 - 309)
        _ = bench.post("/v1/refunds", "charge=\(id)&reverse_transfer=true&refund_application_fee=true")
        #expect(worth(shop) == 0)
        #expect(worth(bench) == -320)
    }

    @Test func `a part goes on to the destination`() {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        let terms = "currency=usd&payment_method=pm_card_visa&confirm=true&transfer_data[destination]=\(Self.shop)"
        _ = bench.post("/v1/payment_intents", "amount=5000&\(terms)&transfer_data[amount]=4000")
        #expect(worth(shop) == 4_000)
        let held = bench.post(
            "/v1/payment_intents", "amount=5000&capture_method=manual&\(terms)&application_fee_amount=500")
        #expect(worth(shop) == 4_000)
        _ = bench.post(
            "/v1/payment_intents/\(held.id)/capture", "amount_to_capture=1000&application_fee_amount=100")
        #expect(worth(shop) == 4_900)
        let path = "/v1/payment_intents"
        #expect(bench.post(path, "amount=500&\(terms)&transfer_data[amount]=501").param == "transfer_data[amount]")
        #expect(
            bench.post(path, "amount=500&\(terms)&transfer_data[amount]=5&application_fee_amount=1").status == 400)
        #expect(
            bench.post(path, "amount=500&currency=usd&transfer_data[destination]=nobody").code == "resource_missing")
        #expect(
            bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa&reverse_transfer=true").status == 400)
    }

    @Test func `the platform debits a connected account`() {
        let bench = Bench()
        let shop = on(Self.shop, bench)
        _ = shop.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        let debit = bench.post("/v1/charges", "amount=3000&currency=usd&source=\(Self.shop)")
        #expect(debit.id.hasPrefix("py_"))
        #expect(balance(bench) == 3_000)
        #expect(balance(shop) == 9_680 - 3_000)
        #expect(
            bench.post("/v1/charges", "amount=6681&currency=usd&source=\(Self.shop)").code == "balance_insufficient")
        _ = bench.post("/v1/refunds", "charge=\(debit.id)")
        #expect(balance(bench) == 0)
        #expect(balance(shop) == 9_680)
    }

    @Test func `only a strict world knows which accounts there are`() {
        let plain = Bench()
        #expect(on("acct_new", plain).get("/v1/balance").status == 200)
        let strict = Bench { $0.isStrict = true }
        let answer = on("acct_new", strict).get("/v1/balance")
        #expect(answer.status == 403)
        #expect(answer.code == "account_invalid")
        #expect(strict.post("/v1/transfers", "amount=1&currency=usd&destination=acct_new").param == "destination")
    }

    @Test func `accounts live through time in one order`() {
        var bench = Bench { $0.clock = .frozen(atUnixSeconds: Bench.start) }
        let shop = on(Self.shop, bench)
        _ = shop.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa&application_fee_amount=100")
        bench.now += 1
        _ = try? bench.host.advanceClock(world: bench.world, bySeconds: 3 * 86_400, atUnixSeconds: bench.now)
        #expect(balance(shop) == 1_000 - 59 - 100)
        #expect(balance(bench) == 100)
        #expect(shop.get("/v1/events", "type=balance.available").ids.count == 1)
    }
}
