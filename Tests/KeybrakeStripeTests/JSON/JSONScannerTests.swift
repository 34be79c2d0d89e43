import KeybrakeStripe
import Testing

@Suite("JSON scanner")
struct JSONScannerTests {
    @Test("shows top-level members as they were written")
    func members() {
        let text =
            #" { "id" : "ch_1", "amount":1250 , "nested":{"id":"no","b":["}",1]},"#
            + #""list":[{"a":"]"}],"s":"a\"}b","n":null}"#
        #expect(
            members(of: text) == [
                "id=\"ch_1\"", "amount=1250", #"nested={"id":"no","b":["}",1]}"#, #"list=[{"a":"]"}]"#, #"s="a\"}b""#,
                "n=null",
            ])
    }

    @Test("stops when it is told to")
    func stops() {
        #expect(members(of: #"{"a":1,"b":2,"c":3}"#, limit: 2) == ["a=1", "b=2"])
    }

    @Test("shows nothing of what is no object")
    func noObject() {
        for text in ["", " ", "[1]", "\"a\"", "{}", "{", "null", "{1:2}", "{\"a\"}", "{\"a\":}"] {
            #expect(members(of: text) == [], "\(text)")
        }
    }

    @Test("agrees with the parser, and never reads past the end of torn text")
    func torn() throws {
        let text = #"{"id":"ch\u0041\\","n":{"a":[1,{"b":"]"}]},"x":-1.5e3,"e":"","t":true}"#
        let parsed = try JSONParser.parse(text)
        #expect(members(of: text).count == parsed.objectValue?.count)
        let bytes = Array(text.utf8)
        for length in bytes.indices {
            // An exactly sized copy: a checked buffer traps on any read beyond it.
            let torn = Array(bytes[..<length])
            let seen = torn.withUnsafeBufferPointer { buffer in
                var count = 0
                JSONScanner(buffer).forEachMember { _, value in
                    count += value.endIndex <= length ? 1 : 1_000
                    return true
                }
                return count
            }
            #expect(seen <= 5)
        }
    }

    private func members(of text: String, limit: Int = .max) -> [String] {
        var seen: [String] = []
        Array(text.utf8).withUnsafeBufferPointer { buffer in
            JSONScanner(buffer).forEachMember { name, value in
                seen.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
                return seen.count < limit
            }
        }
        return seen
    }
}
