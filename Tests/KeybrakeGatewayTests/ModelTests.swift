import KeybrakeGateway
import KeybrakeLedger
import KeybrakeTestKit
import Testing

/// Random calls with random outcomes, against a ledger that a child could keep.
struct ModelTests {
    @Test("whatever happens, the cap holds, and every cent is settled, held or free as a simple model says")
    func randomCalls() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("randomCalls seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let desk = try GovernedStripe()
        let cap = 20_000
        let key = try await desk.key(cap: .usdCents(Int64(cap)))
        var (settled, held, calls) = (0, 0, 0)
        for step in 0..<300 {
            let amount = Int.random(in: 1...1_500, using: &random)
            let fits = settled + held + amount <= cap
            let outcome = Int.random(in: 0..<6, using: &random)
            if fits {
                switch outcome {
                case 0: desk.stripe.willAnswer(200, StripeObject.charge("ch_\(step)", amount: amount))
                case 1: desk.stripe.willAnswer(200, StripeObject.charge("ch_\(step)", amount: amount, captured: false))
                case 2: desk.stripe.willAnswer(402, StripeObject.error("card_error"))
                case 3: desk.stripe.willAnswer(500, StripeObject.error("api_error"))
                case 4: desk.stripe.willFail(.sent)
                default: desk.stripe.willFail(.notSent)
                }
            }
            let reply = desk.send("POST /v1/charges", "amount=\(amount)&currency=usd", key: key)
            calls += 1
            #expect((reply.code == "spend_cap_exceeded") == !fits, "seed \(seed), step \(step)")
            if fits, outcome == 0 { settled += amount }
            if fits, [1, 3, 4].contains(outcome) { held += amount }
            #expect(try await desk.spent(key) == "settled \(settled), held \(held)", "seed \(seed), step \(step)")
        }
        let rows = try await desk.rows()
        #expect(rows.count == 2 * calls)
        #expect(Set(rows.map(\.requestID)).count == calls)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence })
        #expect(desk.stripe.faults == [])
    }
}
