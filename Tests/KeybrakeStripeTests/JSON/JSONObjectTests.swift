import KeybrakeStripe
import Testing

@Suite("JSON object")
struct JSONObjectTests {
    @Test("keeps the order of writing through edits")
    func order() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        object["a"] = nil
        #expect(object.members.map(\.name) == ["b", "c"])
        #expect(object["b"] == 4)
        #expect(object.sortedByName().members.map(\.name) == ["b", "c"])
    }

    @Test("is equal in any order, on every level")
    func equality() {
        let one: JSONValue = ["a": 1, "b": ["c": 2, "d": [3]]]
        let two: JSONValue = ["b": ["d": [3], "c": 2], "a": 1]
        #expect(one == two)
        #expect(one.hashValue == two.hashValue)
        #expect(one != ["a": 1, "b": ["c": 2, "d": [4]]])
        #expect(one != ["a": 1])
    }

    @Test("compares deeply nested objects in one pass")
    func deepEquality() throws {
        // Twice the work per level would be 2 to the power of 100 comparisons.
        func nested(_ innermost: String) -> String {
            String(repeating: "{\"a\":", count: 100) + innermost + String(repeating: "}", count: 100)
        }
        #expect(try JSONParser.parse(nested("1")) != JSONParser.parse(nested("2")))
        #expect(try JSONParser.parse(nested("1")) == JSONParser.parse(nested("1")))
    }

    @Test("lets the later of two members of one name count")
    func repeatedName() throws {
        #expect(try JSONParser.parse(#"{"a":1,"a":2}"#)["a"] == 2)
    }
}
