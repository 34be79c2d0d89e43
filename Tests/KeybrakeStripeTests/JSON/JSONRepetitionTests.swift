import KeybrakeStripe
import Testing

@Suite("Repeated JSON members")
struct JSONRepetitionTests {
    @Test(
        "are found on every level, however they are written",
        arguments: [
            (#"{"a":1,"b":{"a":1}}"#, nil),
            (#"[{"a":1},{"a":2}]"#, nil),
            (#""a""#, nil),
            (#"{"a":1,"a":1}"#, "a"),
            (#"{"a":1,"\u0061":2}"#, "a"),
            (#"{"x":[1,{"b":{"c":1,"d":2,"c":3}}]}"#, "c"),
        ] as [(String, String?)])
    func repetition(json: String, name: String?) throws {
        #expect(try JSONParser.parse(json).repeatedName == name)
    }
}
