import KeybrakeStripe
import Testing

@Suite("Currency")
struct CurrencyTests {
    @Test("knows a code in any case, and no other text")
    func codes() {
        #expect(Currency("USD") == .usd)
        #expect(Currency("eUr")?.code == "eur")
        // The Kelvin sign becomes a k in lower case.
        for text in ["", "us", "usdd", "xxx", "u$d", " usd", "usd ", "d\u{212A}k", "€"] {
            #expect(Currency(text) == nil, "\(text)")
        }
    }

    @Test(
        "counts minor digits as Stripe does, not as ISO 4217 does",
        arguments: [
            ("usd", 2, 100), ("jpy", 0, 1), ("krw", 0, 1), ("vnd", 0, 1), ("kwd", 3, 1_000), ("tnd", 3, 1_000),
            ("mga", 0, 1), ("isk", 2, 100), ("ugx", 0, 1), ("huf", 2, 100), ("twd", 2, 100), ("clp", 0, 1),
        ] as [(String, Int, Int64)])
    func digits(code: String, digits: Int, perMajor: Int64) {
        #expect(Currency(code)?.minorDigits == digits)
        #expect(Currency(code)?.minorUnitsPerMajor == perMajor)
    }

    @Test("lists its codes sorted and once")
    func list() {
        let codes = Currency.allCodes
        #expect(codes == Set(codes).sorted())
        #expect(codes.allSatisfy { $0.utf8.count == 3 && Currency($0)?.code == $0 })
        #expect(codes.count > 130)
    }
}
