import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Random payments against a model that is nothing but a few sums.
@Suite struct MoneyModelTests {
    /// What one payment must look like.
    struct Payment {
        let charge: String
        let intent: String?
        var authorised: Int64
        var captured: Int64
        var returned: Int64
        var isHeld: Bool
    }

    @Test(arguments: 0..<5) func `random operations keep the money together`(_: Int) throws {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var bench = Bench()
        var payments: [Payment] = []
        var moved: Int64 = 0
        for step in 0..<160 {
            let note = Comment("seed \(seed), step \(step)")
            switch Int.random(in: 0..<12, using: &dice) {
            case 0...3: pay(bench, &payments, &dice, note)
            case 4, 5: capture(bench, &payments, &dice, note)
            case 6, 7: refund(bench, &payments, &dice, note)
            case 8: cancel(bench, &payments, &dice, note)
            case 9: moved += payOut(bench, &dice, note)
            case 10: moved += topUp(&bench, &dice, note)
            default: bench.now += Int64.random(in: 0...40_000, using: &dice)
            }
        }
        // Authorisations that lapsed while time passed were given back whole.
        for index in payments.indices where payments[index].isHeld {
            let charge = bench.get("/v1/charges/\(payments[index].charge)")
            if charge["refunded"] == true { payments[index].isHeld = false }
        }
        check(bench, payments, moved: moved, Comment("seed \(seed)"))
    }

    /// - Returns: what left the balance, as a negative amount.
    private func payOut(_ bench: Bench, _ dice: inout Dice, _ note: Comment) -> Int64 {
        let amount = Int64.random(in: 1...4_000, using: &dice)
        let available =
            bench.get("/v1/balance")["available"]?.arrayValue?
            .first { $0["currency"] == "usd" }?["amount"]?.integerValue ?? 0
        let payout = bench.post("/v1/payouts", "amount=\(amount)&currency=usd")
        #expect((payout.status == 200) == (amount <= available), note)
        guard payout.status == 200, Bool.random(using: &dice) else { return payout.status == 200 ? -amount : 0 }
        #expect(bench.post("/v1/payouts/\(payout.id)/cancel").status == 200, note)
        return 0
    }

    /// - Returns: what came onto the balance.
    private func topUp(_ bench: inout Bench, _ dice: inout Dice, _ note: Comment) -> Int64 {
        let amount = Int64.random(in: 1...4_000, using: &dice)
        #expect(bench.post("/v1/topups", "amount=\(amount)&currency=usd").status == 200, note)
        bench.now += 2 * CivilTime.secondsPerDay
        return amount
    }

    private func pay(_ bench: Bench, _ payments: inout [Payment], _ dice: inout Dice, _ note: Comment) {
        let amount = Int64.random(in: 50...5_000, using: &dice)
        let holds = Bool.random(using: &dice)
        let currency = ["usd", "eur", "gbp"].randomElement(using: &dice) ?? "usd"
        if Bool.random(using: &dice) {
            let charge = bench.post(
                "/v1/charges", "amount=\(amount)&currency=\(currency)&source=tok_visa&capture=\(!holds)")
            #expect(charge.status == 200, note)
            payments.append(
                Payment(
                    charge: charge.id, intent: nil, authorised: amount, captured: holds ? 0 : amount, returned: 0,
                    isHeld: holds))
        } else {
            let intent = bench.post(
                "/v1/payment_intents",
                "amount=\(amount)&currency=\(currency)&payment_method=pm_card_visa&confirm=true"
                    + "&capture_method=\(holds ? "manual" : "automatic")")
            #expect(intent.status == 200, note)
            payments.append(
                Payment(
                    charge: intent["latest_charge"]?.stringValue ?? "", intent: intent.id, authorised: amount,
                    captured: holds ? 0 : amount, returned: 0, isHeld: holds))
        }
    }

    private func capture(_ bench: Bench, _ payments: inout [Payment], _ dice: inout Dice, _ note: Comment) {
        guard let index = payments.indices.randomElement(using: &dice) else { return }
        let payment = payments[index]
        let amount = Int64.random(in: 1...payment.authorised * 2, using: &dice)
        let answer =
            payment.intent.map { bench.post("/v1/payment_intents/\($0)/capture", "amount_to_capture=\(amount)") }
            ?? bench.post("/v1/charges/\(payment.charge)/capture", "amount=\(amount)")
        if answer.status == 200 {
            #expect(payment.isHeld, note)
            #expect(amount <= payment.authorised, note)
            payments[index].captured = amount
            payments[index].isHeld = false
        } else {
            let lapsed = bench.get("/v1/charges/\(payment.charge)")["refunded"] == true
            #expect(!payment.isHeld || amount > payment.authorised || lapsed, note)
        }
    }

    private func refund(_ bench: Bench, _ payments: inout [Payment], _ dice: inout Dice, _ note: Comment) {
        guard let index = payments.indices.randomElement(using: &dice), !payments[index].isHeld else { return }
        let left = payments[index].captured - payments[index].returned
        let amount = Int64.random(in: 1...max(2, left * 2), using: &dice)
        let answer = bench.post("/v1/refunds", "charge=\(payments[index].charge)&amount=\(amount)")
        #expect((answer.status == 200) == (amount <= left), note)
        if answer.status == 200 { payments[index].returned += amount }
    }

    private func cancel(_ bench: Bench, _ payments: inout [Payment], _ dice: inout Dice, _ note: Comment) {
        guard let index = payments.indices.randomElement(using: &dice), let intent = payments[index].intent else {
            return
        }
        let answer = bench.post("/v1/payment_intents/\(intent)/cancel")
        if answer.status == 200 {
            #expect(payments[index].isHeld, note)
            payments[index].isHeld = false
        }
    }

    /// The account, its transactions and the payments must say the same.
    private func check(_ bench: Bench, _ payments: [Payment], moved: Int64, _ note: Comment) {
        var nets: [String: Int64] = [:]
        var gross: Int64 = 0
        for transaction in everything(bench, "/v1/balance_transactions") {
            let net = transaction["net"]?.integerValue ?? 0
            let amount = transaction["amount"]?.integerValue ?? 0
            #expect(net == amount - (transaction["fee"]?.integerValue ?? 0), note)
            nets[transaction["currency"]?.stringValue ?? "", default: 0] += net
            gross += amount
        }
        #expect(gross == payments.reduce(moved) { $0 + $1.captured - $1.returned }, note)
        let balance = bench.get("/v1/balance")
        for currency in nets.keys {
            let sum = ["available", "pending"].reduce(Int64(0)) { sum, part in
                sum
                    + (balance[part]?.arrayValue?.first { $0["currency"]?.stringValue == currency }?["amount"]?
                        .integerValue ?? 0)
            }
            #expect(sum == nets[currency], note)
        }
        for payment in payments {
            let charge = bench.get("/v1/charges/\(payment.charge)")
            #expect(charge["amount_captured"]?.integerValue == payment.captured, note)
            let released = payment.isHeld ? 0 : payment.authorised - payment.captured
            #expect(charge["amount_refunded"]?.integerValue == released + payment.returned, note)
            let refunds = everything(bench, "/v1/refunds", "charge=\(payment.charge)&")
            #expect(
                refunds.reduce(0) { $0 + ($1["amount"]?.integerValue ?? 0) } == released + payment.returned, note)
        }
    }

    /// All elements of a list, page by page.
    private func everything(_ bench: Bench, _ path: String, _ query: String = "") -> [JSONValue] {
        var found: [JSONValue] = []
        while true {
            let cursor = found.last?["id"]?.stringValue.map { "&starting_after=\($0)" } ?? ""
            let page = bench.get(path, "\(query)limit=37\(cursor)")
            found += page["data"]?.arrayValue ?? []
            guard page["has_more"] == true else { return found }
        }
    }
}
