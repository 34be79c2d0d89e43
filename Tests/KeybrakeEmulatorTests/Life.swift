import KeybrakeStripe

@testable import KeybrakeEmulator

/// A long mixed life of a world: random calls of many families, passing time, deliveries. The same dice make the same
/// calls, whichever world they are made in.
struct Life {
    private var dice: Dice
    /// Ids by the kind of object, as the answers gave them.
    private var ids: [String: [String]] = [:]
    private var turn = 0

    init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    /// One step, and the bytes of what came back.
    mutating func step(_ bench: Bench) -> [UInt8] {
        turn += 1
        var bench = bench
        bench.account = chance(12) ? "acct_neighbour\(number(0..<2))" : nil
        switch number(0..<20) {
        case 0: return pass(bench)
        case 1: return deliver(bench)
        case 2...4: return read(bench)
        default: return write(bench)
        }
    }

    private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &dice) }
    private mutating func chance(_ one: Int) -> Bool { number(0..<one) == 0 }
    private mutating func one(_ choices: [String]) -> String { choices[number(0..<choices.count)] }
    /// An object that was made, more often a late one, or one that was not.
    private mutating func known(_ kind: String) -> String {
        guard let all = ids[kind], !all.isEmpty, !chance(40) else { return "\(kind)_unknown" }
        return all[Swift.max(number(0..<all.count), number(0..<all.count))]
    }

    private mutating func note(_ answer: Bench.Answer, _ bench: Bench) -> [UInt8] {
        if answer.status == 200, bench.account == nil, let kind = answer["object"]?.stringValue, !answer.id.isEmpty,
            ids[kind]?.contains(answer.id) != true
        {
            ids[kind, default: []].append(answer.id)
        }
        return answer.bytes
    }

    private mutating func pass(_ bench: Bench) -> [UInt8] {
        let seconds = Int64(one(["60", "3600", "86400", "259200", "2700000"])) ?? 0
        let time = try? bench.host.advanceClock(world: bench.world, bySeconds: seconds, atUnixSeconds: bench.now)
        return Array("\(time ?? 0)".utf8)
    }

    private mutating func deliver(_ bench: Bench) -> [UInt8] {
        var bytes: [UInt8] = []
        for delivery in bench.host.takeDeliveries(world: bench.world, limit: 5, atUnixSeconds: bench.now) {
            bytes += delivery.body + Array("\(delivery.id) \(delivery.signature) \(delivery.attempt)".utf8)
            guard !chance(6) else { continue }
            let status = chance(3) ? (chance(2) ? 500 : nil) : 200
            bench.host.report(
                delivery, status: status, response: "thanks", world: bench.world, atUnixSeconds: bench.now)
        }
        return bytes
    }

    private mutating func read(_ bench: Bench) -> [UInt8] {
        let kinds = [
            "charges", "customers", "payment_intents", "refunds", "events", "invoices", "balance_transactions",
        ]
        let path = "/v1/\(one(kinds))"
        switch number(0..<6) {
        case 0: return bench.get("/v1/balance").bytes
        case 1:
            return bench.get("/v1/charges/\(known("charge"))", "expand[]=customer&expand[]=balance_transaction").bytes
        case 2: return bench.get("/v1/payment_intents", "customer=\(known("customer"))&limit=3").bytes
        case 3: return bench.get(path, "created[gte]=\(1_700_000_000 + number(0..<900_000))&limit=4").bytes
        case 4: return bench.get("/v1/charges", "limit=5&ending_before=\(known("charge"))").bytes
        default: return bench.get(path, "limit=\(number(1..<20))").bytes
        }
    }

    private mutating func write(_ bench: Bench) -> [UInt8] {
        let key = chance(3) ? "key-\(number(0..<60))" : nil
        let (path, form) = call()
        guard path.hasPrefix("DELETE ") else { return note(bench.post(path, form, key: key), bench) }
        return note(bench.delete(String(path.dropFirst("DELETE ".count))), bench)
    }

    private mutating func call() -> (path: String, form: String) {
        let amount = number(50..<90_000)
        let currency = one(["usd", "eur", "jpy"])
        let money = "amount=\(amount)&currency=\(currency)"
        let customer = known("customer")
        let cards = [
            "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired",
            "pm_card_createDispute", "pm_card_pendingRefund", "pm_card_bypassPending",
        ]
        let tokens = ["tok_visa", "tok_mastercard", "tok_chargeDeclined", "tok_createDispute", "tok_refundFail"]
        switch number(0..<26) {
        case 0, 1: return ("/v1/customers", "email=\(turn)@example.com&source=\(one(tokens))")
        case 2: return ("/v1/customers/\(customer)", "metadata[turn]=\(turn)&name=N%C3%A4me+%22\(turn)%22")
        case 3: return (chance(4) ? "DELETE /v1/customers/\(customer)" : "/v1/customers/\(customer)", "description=x")
        case 4, 5: return ("/v1/charges", "\(money)&source=\(one(tokens))&capture=\(chance(4) ? "false" : "true")")
        case 6: return ("/v1/charges", "\(money)&customer=\(customer)&description=\(turn)")
        case 7: return ("/v1/charges/\(known("charge"))/capture", "")
        case 8: return ("/v1/charges/\(known("charge"))", "description=changed+\(turn)")
        case 9, 10:
            let method = chance(4) ? "manual" : "automatic"
            return (
                "/v1/payment_intents",
                "\(money)&payment_method=\(one(cards))&confirm=\(chance(3) ? "false" : "true")&capture_method=\(method)"
                    + "&payment_method_types[]=card"
            )
        case 11: return ("/v1/payment_intents/\(known("payment_intent"))/confirm", "payment_method=\(one(cards))")
        case 12: return ("/v1/payment_intents/\(known("payment_intent"))/capture", "")
        case 13: return ("/v1/payment_intents/\(known("payment_intent"))/cancel", "")
        case 14: return ("/v1/refunds", "charge=\(known("charge"))&amount=\(number(1..<40_000))")
        case 15: return ("/v1/refunds", "payment_intent=\(known("payment_intent"))")
        case 16: return ("/v1/disputes/\(known("dispute"))", "evidence[uncategorized_text]=winning_evidence")
        case 17:
            return (
                "/v1/products",
                "name=P\(turn)&default_price_data[currency]=usd&default_price_data[unit_amount]=\(amount)"
            )
        case 18:
            return ("/v1/prices", "currency=usd&unit_amount=\(amount)&recurring[interval]=month&product_data[name]=M")
        case 19: return ("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(known("price"))")
        case 20: return ("DELETE /v1/subscriptions/\(known("subscription"))", "")
        case 21: return ("/v1/invoiceitems", "customer=\(customer)&amount=\(amount)&currency=usd")
        case 22: return ("/v1/invoices", "customer=\(customer)&pending_invoice_items_behavior=include")
        case 23: return ("/v1/invoices/\(known("invoice"))/\(one(["finalize", "pay", "void"]))", "")
        case 24 where !chance(4): return ("/v1/payouts", "amount=\(number(1..<3_000))&currency=usd")
        case 24:
            return (
                "/v1/webhook_endpoints",
                "url=https://example.com/\(turn)&enabled_events[]=\(one(["*", "charge.failed"]))"
            )
        default: return ("/v1/tax_rates", "display_name=T&inclusive=false&percentage=\(number(0..<30))")
        }
    }
}
