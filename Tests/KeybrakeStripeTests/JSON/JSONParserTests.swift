import KeybrakeStripe
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    @Test("reads every kind of value")
    func values() throws {
        let value = try JSONParser.parse(
            " {\"a\": [1, -2, 1.50, 1e3, true, false, null, \"x\", {}, []], \"b\": {\"c\": \"\"}}\r\n\t")
        #expect(
            value == [
                "a": [1, -2, .numeral("1.50"), .numeral("1e3"), true, false, nil, "x", [:], []], "b": ["c": ""],
            ])
        #expect(value["b"]?["c"]?.stringValue == "")
        #expect(value["a"]?.arrayValue?.count == 10)
        #expect(value["a"]?["b"] == nil)
    }

    @Test("keeps numerals that are no whole 64-bit number as they were written")
    func numerals() throws {
        #expect(try JSONParser.parse("9223372036854775807") == .integer(.max))
        #expect(try JSONParser.parse("-9223372036854775808") == .integer(.min))
        #expect(try JSONParser.parse("9223372036854775808") == .numeral("9223372036854775808"))
        #expect(try JSONParser.parse("-0") == .numeral("-0"))
        #expect(try JSONParser.parse("0.10") == .numeral("0.10"))
        #expect(try JSONParser.parse("1E+05") == .numeral("1E+05"))
    }

    @Test(
        "reads escapes, and characters outside the basic plane",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\u20AC""#, "é€"),
            (#""\ud83d\ude00!""#, "😀!"),
            (#""\ud83d""#, "\u{FFFD}"),
            (#""\ud83d\u0041""#, "\u{FFFD}A"),
            (#""\ude00\ud83d\ude00""#, "\u{FFFD}😀"),
            (#""\ud83dx""#, "\u{FFFD}x"),
            (#""\u0000""#, "\u{0}"),
            (#""é€😀""#, "é€😀"),
        ])
    func escapes(json: String, text: String) throws {
        #expect(try JSONParser.parse(json) == .string(text))
    }

    @Test(
        "refuses what is not JSON, and says where",
        arguments: [
            ("", "value missing", 0),
            ("  ", "value missing", 2),
            ("{} x", "text after the value", 3),
            ("[1,]", "not a value", 3),
            ("{\"a\":1,}", "member name missing", 7),
            ("{a:1}", "member name missing", 1),
            ("{\"a\" 1}", "colon missing", 5),
            ("[1 2]", "comma missing", 3),
            ("[1", "unfinished array or object", 2),
            ("01", "leading zero", 2),
            ("-", "not a value", 1),
            ("1.", "digits missing after the point", 2),
            ("1e", "digits missing in the exponent", 2),
            ("+1", "not a value", 0),
            (".5", "not a value", 0),
            ("NaN", "not a value", 0),
            ("tru", "unfinished word", 0),
            ("trux", "unknown word", 0),
            ("'a'", "not a value", 0),
            ("\"a", "unfinished string", 2),
            ("\"a\n\"", "control character in a string", 2),
            ("\"\\x\"", "unknown escape", 3),
            ("\"\\u12\"", "unfinished escape", 3),
            ("\"\\u12g4\"", "hexadecimal digit missing", 5),
        ])
    func refused(json: String, reason: String, offset: Int) {
        let failure = #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(json) }
        #expect(failure?.reason == reason)
        #expect(failure?.offset == offset)
    }

    @Test("refuses bytes that are not UTF-8")
    func badText() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22], [0xEF, 0xBB, 0xBF, 0x31]] {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test("nests as deep as its limit and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONParser.parse(nested(JSONParser.depthMax))
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(JSONParser.depthMax + 1)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONParser.Failure.self) {
            try JSONParser.parse(String(repeating: "{\"a\":", count: 1_000_000))
        }
    }

    @Test("gives back what the writer wrote")
    func roundTrip() throws {
        var random = SeededGenerator.fresh()
        for _ in 0..<1_000 {
            let value = random.json(depth: 0)
            for layout in [JSONWriter.Layout.compact, .pretty] {
                let bytes = JSONWriter.bytes(value, layout: layout)
                let again = try JSONParser.parse(bytes)
                #expect(again == value, "seed \(random.seed)")
                #expect(JSONWriter.bytes(again, layout: layout) == bytes, "seed \(random.seed)")
            }
        }
    }

    @Test("refuses every beginning of a document, and never traps on a damaged one")
    func tornInput() throws {
        var random = SeededGenerator.fresh()
        for _ in 0..<150 {
            var bytes = JSONWriter.bytes(.object(["a": random.json(depth: 0)]))
            for length in bytes.indices {
                #expect(throws: JSONParser.Failure.self, "seed \(random.seed)") {
                    try JSONParser.parse(bytes[..<length])
                }
            }
            bytes[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
            _ = try? JSONParser.parse(bytes)
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func json(depth: Int) -> JSONValue {
        switch number(depth < 4 ? 0...7 : 0...5) {
        case 0: .null
        case 1: .bool(chance(2))
        case 2: .integer(Int64.random(in: .min ... .max, using: &self) >> number(0...63))
        case 3: .numeral(["1.50", "-0", "1e3", "-2.5E-7", "18446744073709551616"][number(0...4)])
        case 4, 5: .string(text(0...8))
        case 6: .array((0..<number(0...4)).map { _ in json(depth: depth + 1) })
        default:
            .object(
                JSONObject(
                    (0..<number(0...4)).map { .init(name: "\($0)" + text(0...3), value: json(depth: depth + 1)) }))
        }
    }
}
