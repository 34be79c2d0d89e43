import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeCassettes

/// A seeded generator, so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct SmallPartsTests {
    @Test func base64GoesBothWays() {
        var random = SeededGenerator(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.bytes(Base64.text(bytes)) == bytes)
        }
        #expect(Base64.text(Array("Ma".utf8)) == "TWE=")
        #expect(Base64.bytes("TWE=\n") == Array("Ma".utf8))
        for broken in ["T", "TW=", "TWE=E", "T!E=", "TWE==="] { #expect(Base64.bytes(broken) == nil) }
    }

    @Test func timesGoBothWays() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let time = Int64.random(in: -62_000_000_000_000_000...250_000_000_000_000_000, using: &random)
            #expect(RecordTime.microseconds(RecordTime.text(time)) == time)
            let seconds = time / 1_000_000
            if seconds > -2_000_000_000 { #expect(HTTPDate.unixSeconds(HTTPDate.text(seconds)) == seconds) }
        }
        #expect(RecordTime.text(-1) == "1969-12-31T23:59:59.999999Z")
        #expect(HTTPDate.text(1_767_323_045) == "Fri, 02 Jan 2026 03:04:05 GMT")
        #expect(RecordTime.microseconds("2026-01-02T03:04:05Z") == 1_767_323_045_000_000)
        #expect(RecordTime.microseconds("2026-01-02T03:04:05.5Z") == 1_767_323_045_500_000)
        for broken in ["", "2026-01-02", "2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05.Z", "x026-01-02T03:04:05Z"] {
            #expect(RecordTime.microseconds(broken) == nil)
        }
    }

    @Test func standInsAreNumberedInDecimal() {
        for number in [1, 9, 10, 11, 99, 100, 12_345, 999_999_999_999] {
            let standIn = UUIDText.Value(standIn: number)
            #expect(standIn.standInNumber == number)
            let digits = String(number)
            let zeros = String(repeating: "0", count: 12 - digits.count)
            #expect(UUIDText(standIn).text == "00000000-0000-4000-8000-\(zeros)\(digits)")
        }
        #expect(UUIDText(wholeOf: "00000000-0000-4000-8000-00000000000a")?.value.standInNumber == nil)
        #expect(UUIDText(wholeOf: "00000000-0000-4000-8000-000000000000")?.value.standInNumber == nil)
    }

    @Test(arguments: [
        ("3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111", 0), ("order-3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111-x", 6),
        ("beef-3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111", 5), ("_3F0C9A52-7D7E-4F7B-9B60-0A3C1DE8A111", 1),
        ("a3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111", nil), ("3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a1110", nil),
        ("3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a11", nil), ("3f0c9a527d7e4f7b9b600a3c1de8a111", 0),
        ("3f0c9a527d7e1f7b9b600a3c1de8a111", nil), ("3f0c9a52-7d7e4f7b-9b60-0a3c1de8a111", nil),
        ("", nil), ("-", nil),
    ]) func uuidsAreFound(text: String, start: Int?) {
        var text = text
        #expect(text.withUTF8 { UUIDText.first(in: $0, from: 0)?.range.lowerBound } == start)
    }

    @Test(arguments: [
        ("4242424242424242", "visa"), ("5555555555554444", "mastercard"), ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"), ("6011111111111117", "discover"), ("3566002020360505", "jcb"),
        ("30569309025904", "diners"), ("36227206271667", "diners"), ("6200000000000005", "unionpay"),
        ("4242424242424241", nil), ("1234567812345670", nil), ("424242424242", nil), ("4242424242424242424242", nil),
    ]) func cardNumbersAreRecognised(number: String, brand: String?) {
        let digits = Array(number.utf8)
        #expect(CardNumber.isCardNumber(digits) == (brand != nil))
        if let brand { #expect(CardNumber.brand(digits) == brand) }
    }

    @Test func masksStayMasks() {
        for number in ["4242424242424242", "378282246310005", "123", "4242 4242 4242 4242", "number"] {
            let mask = CardNumber.mask(number)
            #expect(CardNumber.mask(mask) == mask)
        }
    }

    /// The quick check agrees with the parser on valid, damaged and random texts.
    @Test func theQuickCheckAgreesWithTheParser() {
        var random = SeededGenerator(seed: 3)
        let seed = Array(
            "{\"a\": [1, -2.5e3, 0, true, false, null, \"x\\n\\u00e9\"], \"b\": {\"c\": {}, \"d\": []}, \"e\": 10}".utf8
        )
        let alphabet = Array("{}[]\",:0123456789.eE+-\\ntrufalsx \n".utf8)
        for _ in 0..<20_000 {
            var text = seed
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let at = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.remove(at: at)
                case 1: text.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
                default: text[at] = alphabet.randomElement(using: &random) ?? 0
                }
            }
            let isValid = text.withUnsafeBufferPointer { JSONCheck.isValid($0) }
            let parses = (try? JSONParser.parse(text)) != nil
            #expect(isValid == parses, "\(String(decoding: text, as: UTF8.self))")
        }
    }
}
