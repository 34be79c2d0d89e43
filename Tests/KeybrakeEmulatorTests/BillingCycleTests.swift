import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct BillingCycleTests {
    private static let units = ["day", "week", "month", "year"]

    @Test(arguments: 0..<3) func `boundaries lie one after the other, and each is the next of the one before`(_: Int) {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        for step in 0..<200 {
            let note = Comment("seed \(seed), step \(step)")
            let anchor = Int64.random(in: 1_000_000_000...3_000_000_000, using: &dice)
            let unit = Self.units.randomElement(using: &dice) ?? ""
            let interval = BillingInterval(unit: unit, count: Int64.random(in: 1...7, using: &dice))
            let cycle = BillingCycle(anchor: anchor, dayOfMonth: Bool.random(using: &dice) ? 31 : nil)
            let index = Int64.random(in: -50...50, using: &dice)
            let (here, next) = (cycle.boundary(index, interval), cycle.boundary(index + 1, interval))
            #expect(here < next, note)
            #expect(cycle.next(after: here, interval) == next, note)
            let inside = Int64.random(in: here..<next, using: &dice)
            #expect(cycle.next(after: inside, interval) == next, note)
            #expect(cycle.length(endingAt: next, interval) == next - here, note)
        }
    }

    @Test func `shares round half away from zero and never overflow`() {
        #expect(Proration.share(of: 3, seconds: 1, of: 2) == 2)
        #expect(Proration.share(of: -3, seconds: 1, of: 2) == -2)
        #expect(Proration.share(of: 100, seconds: 1, of: 3) == 33)
        #expect(Proration.share(of: .max, seconds: .max, of: 1) == AmountLimits.objectMax)
        #expect(Proration.share(of: 5, seconds: 5, of: 0) == 0)
    }
}
