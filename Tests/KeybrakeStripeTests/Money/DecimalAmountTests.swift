import KeybrakeStripe
import Testing

@Suite("Decimal amount")
struct DecimalAmountTests {
    @Test(
        "reads whole units into smallest units",
        arguments: [
            ("10", 2, 1_000), ("10.5", 2, 1_050), ("1250.00", 2, 125_000), ("0.05", 2, 5), ("0", 2, 0), ("007", 2, 700),
            ("1.230", 2, 123), ("500", 0, 500), ("500.00", 0, 500), ("1.5", 3, 1_500),
            ("92233720368547758.07", 2, .max),
        ] as [(String, Int, Int64)])
    func reads(text: String, digits: Int, minorUnits: Int64) throws {
        #expect(try DecimalAmount.minorUnits(text, digits: digits) == minorUnits)
    }

    @Test(
        "refuses everything else",
        arguments: [
            ("", "not an amount: "), (".5", "not an amount: .5"), ("5.", "not an amount: 5."),
            ("-5", "not an amount: -5"),
            ("+5", "not an amount: +5"), (" 5", "not an amount:  5"), ("5e3", "not an amount: 5e3"),
            ("1,250.00", "not an amount: 1,250.00"), ("1.2.3", "not an amount: 1.2.3"), ("٣", "not an amount: ٣"),
            ("1.005", "more than 2 decimal places: 1.005"),
            ("92233720368547758.08", "amount too large: 92233720368547758.08"),
        ])
    func refuses(text: String, reason: String) {
        let failure = #expect(throws: DecimalAmount.Failure.self) { try DecimalAmount.minorUnits(text, digits: 2) }
        #expect(failure?.description == reason)
    }

    @Test("reads what money writes")
    func roundTrip() throws {
        var random = SeededGenerator.fresh()
        for _ in 0..<1_000 {
            let minorUnits = Int64.random(in: 0 ... .max, using: &random) >> random.number(0...62)
            let digits = [0, 2, 3][random.number(0...2)]
            let text = Money.majorText(minorUnits: minorUnits, digits: digits)
            #expect(try DecimalAmount.minorUnits(text, digits: digits) == minorUnits, "seed \(random.seed)")
        }
    }
}
