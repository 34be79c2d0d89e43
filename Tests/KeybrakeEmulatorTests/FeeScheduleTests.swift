import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct FeeScheduleTests {
    @Test(
        arguments: [
            (2_000, "usd", 88), (1_099, "usd", 62), (50, "usd", 31), (100, "usd", 33), (99_999_999, "usd", 2_900_030),
            (1_000, "eur", 54), (1_000, "jpy", 69), (30, "gbp", 21), (20, "usd", 20), (0, "usd", 0), (1_000, "kwd", 59),
            (1_000, "clp", 29),
        ] as [(Int64, String, Int64)])
    func `2.9 percent and a fixed part, rounded half up`(amount: Int64, currency: String, fee: Int64) {
        #expect(FeeSchedule.fee(amount: amount, currency: currency) == fee)
    }
}
