import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct TreasuryTests {
    private static let test = "/v1/test_helpers/treasury"

    private func open(_ bench: Bench) -> String {
        bench.post("/v1/treasury/financial_accounts", "supported_currencies[]=usd").id
    }

    private func fund(_ bench: Bench, _ holder: String, _ amount: Int) -> Bench.Answer {
        bench.post(
            Self.test + "/received_credits", "amount=\(amount)&currency=usd&financial_account=\(holder)&network=ach")
    }

    private func bank(_ bench: Bench) -> String {
        bench.post(
            "/v1/payment_methods",
            "type=us_bank_account&billing_details[name]=A&us_bank_account[account_number]=000123456789"
                + "&us_bank_account[routing_number]=110000000&us_bank_account[account_holder_type]=individual"
        ).id
    }

    /// Cash, what is on its way in, what is on its way out.
    private func balance(_ bench: Bench, _ holder: String) -> [Int64] {
        let balance = bench.get("/v1/treasury/financial_accounts/\(holder)")["balance"]
        return ["cash", "inbound_pending", "outbound_pending"].compactMap { balance?[$0]?["usd"]?.integerValue }
    }

    /// The sum of all entries, which is the balance.
    private func entries(_ bench: Bench, _ holder: String) -> [Int64] {
        let data = bench.get("/v1/treasury/transaction_entries", "financial_account=\(holder)&limit=100")["data"]
        return ["cash", "inbound_pending", "outbound_pending"].map { name in
            (data?.arrayValue ?? []).reduce(0) { $0 + ($1["balance_impact"]?[name]?.integerValue ?? 0) }
        }
    }

    private func standing(_ bench: Bench, _ flow: Bench.Answer) -> JSONValue? {
        bench.get("/v1/treasury/transactions/\(flow["transaction"]?.stringValue ?? "")")["status"]
    }

    @Test func `a financial account has features and is closed when it is empty`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/treasury/financial_accounts",
            "supported_currencies[]=usd&features[card_issuing][requested]=true"
                + "&features[outbound_payments][ach][requested]=true")
        #expect(made["status"] == "open")
        #expect(made["active_features"] == ["card_issuing", "outbound_payments.ach"])
        let features = bench.post(
            "/v1/treasury/financial_accounts/\(made.id)/features",
            "card_issuing[requested]=false&financial_addresses[aba][requested]=true")
        #expect(features["financial_addresses"]?["aba"]?["status"] == "active")
        #expect(bench.get("/v1/treasury/financial_accounts/\(made.id)/features").body == features.body)
        let shown = bench.get("/v1/treasury/financial_accounts/\(made.id)")
        #expect(shown["active_features"] == ["outbound_payments.ach", "financial_addresses.aba"])
        #expect(shown["financial_addresses"]?.arrayValue?.first?["type"] == "aba")
        _ = fund(bench, made.id, 5)
        #expect(bench.post("/v1/treasury/financial_accounts/\(made.id)/close").status == 400)
        _ = bench.post(Self.test + "/received_debits", "amount=5&currency=usd&financial_account=\(made.id)&network=ach")
        #expect(bench.post("/v1/treasury/financial_accounts/\(made.id)/close")["status"] == "closed")
        #expect(fund(bench, made.id, 5)["failure_code"] == "account_closed")
        #expect(bench.post("/v1/treasury/financial_accounts", "supported_currencies[]=eur").status == 400)
        #expect(bench.get("/v1/treasury/financial_accounts", "status=open").ids == [])
    }

    @Test func `money comes in from a bank, and may go back`() {
        let bench = Bench()
        let holder = open(bench)
        let pull = {
            bench.post(
                "/v1/treasury/inbound_transfers",
                "amount=700&currency=usd&financial_account=\(holder)&origin_payment_method=\(self.bank(bench))")
        }
        let made = pull()
        #expect(made["status"] == "processing")
        #expect(made["origin_payment_method_details"]?["us_bank_account"]?["last4"] == "6789")
        #expect(balance(bench, holder) == [0, 700, 0])
        #expect(standing(bench, made) == "open")
        #expect(bench.post(Self.test + "/inbound_transfers/\(made.id)/return").status == 400)
        #expect(bench.post(Self.test + "/inbound_transfers/\(made.id)/succeed")["status"] == "succeeded")
        #expect(balance(bench, holder) == [700, 0, 0])
        #expect(standing(bench, made) == "posted")
        #expect(bench.post(Self.test + "/inbound_transfers/\(made.id)/return")["returned"] == true)
        #expect(bench.post(Self.test + "/inbound_transfers/\(made.id)/return").status == 400)
        #expect(balance(bench, holder) == [0, 0, 0])
        let failed = pull()
        let failure = bench.post(
            Self.test + "/inbound_transfers/\(failed.id)/fail", "failure_details[code]=insufficient_funds")
        #expect(failure["failure_details"]?["code"] == "insufficient_funds")
        #expect(standing(bench, failed) == "void")
        let canceled = pull().id
        #expect(bench.post("/v1/treasury/inbound_transfers/\(canceled)/cancel")["status"] == "canceled")
        #expect(bench.post("/v1/treasury/inbound_transfers/\(canceled)/cancel").status == 400)
        #expect(balance(bench, holder) == [0, 0, 0])
        #expect(entries(bench, holder) == [0, 0, 0])
        #expect(
            bench.get("/v1/treasury/inbound_transfers", "financial_account=\(holder)&status=failed").ids == [failed.id])
    }

    @Test(arguments: ["outbound_payment", "outbound_transfer"])
    func `money goes out, is posted, returned, fails or is called off`(type: String) {
        let bench = Bench()
        let holder = open(bench)
        _ = fund(bench, holder, 1_000)
        let send = { (amount: Int) in
            bench.post(
                "/v1/treasury/\(type)s",
                "amount=\(amount)&currency=usd&financial_account=\(holder)"
                    + "&destination_payment_method=\(self.bank(bench))")
        }
        #expect(send(1_001).code == "balance_insufficient")
        let made = send(400)
        #expect(made["status"] == "processing")
        #expect(balance(bench, holder) == [600, 0, 400])
        let path = Self.test + "/\(type)s/\(made.id)"
        #expect(bench.post(path + "/return").status == 400)
        #expect(bench.post(path + "/post")["status"] == "posted")
        #expect(balance(bench, holder) == [600, 0, 0])
        #expect(standing(bench, made) == "posted")
        #expect(bench.post("/v1/treasury/\(type)s/\(made.id)/cancel").status == 400)
        let returned = bench.post(path + "/return", "returned_details[code]=no_account")
        #expect(returned["status"] == "returned")
        #expect(returned["returned_details"]?["code"] == "no_account")
        #expect(balance(bench, holder) == [1_000, 0, 0])
        let failed = send(300)
        #expect(bench.post(Self.test + "/\(type)s/\(failed.id)/fail")["status"] == "failed")
        let canceled = send(200)
        #expect(bench.post("/v1/treasury/\(type)s/\(canceled.id)/cancel")["status"] == "canceled")
        #expect(standing(bench, canceled) == "void")
        #expect(balance(bench, holder) == [1_000, 0, 0])
        #expect(entries(bench, holder) == [1_000, 0, 0])
        let types = bench.get("/v1/events", "type=treasury.\(type).*&limit=20").body["data"]?.arrayValue
        #expect(
            Set(types?.compactMap { $0["type"]?.stringValue?.split(separator: ".").last } ?? []) == [
                "created", "posted", "returned", "failed", "canceled",
            ])
    }

    @Test func `what others send and take can be reversed`() {
        var bench = Bench()
        let holder = open(bench)
        let credit = fund(bench, holder, 900)
        #expect(credit["status"] == "succeeded")
        let debit = { (amount: Int) in
            bench.post(
                Self.test + "/received_debits", "amount=\(amount)&currency=usd&financial_account=\(holder)&network=ach")
        }
        let short = debit(901)
        #expect(short["failure_code"] == "insufficient_funds")
        #expect(short["transaction"] == .null)
        let taken = debit(300)
        #expect(balance(bench, holder) == [600, 0, 0])
        #expect(bench.post("/v1/treasury/credit_reversals", "received_credit=\(credit.id)").param == "amount")
        let back = bench.post("/v1/treasury/debit_reversals", "received_debit=\(taken.id)")
        #expect(back["status"] == "processing")
        #expect(balance(bench, holder) == [600, 300, 0])
        #expect(bench.post("/v1/treasury/debit_reversals", "received_debit=\(taken.id)").param == "received_debit")
        bench.now += 86_400
        #expect(bench.get("/v1/treasury/debit_reversals/\(back.id)")["status"] == "succeeded")
        #expect(balance(bench, holder) == [900, 0, 0])
        let sent = bench.post("/v1/treasury/credit_reversals", "received_credit=\(credit.id)")
        #expect(balance(bench, holder) == [0, 0, 900])
        bench.now += 86_400
        #expect(bench.get("/v1/treasury/credit_reversals/\(sent.id)")["status"] == "posted")
        #expect(balance(bench, holder) == [0, 0, 0])
        #expect(entries(bench, holder) == [0, 0, 0])
        let linked = bench.get("/v1/treasury/received_credits/\(credit.id)")["linked_flows"]
        #expect(linked?["credit_reversal"] == .string(sent.id))
    }

    /// Random flows and steps; after each the balance is the sum of the entries and nothing is below zero.
    @Test func `balances are the sums of their entries, whatever happens`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        let bench = Bench()
        let holder = open(bench)
        let bank = bank(bench)
        var flows: [(path: String, id: String)] = []
        for _ in 1...150 {
            let amount = Int.random(in: 1...500, using: &dice)
            let common = "amount=\(amount)&currency=usd&financial_account=\(holder)"
            switch Int.random(in: 0...5, using: &dice) {
            case 0: _ = fund(bench, holder, amount)
            case 1: _ = bench.post(Self.test + "/received_debits", common + "&network=ach")
            case 2:
                let made = bench.post("/v1/treasury/inbound_transfers", common + "&origin_payment_method=\(bank)")
                flows.append(("inbound_transfers", made.id))
            case 3:
                let kind = Bool.random(using: &dice) ? "outbound_payments" : "outbound_transfers"
                let made = bench.post("/v1/treasury/\(kind)", common + "&destination_payment_method=\(bank)")
                if made.status == 200 { flows.append((kind, made.id)) }
            default:
                guard let flow = flows.randomElement(using: &dice) else { continue }
                let verbs = flow.path == "inbound_transfers" ? ["succeed", "fail"] : ["post", "fail", "return"]
                _ = bench.post(Self.test + "/\(flow.path)/\(flow.id)/\(verbs.randomElement(using: &dice) ?? "fail")")
            }
        }
        var sums: [Int64] = [0, 0, 0]
        var cursor = ""
        while true {
            let page = bench.get(
                "/v1/treasury/transaction_entries", "financial_account=\(holder)&limit=100" + cursor)
            for entry in page["data"]?.arrayValue ?? [] {
                for (index, name) in ["cash", "inbound_pending", "outbound_pending"].enumerated() {
                    sums[index] += entry["balance_impact"]?[name]?.integerValue ?? 0
                }
            }
            guard page["has_more"] == true, let last = page.ids.last else { break }
            cursor = "&starting_after=\(last)"
        }
        #expect(balance(bench, holder) == sums, "seed \(seed)")
        #expect(balance(bench, holder).allSatisfy { $0 >= 0 }, "seed \(seed)")
    }
}
