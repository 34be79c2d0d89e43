import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeAudit

/// Amounts, times, tags and status words as exports write them.
@Suite struct TextFormTests {
    private func amount(_ text: String, digits: Int = 2) -> String {
        var reader = AmountText()
        return Array(text.utf8).withUnsafeBytes { bytes in
            do throws(AmountText.Failure) {
                return String(try reader.minorUnits(bytes, digits: digits))
            } catch {
                return "\(error)"
            }
        }
    }

    @Test(arguments: [
        ("12.50", "1250"), ("12.5", "1250"), ("12", "1200"), ("0.00", "0"), ("12.500", "1250"), ("12,50", "1250"),
        ("1,234.56", "123456"), ("1.234,56", "123456"), ("1,234", "123400"), ("1,234,567.00", "123456700"),
        ("1 234,56", "123456"), ("1'234.56", "123456"), ("1\u{A0}234,56", "123456"),
        ("12345678901234.00", "1234567890123400"),
        ("12.505", "fraction"), ("", "notANumber"), ("-5.00", "notANumber"), ("5e3", "notANumber"),
        (" 5", "notANumber"),
        ("$5", "notANumber"), ("1,23,456.00", "notANumber"), (".50", "notANumber"), ("5.", "notANumber"),
        ("99999999999999999999", "tooLarge"), ("1.2.3", "notANumber"),
    ]) func twoDecimals(_ text: String, _ expected: String) {
        #expect(amount(text) == expected)
    }

    @Test func currenciesWithoutAndWithThreeDecimals() {
        #expect(amount("500", digits: 0) == "500")
        #expect(amount("500.00", digits: 0) == "500")
        #expect(amount("500.50", digits: 0) == "fraction")
        #expect(amount("1,500", digits: 0) == "1500")
        #expect(amount("1.250", digits: 3) == "1250")
        #expect(amount("1,250", digits: 3) == "ambiguous")
    }

    private func seconds(_ text: String) -> Int64? {
        var dates = DateText()
        return Array(text.utf8).withUnsafeBytes { dates.unixSeconds($0) }
    }

    @Test func times() {
        #expect(seconds("2026-07-01 00:00:00") == TestLedger.july)
        #expect(seconds("2026-07-01 00:01") == TestLedger.july + 60)
        #expect(seconds("2026-07-01T00:00:09Z") == TestLedger.july + 9)
        for wrong in [
            "01/07/2026 00:00", "2026-13-01 00:00:00", "2026-07-01", "2026-07-01 24:00:00", "", "2026-07-01 00:00:0x",
        ] {
            #expect(seconds(wrong) == nil, "\(wrong)")
        }
        #expect(MomentText.unixSeconds("2026-07-01") == TestLedger.july)
        #expect(MomentText.unixSeconds("1782864000") == TestLedger.july)
        #expect(MomentText.unixSeconds("yesterday") == nil)
    }

    private func tag(_ text: String) -> String {
        Array(text.utf8).withUnsafeBytes { bytes in
            switch ConversationTag(in: bytes) {
            case .absent: "absent"
            case .malformed: "malformed"
            case .ambiguous: "ambiguous"
            case .named(let id): String(decoding: id, as: UTF8.self)
            }
        }
    }

    @Test(arguments: [
        ("", "absent"), ("plan [x]", "absent"), ("[[conv:a]", "a"), ("[conv:a] and [conv:A]", "a"),
        ("[conv:a][conv:b]", "ambiguous"), ("[conv:", "malformed"), ("[conv:]", "malformed"),
        ("[conv:a b]", "malformed"),
        ("[CONV:a]", "absent"), ("[conv:a\nb]", "malformed"), ("text [conv:x-1]", "x-1"), ("[", "absent"),
    ]) func tags(_ text: String, _ expected: String) {
        #expect(tag(text) == expected)
    }

    @Test(arguments: [
        ("Paid", StatusWord.succeeded), ("PAID", .succeeded), ("Refunded", .refunded), ("Failed", .failed),
        ("Pending", .pending), ("requires_action", .intentOnly), ("Paidx", .unknown), ("", .unknown),
        ("bezahlt", .unknown),
    ]) func statusWords(_ text: String, _ expected: StatusWord) {
        #expect(Array(text.utf8).withUnsafeBytes { StatusWord($0) } == expected)
    }

    @Test func figuresForPeople() {
        #expect(Figures.count(1_007_770) == "1,007,770")
        #expect(Figures.count(-12) == "-12")
        #expect(Figures.money(-5, .usd) == "-0.05 usd")
        #expect(Figures.money(123_456_789, .usd) == "1,234,567.89 usd")
        #expect(Figures.bytes(364_200_000) == "364.2 MB")
        #expect(Figures.bytes(999) == "999 B")
    }

    @Test func base64() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(Base64.text(Array(bytes.utf8)) == text)
        }
    }

    @Test func editDistance() {
        func distance(_ one: String, _ other: String) -> Int {
            Array(one.utf8).withUnsafeBytes { one in
                Array(other.utf8).withUnsafeBytes { EditDistance.between(one, $0, limit: 2) }
            }
        }
        #expect(distance("billing-7", "billing-7") == 0)
        #expect(distance("billing-7", "biling-7") == 1)
        #expect(distance("billing-7", "billing-71x") == 2)
        #expect(distance("billing-7", "refunds-1") == 3)
    }
}
