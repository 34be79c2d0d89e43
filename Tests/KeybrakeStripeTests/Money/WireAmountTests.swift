import KeybrakeStripe
import Testing

@Suite("Wire amount")
struct WireAmountTests {
    @Test(
        "reads digits",
        arguments: [("0", 0), ("1", 1), ("1250", 1_250), ("999999999999", 999_999_999_999)] as [(String, Int64)])
    func reads(text: String, amount: Int64) throws {
        #expect(try WireAmount.parse(text) == amount)
    }

    @Test(
        "refuses signs, blanks, points, exponents, leading zeros and other digits",
        arguments: ["", "-5", "+5", " 5", "5 ", "5.0", "5e3", "05", "00", "0x10", "٣", "5\u{0}", "1_000", "1,000"])
    func refuses(text: String) {
        #expect(throws: WireAmount.Failure.notDigits) { try WireAmount.parse(text) }
    }

    @Test("refuses amounts beyond twelve digits", arguments: ["1000000000000", "99999999999999999999999999999999"])
    func tooLarge(text: String) {
        #expect(throws: WireAmount.Failure.tooLarge) { try WireAmount.parse(text) }
    }
}
