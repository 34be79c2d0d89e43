import Testing

@testable import KeybrakeStripe

@Suite("Catalogue parser")
struct CatalogueParserTests {
    @Test("prints back to the very text that it read")
    func identity() {
        let literal = CatalogueText.text
        let text = String(
            decoding: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount), as: UTF8.self)
        let printed = CataloguePrinter.text(.shared)
        // Not `#expect(printed == text)`: a difference would print a megabyte.
        let difference = zip(printed.split(separator: "\n"), text.split(separator: "\n")).first { $0 != $1 }
        #expect(difference == nil)
        #expect(printed.utf8.count == text.utf8.count)
    }

    @Test("names the line and the fault of a text that it cannot read")
    func faults() {
        let faults: [(String, Int, String)] = [
            ("X", 1, "unknown kind of line"),
            ("V 1\n\n", 2, "unknown kind of line"),
            ("V 1\nO a", 2, "colon missing"),
            ("O a:o0", 1, "unknown object"),
            ("O a:e0", 1, "unknown enumeration"),
            ("O a:e", 1, "unknown enumeration"),
            ("O a:", 1, "unknown type"),
            ("O a:q", 1, "unknown type"),
            ("O a:i x", 1, "colon missing"),
            ("O a:bb", 1, "more on the line"),
            ("O a:(i|b", 1, ") missing"),
            ("O a:<x", 1, "> missing"),
            ("R", 1, "word missing"),
            ("R charge", 1, "type missing"),
            ("O\nP PUT /a A - list:a read none o0 o0", 2, "unknown verb"),
            ("O\nP GET /a A ? list:a read none o0 o0", 2, "unknown body encoding"),
            ("O\nP GET /a A - grow:a read none o0 o0", 2, "unknown action"),
            ("O\nP GET /a A - list read none o0 o0", 2, "unknown action"),
            ("O\nP GET /a A - list:a reed none o0 o0", 2, "unknown money class"),
            ("O\nP GET /a A - list:a read nine o0 o0", 2, "unknown meter"),
            ("O\nP GET /a A - list:a read none i o0", 2, "parameters missing"),
            ("O\nP GET /a A - list:a read none o0 o0 x=y", 2, "unknown fact x=y"),
            ("O\nP GET /a A - list:a read none o0 o0 reading=x", 2, "unknown fact reading=x"),
        ]
        for (text, line, reason) in faults {
            let failure = #expect(throws: CatalogueParser.Failure.self, "\(text)") { try parse(text) }
            #expect(failure == CatalogueParser.Failure(line: line, reason: reason), "\(text)")
        }
    }

    @Test("never traps on a torn or damaged text")
    func torn() {
        let text = """
            V 2026-05-27.dahlia
            E a b
            O a!:?~i b:[{~s40 c:(e0|E0.500|=x) d:<charge|customer> e:u/v1/a/*/b
            R charge o0
            P POST /v1/charges/{charge} A f create:charge charge charge o0 @charge amount=a+b[c]|d \
            currency=c unless=e+f host=h deprecated
            """
        let bytes = Array(text.utf8)
        #expect(throws: Never.self) { try parse(text) }
        for length in bytes.indices { _ = try? parse(String(decoding: bytes[..<length], as: UTF8.self)) }
        var random = SeededGenerator.fresh()
        for _ in 0..<5_000 {
            var damaged = bytes
            damaged[random.number(0...bytes.count - 1)] = UInt8(random.number(0x20...0x7E))
            _ = try? parse(String(decoding: damaged, as: UTF8.self))
        }
    }

    @Test("keeps what comes before a fault, so that what is missing is refused")
    func partial() {
        let catalogue = Catalogue(reading: "V 1\nO\nP GET /v1/a A - list:a read none o0 o0\nP GET /v1/b B")
        #expect(catalogue.operation(verb: .get, path: "/v1/a") != nil)
        #expect(catalogue.operation(verb: .get, path: "/v1/b") == nil)
    }

    private func parse(_ text: String) throws {
        let bytes = Array(text.utf8)
        let failure = bytes.withUnsafeBufferPointer { buffer -> CatalogueParser.Failure? in
            var parser = CatalogueParser(buffer)
            do throws(CatalogueParser.Failure) { try parser.parse() } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }
}
