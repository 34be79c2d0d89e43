import KeybrakeStripe
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private let value: JSONValue = [
        "id": "ch_1", "amount": 1250, "paid": true, "refunds": [], "metadata": [:], "list": [1, ["a": nil]],
    ]

    @Test("writes compact text without white space")
    func compact() {
        #expect(
            JSONWriter.text(value)
                == #"{"id":"ch_1","amount":1250,"paid":true,"refunds":[],"metadata":{},"list":[1,{"a":null}]}"#)
    }

    @Test("writes pretty text with two spaces, and empty collections on one line")
    func pretty() {
        #expect(
            JSONWriter.text(value, layout: .pretty) == """
                {
                  "id": "ch_1",
                  "amount": 1250,
                  "paid": true,
                  "refunds": [],
                  "metadata": {},
                  "list": [
                    1,
                    {
                      "a": null
                    }
                  ]
                }
                """)
    }

    @Test("escapes what JSON demands and nothing else")
    func escapes() {
        #expect(
            JSONWriter.text("\"\\\n\r\t\u{8}\u{C}\u{0}\u{1F}/é€😀\u{7F}")
                == #""\"\\\n\r\t\b\f\u0000\u001f/é€😀"# + "\u{7F}\"")
    }

    @Test("writes the ends of the number range")
    func numbers() {
        #expect(
            JSONWriter.text([.integer(.min), .integer(.max), 0, -7])
                == "[-9223372036854775808,9223372036854775807,0,-7]")
    }
}
