import Testing

@testable import KeybrakeAudit

@Suite struct CurrencyCodeTests {
    @Test func readsThreeLettersInAnyCase() {
        let yen = Array("JpY".utf8).withUnsafeBytes { CurrencyCode($0) }
        #expect(yen.text == "jpy")
        #expect(yen.minorDigits == 0)
        #expect(yen.text(500) == "500 jpy")
    }

    @Test(arguments: ["", "us", "usdx", "u1d", "zzz", "\u{FF55}sd"]) func refusesWhatStripeDoesNotKnow(_ word: String) {
        #expect(Array(word.utf8).withUnsafeBytes { CurrencyCode($0) } == .unknown)
    }
}
