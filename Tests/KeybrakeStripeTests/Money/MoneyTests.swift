import KeybrakeStripe
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "writes whole units with all decimal places",
        arguments: [
            (1250, 2, "12.50"), (5, 2, "0.05"), (0, 2, "0.00"), (-5, 2, "-0.05"), (-1250, 2, "-12.50"),
            (500, 0, "500"), (-500, 0, "-500"), (1, 3, "0.001"), (12_345, 3, "12.345"),
            (.max, 2, "92233720368547758.07"), (.min, 2, "-92233720368547758.08"),
        ] as [(Int64, Int, String)])
    func majorText(minorUnits: Int64, digits: Int, text: String) {
        #expect(Money.majorText(minorUnits: minorUnits, digits: digits) == text)
    }

    @Test("describes itself with its currency")
    func description() throws {
        #expect(Money(minorUnits: 1250, currency: .usd).description == "12.50 usd")
        #expect(Money(minorUnits: 500, currency: try #require(Currency("jpy"))).description == "500 jpy")
    }
}
