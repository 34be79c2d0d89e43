import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Random operations over a platform and three connected accounts, against a model that is nothing but sums, with the
/// audit's word on it at the end.
@Suite struct ConnectModelTests {
    /// One charge and what may still be done to it.
    private struct Payment {
        let account: Int
        let id: String
        var authorised: Int64
        var captured: Int64
        var refunded: Int64 = 0
        var isHeld: Bool
        /// The platform's fee: of a direct charge, or of the payment at the destination.
        var fee: Int64 = 0
        var feeBack: Int64 = 0
        var feeID: String?
        /// What went on to another account, and what came back.
        var destination: Int?
        var passedOn: Int64 = 0
        var cameBack: Int64 = 0
        var isDisputed = false
    }

    private struct Transfer {
        let id: String
        let destination: Int
        let amount: Int64
        var reversed: Int64 = 0
    }

    /// What the accounts are worth, and what there is to act on.
    private struct Model {
        var worth: [Int64] = [0, 0, 0, 0]
        var payments: [Payment] = []
        var transfers: [Transfer] = []
    }

    /// The benches of the four accounts, the platform first, with one clock.
    private struct Benches {
        var all: [Bench]
        var platform: Bench { all[0] }

        init() {
            var bench = Bench()
            bench.world = "connect"
            all = [bench]
            for _ in 0..<3 {
                var other = bench
                other.account =
                    bench.post(
                        "/v1/accounts",
                        "type=custom&\(AccountTests.person)&\(AccountTests.requested)&\(AccountTests.terms)"
                            + "&external_account=btok_us_verified&settings[payouts][schedule][interval]=manual"
                    ).id
                all.append(other)
            }
        }

        mutating func wait(_ seconds: Int64) {
            for index in all.indices { all[index].now += seconds }
        }

        func id(_ index: Int) -> String { all[index].account ?? "" }
    }

    @Test(arguments: 0..<3) func `random operations over four accounts keep the money together`(_: Int) throws {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var benches = Benches()
        var model = Model()
        for step in 0..<700 {
            let note = Comment("seed \(seed), step \(step)")
            switch Int.random(in: 0..<16, using: &dice) {
            case 0, 1: charge(benches, &model, &dice, note)
            case 2, 3: passOn(benches, &model, &dice, note)
            case 4: capture(benches, &model, &dice, note)
            case 5, 6, 7: refund(benches, &model, &dice, note)
            case 8: refundFee(benches, &model, &dice, note)
            case 9: transfer(benches, &model, &dice, note)
            case 10: reverse(benches, &model, &dice, note)
            case 11: payOut(benches, &model, &dice, note)
            case 12: topUp(&benches, &model, &dice, note)
            case 13: dispute(benches, &model, &dice, note)
            case 14: debit(benches, &model, &dice, note)
            default: benches.wait(Int64.random(in: 0...30_000, using: &dice))
            }
        }
        benches.wait(9 * CivilTime.secondsPerDay)
        for index in model.payments.indices where model.payments[index].isHeld {
            model.payments[index].isHeld = false
        }
        check(benches, model, Comment("seed \(seed)"))
    }

    private func check(_ benches: Benches, _ model: Model, _ note: Comment) {
        for (index, bench) in benches.all.enumerated() {
            #expect(worth(bench) == model.worth[index], "account \(index), \(note)")
        }
        let audit = try? benches.platform.host.audit(world: "connect")
        #expect(audit?.findings ?? [] == [], note)
        #expect(audit?.accountCount == 4)
        for payment in model.payments {
            let charge = benches.all[payment.account].get("/v1/charges/\(payment.id)")
            #expect(charge["amount_captured"]?.integerValue == payment.captured, note)
            guard let fee = payment.feeID else { continue }
            let kept = benches.platform.get("/v1/application_fees/\(fee)")
            #expect(kept["amount_refunded"]?.integerValue == payment.feeBack, note)
        }
    }

    private func worth(_ bench: Bench) -> Int64 {
        let balance = bench.get("/v1/balance")
        return ["available", "pending"].reduce(Int64(0)) { sum, part in
            sum + (balance[part]?.arrayValue ?? []).reduce(Int64(0)) { $0 + ($1["amount"]?.integerValue ?? 0) }
        }
    }

    private func available(_ bench: Bench) -> Int64 {
        bench.get("/v1/balance")["available"]?.arrayValue?.first { $0["currency"] == "usd" }?["amount"]?.integerValue
            ?? 0
    }

    /// An amount up to what is left: all of it, a little more, or a part.
    private func near(_ left: Int64, _ dice: inout Dice) -> Int64 {
        switch Int.random(in: 0..<6, using: &dice) {
        case 0, 1: max(1, left)
        case 2: left + Int64.random(in: 1...3, using: &dice)
        default: Int64.random(in: 1...max(1, left), using: &dice)
        }
    }

    /// What Stripe takes of a card payment in US dollars, worked out by itself.
    private func stripeFee(_ amount: Int64) -> Int64 { min(amount, (amount * 29 + 500) / 1_000 + 30) }

    /// A part of one amount that follows a part of another: rounded half up, the rest with the last part.
    private func share(_ total: Int64, done: Int64, part: Int64, whole: Int64, isLast: Bool) -> Int64 {
        isLast ? total - done : min(total - done, (2 * total * part + whole) / (2 * whole))
    }
}

// MARK: Payments

extension ConnectModelTests {
    /// A charge of an account's own, with a fee when it is a connected one.
    private func charge(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let index = Int.random(in: 0..<4, using: &dice)
        let amount = Int64.random(in: 100...20_000, using: &dice)
        let holds = Int.random(in: 0..<4, using: &dice) == 0
        let fee = index == 0 ? 0 : Int64.random(in: 0...amount / 4, using: &dice)
        let token = ["tok_visa", "tok_bypassPending"].randomElement(using: &dice) ?? "tok_visa"
        let terms = fee > 0 ? "&application_fee_amount=\(fee)" : ""
        let answer = benches.all[index].post(
            "/v1/charges", "amount=\(amount)&currency=usd&source=\(token)&capture=\(!holds)\(terms)")
        #expect(answer.status == 200, note)
        model.payments.append(
            Payment(
                account: index, id: answer.id, authorised: amount, captured: holds ? 0 : amount, isHeld: holds,
                fee: fee,
                feeID: answer["application_fee"]?.stringValue))
        if !holds { settle(&model, model.payments.count - 1) }
    }

    /// A charge of the platform whose money goes on.
    private func passOn(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let destination = Int.random(in: 1..<4, using: &dice)
        let amount = Int64.random(in: 100...20_000, using: &dice)
        let fee = Int64.random(in: 0...amount / 3, using: &dice)
        let isPart = Bool.random(using: &dice)
        let part = Int64.random(in: 1...amount, using: &dice)
        let terms =
            isPart ? "&transfer_data[amount]=\(part)" : fee > 0 ? "&application_fee_amount=\(fee)" : ""
        let intent = benches.platform.post(
            "/v1/payment_intents",
            "amount=\(amount)&currency=usd&payment_method=pm_card_visa&confirm=true"
                + "&transfer_data[destination]=\(benches.id(destination))\(terms)&expand[]=latest_charge")
        #expect(intent.status == 200, note)
        let charge = intent["latest_charge"]
        model.payments.append(
            Payment(
                account: 0, id: charge?["id"]?.stringValue ?? "", authorised: amount, captured: amount, isHeld: false,
                fee: isPart ? 0 : fee, feeID: charge?["application_fee"]?.stringValue, destination: destination,
                passedOn: isPart ? part : amount))
        settle(&model, model.payments.count - 1)
    }

    /// Money of a charge comes in.
    private func settle(_ model: inout Model, _ index: Int) {
        let payment = model.payments[index]
        model.worth[payment.account] += payment.captured - stripeFee(payment.captured)
        model.worth[0] += payment.fee
        if let destination = payment.destination {
            model.worth[0] -= payment.passedOn
            model.worth[destination] += payment.passedOn - payment.fee
        } else {
            model.worth[payment.account] -= payment.fee
        }
    }

    private func capture(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        guard let index = model.payments.indices.filter({ model.payments[$0].isHeld }).randomElement(using: &dice)
        else { return }
        let payment = model.payments[index]
        let amount = max(near(payment.authorised, &dice), payment.fee)
        let answer = benches.all[payment.account].post("/v1/charges/\(payment.id)/capture", "amount=\(amount)")
        let lapsed = benches.all[payment.account].get("/v1/charges/\(payment.id)")["refunded"] == true
        #expect((answer.status == 200) == (amount <= payment.authorised && !lapsed), note)
        if answer.status == 200 {
            model.payments[index].captured = amount
            model.payments[index].feeID = answer["application_fee"]?.stringValue
            settle(&model, index)
        }
        if answer.status == 200 || lapsed { model.payments[index].isHeld = false }
    }

    private func refund(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        guard let index = model.payments.indices.randomElement(using: &dice) else { return }
        var payment = model.payments[index]
        guard !payment.isHeld, payment.captured > 0, !payment.isDisputed else { return }
        let left = payment.captured - payment.refunded
        let amount = near(left, &dice)
        let reverses = payment.destination != nil && Bool.random(using: &dice)
        let refundsFee = payment.feeID != nil && Bool.random(using: &dice)
        let answer = benches.all[payment.account].post(
            "/v1/refunds",
            "charge=\(payment.id)&amount=\(amount)" + (reverses ? "&reverse_transfer=true" : "")
                + (refundsFee ? "&refund_application_fee=true" : ""))
        #expect((answer.status == 200) == (amount >= 1 && amount <= left), note)
        guard answer.status == 200 else { return }
        let isLast = payment.refunded + amount == payment.captured
        payment.refunded += amount
        model.worth[payment.account] -= amount
        var back = 0 as Int64
        if reverses, let destination = payment.destination {
            back = share(
                payment.passedOn, done: payment.cameBack, part: amount, whole: payment.captured, isLast: isLast)
            model.worth[0] += back
            model.worth[destination] -= back
            payment.cameBack += back
        }
        if refundsFee { giveFeeBack(&model, &payment, amount: amount, back: reverses ? back : nil, isLast: isLast) }
        model.payments[index] = payment
    }

    /// - Parameter back: what the destination gave back, if it did: the fee follows that part of its payment.
    private func giveFeeBack(
        _ model: inout Model, _ payment: inout Payment, amount: Int64, back: Int64?, isLast: Bool
    ) {
        var fee = 0 as Int64
        if let back {
            guard back > 0 else { return }
            fee = share(
                payment.fee, done: payment.feeBack, part: back, whole: payment.passedOn,
                isLast: payment.cameBack == payment.passedOn)
        } else {
            fee = share(payment.fee, done: payment.feeBack, part: amount, whole: payment.captured, isLast: isLast)
        }
        payment.feeBack += fee
        model.worth[0] -= fee
        model.worth[payment.destination ?? payment.account] += fee
    }

    private func refundFee(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        guard let index = model.payments.indices.filter({ model.payments[$0].feeID != nil }).randomElement(using: &dice)
        else { return }
        let payment = model.payments[index]
        let amount = near(payment.fee - payment.feeBack, &dice)
        let answer = benches.platform.post(
            "/v1/application_fees/\(payment.feeID ?? "")/refunds", "amount=\(amount)")
        #expect((answer.status == 200) == (amount <= payment.fee - payment.feeBack), note)
        guard answer.status == 200 else { return }
        model.payments[index].feeBack += amount
        model.worth[0] -= amount
        model.worth[payment.destination ?? payment.account] += amount
    }

    private func dispute(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let index = Int.random(in: 0..<4, using: &dice)
        let amount = Int64.random(in: 100...9_000, using: &dice)
        let bench = benches.all[index]
        let charge = bench.post("/v1/charges", "amount=\(amount)&currency=usd&source=tok_createDispute")
        #expect(charge.status == 200, note)
        model.payments.append(
            Payment(
                account: index, id: charge.id, authorised: amount, captured: amount, isHeld: false, isDisputed: true))
        settle(&model, model.payments.count - 1)
        let dispute = bench.get("/v1/disputes", "charge=\(charge.id)").ids.first ?? ""
        model.worth[index] -= amount + 1_500
        let wins = Bool.random(using: &dice)
        let answer = bench.post(
            "/v1/disputes/\(dispute)",
            "evidence[uncategorized_text]=\(wins ? "winning" : "losing")_evidence&submit=true")
        #expect(answer["status"]?.stringValue == (wins ? "won" : "lost"), note)
        if wins { model.worth[index] += amount }
    }
}

// MARK: Balances

extension ConnectModelTests {
    private func transfer(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let destination = Int.random(in: 1..<4, using: &dice)
        let amount = Int64.random(in: 1...8_000, using: &dice)
        let covered = amount <= available(benches.platform)
        let answer = benches.platform.post(
            "/v1/transfers", "amount=\(amount)&currency=usd&destination=\(benches.id(destination))")
        #expect((answer.status == 200) == covered, note)
        guard covered else { return }
        model.transfers.append(Transfer(id: answer.id, destination: destination, amount: amount))
        model.worth[0] -= amount
        model.worth[destination] += amount
    }

    /// The platform takes a transfer back, or its destination sends it back.
    private func reverse(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        guard let index = model.transfers.indices.randomElement(using: &dice) else { return }
        let transfer = model.transfers[index]
        let left = transfer.amount - transfer.reversed
        let amount = near(left, &dice)
        let payment =
            benches.platform.get("/v1/transfers/\(transfer.id)")["destination_payment"]?.stringValue ?? ""
        let answer =
            Bool.random(using: &dice)
            ? benches.platform.post("/v1/transfers/\(transfer.id)/reversals", "amount=\(amount)")
            : benches.all[transfer.destination].post("/v1/refunds", "charge=\(payment)&amount=\(amount)")
        #expect((answer.status == 200) == (amount <= left), note)
        guard answer.status == 200 else { return }
        model.transfers[index].reversed += amount
        model.worth[0] += amount
        model.worth[transfer.destination] -= amount
    }

    private func payOut(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let index = Int.random(in: 0..<4, using: &dice)
        let bench = benches.all[index]
        let amount = Int64.random(in: 1...6_000, using: &dice)
        let isInstant = index == 0 && Bool.random(using: &dice)
        let fee = isInstant ? max((amount + 50) / 100, 30) : 0
        let covered = amount + fee <= available(bench)
        let answer = bench.post(
            "/v1/payouts", "amount=\(amount)&currency=usd&method=\(isInstant ? "instant" : "standard")")
        #expect((answer.status == 200) == covered, note)
        guard covered else { return }
        model.worth[index] -= amount + fee
        guard !isInstant, Bool.random(using: &dice) else { return }
        #expect(bench.post("/v1/payouts/\(answer.id)/cancel").status == 200, note)
        model.worth[index] += amount
    }

    private func topUp(_ benches: inout Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let amount = Int64.random(in: 1...4_000, using: &dice)
        #expect(benches.platform.post("/v1/topups", "amount=\(amount)&currency=usd").status == 200, note)
        model.worth[0] += amount
        benches.wait(2 * CivilTime.secondsPerDay)
    }

    private func debit(_ benches: Benches, _ model: inout Model, _ dice: inout Dice, _ note: Comment) {
        let index = Int.random(in: 1..<4, using: &dice)
        let amount = Int64.random(in: 50...3_000, using: &dice)
        let covered = amount <= available(benches.all[index])
        let answer = benches.platform.post(
            "/v1/charges", "amount=\(amount)&currency=usd&source=\(benches.id(index))")
        #expect((answer.status == 200) == covered, note)
        guard covered else { return }
        model.worth[0] += amount
        model.worth[index] -= amount
        guard Bool.random(using: &dice) else { return }
        let part = Int64.random(in: 1...amount, using: &dice)
        #expect(benches.platform.post("/v1/refunds", "charge=\(answer.id)&amount=\(part)").status == 200, note)
        model.worth[0] -= part
        model.worth[index] += part
    }
}
