import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PayoutTests {
    private static let day = CivilTime.secondsPerDay

    private func on(_ account: String, _ bench: Bench) -> Bench {
        var other = bench
        other.account = account
        return other
    }

    private func available(_ bench: Bench) -> Int64 {
        bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"]?.integerValue ?? 0
    }

    /// A connected account with that bank account and the schedule, and its bench.
    private func seller(_ bench: Bench, _ bank: String = "btok_us_verified", _ schedule: String = "") -> Bench {
        let id = bench.post(
            "/v1/accounts",
            "type=custom&\(AccountTests.person)&\(AccountTests.requested)&\(AccountTests.terms)"
                + "&external_account=\(bank)\(schedule)"
        ).id
        return on(id, bench)
    }

    @Test func `everything that is available leaves every day`() {
        let bench = Bench()
        var shop = seller(bench)
        let charge = shop.post("/v1/charges", "amount=10000&currency=usd&source=tok_visa")
        let late = shop.post("/v1/charges", "amount=5000&currency=usd&source=tok_visa")
        shop.now += 2 * Self.day
        let payouts = shop.get("/v1/payouts")["data"]?.arrayValue ?? []
        #expect(payouts.count == 1)
        #expect(payouts.first?["automatic"] == true)
        #expect(payouts.first?["amount"]?.integerValue == 14_505)
        #expect(payouts.first?["destination"]?.stringValue?.hasPrefix("ba_") == true)
        #expect(ShapeFit.misfits(payouts.first ?? .null, .resource("payout")) == [])
        #expect(available(shop) == 0)
        let id = payouts.first?["id"]?.stringValue ?? ""
        let parts = shop.get("/v1/balance_transactions", "payout=\(id)")["data"]?.arrayValue ?? []
        let sources = parts.compactMap { $0["source"]?.stringValue }
        #expect(Set(sources) == [charge.id, late.id, id])
        #expect(parts.reduce(0) { $0 + ($1["net"]?.integerValue ?? 0) } == 0)
        shop.now += 2 * Self.day
        #expect(shop.get("/v1/payouts/\(id)")["status"] == "paid")
        #expect(shop.get("/v1/payouts/\(id)")["reconciliation_status"] == "completed")
        #expect(shop.get("/v1/payouts").ids.count == 1)
        #expect(shop.get("/v1/payouts", "destination=\(payouts.first?["destination"]?.stringValue ?? "")").ids == [id])
        #expect(shop.get("/v1/balance_transactions", "payout=po_none").param == "payout")
    }

    @Test func `a schedule names its days`() {
        let bench = Bench()
        let schedule = "&settings[payouts][schedule][interval]="
        var weekly = seller(bench, "btok_us", schedule + "weekly&settings[payouts][schedule][weekly_anchor]=monday")
        var monthly = seller(bench, "btok_us", schedule + "monthly&settings[payouts][schedule][monthly_anchor]=31")
        var manual = seller(bench, "btok_us", schedule + "manual")
        for shop in [weekly, monthly, manual] {
            _ = shop.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        }
        // Within 32 days there are a Monday and the last day of a month.
        for _ in 0..<32 {
            weekly.now += Self.day
            monthly.now += Self.day
        }
        manual.now += 32 * Self.day
        let first = weekly.get("/v1/payouts")["data"]?.arrayValue?.first?["created"]?.integerValue ?? 0
        #expect((first / Self.day) % 7 == 4)
        let last = monthly.get("/v1/payouts")["data"]?.arrayValue?.first?["created"]?.integerValue ?? 0
        #expect(CivilTime.date(last + Self.day).day == 1)
        #expect(manual.get("/v1/payouts").ids.isEmpty)
        let settings = manual.post(
            "/v1/balance_settings",
            "payments[payouts][schedule][interval]=daily&payments[payouts][minimum_balance_by_currency][usd]=1000")
        #expect(settings["payments"]?["payouts"]?["schedule"]?["interval"] == "daily")
        #expect(ShapeFit.misfits(settings.body, .resource("balance_settings")) == [])
        manual.now += Self.day
        #expect(manual.get("/v1/payouts").ids.count == 1)
        #expect(available(manual) == 1_000)
        #expect(manual.get("/v1/account")["settings"]?["payouts"]?["schedule"]?["interval"] == "daily")
    }

    @Test(arguments: [
        ("btok_us_verified_noAccount", "no_account"), ("btok_us_verified_accountClosed", "account_closed"),
        ("btok_us_verified_insufficientFunds", "insufficient_funds"),
        ("btok_us_verified_debitNotAuthorized", "debit_not_authorized"),
        ("btok_us_verified_invalidCurrency", "invalid_currency"),
    ]) func `a payout to a failing bank account comes back`(token: String, code: String) {
        let bench = Bench()
        var shop = seller(bench, token, "&settings[payouts][schedule][interval]=manual")
        _ = shop.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        let payout = shop.post("/v1/payouts", "amount=5000&currency=usd")
        #expect(payout.status == 200)
        #expect(available(shop) == 4_680)
        shop.now += 2 * Self.day
        let failed = shop.get("/v1/payouts/\(payout.id)", "expand[]=failure_balance_transaction")
        #expect(failed["status"] == "failed")
        #expect(failed["failure_code"]?.stringValue == code)
        #expect(failed["failure_balance_transaction"]?["type"] == "payout_failure")
        #expect(available(shop) == 9_680)
        let account = bench.get("/v1/accounts/\(shop.account ?? "")")
        #expect(account["external_accounts"]?["data"]?.arrayValue?.first?["status"] == "errored")
        #expect(shop.get("/v1/events", "type=payout.failed").ids.count == 1)
    }

    @Test func `instant payouts cost a fee and take half an hour`() {
        var bench = Bench()
        _ = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        #expect(bench.post("/v1/payouts", "amount=9680&currency=usd&method=instant").code == "balance_insufficient")
        let payout = bench.post(
            "/v1/payouts", "amount=5000&currency=usd&method=instant&expand[]=balance_transaction")
        #expect(payout["balance_transaction"]?["fee"] == 50)
        #expect(available(bench) == 9_680 - 5_050)
        #expect(bench.post("/v1/payouts/\(payout.id)/cancel").status == 400)
        bench.now += 1_800
        #expect(bench.get("/v1/payouts/\(payout.id)")["status"] == "paid")
        let shop = seller(bench)
        _ = shop.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        #expect(
            shop.post("/v1/payouts", "amount=5000&currency=usd&method=instant").code
                == "instant_payouts_unsupported")
        #expect(shop.post("/v1/payouts", "amount=5000&currency=usd&destination=ba_x").param == "destination")
        let restricted = on(bench.post("/v1/accounts", "type=custom").id, bench)
        _ = restricted.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        #expect(restricted.post("/v1/payouts", "amount=1&currency=usd").code == "payouts_not_allowed")
    }

    @Test func `the balance shows what is reserved for connected accounts`() {
        let bench = Bench()
        let shop = seller(bench, "btok_us", "&settings[payouts][schedule][interval]=manual")
        let charge = shop.post("/v1/charges", "amount=1000&currency=usd&source=tok_bypassPending")
        _ = shop.post("/v1/refunds", "charge=\(charge.id)")
        #expect(available(shop) == -59)
        let balance = bench.get("/v1/balance")
        #expect(balance["connect_reserved"]?.arrayValue?.first?["amount"] == 59)
        #expect(shop.get("/v1/balance")["instant_available"]?.arrayValue?.first?["amount"] == 0)
        #expect(ShapeFit.misfits(balance.body, .resource("balance")) == [])
    }
}
