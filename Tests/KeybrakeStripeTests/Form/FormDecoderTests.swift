import KeybrakeStripe
import Testing

@Suite("Form decoder")
struct FormDecoderTests {
    @Test("reads scalars, escapes and plus signs in the order of the wire")
    func scalars() throws {
        let form = try FormDecoder.decode("currency=usd&amount=1250&description=a+b%2Bc%26d%C3%A9&empty=&bare")
        #expect(form.fields.map(\.name) == ["currency", "amount", "description", "empty", "bare"])
        #expect(form.text("amount") == "1250")
        #expect(form.text("description") == "a b+c&dé")
        #expect(form.text("empty") == "")
        #expect(form.text("bare") == "")
        #expect(form.text("missing") == nil)
    }

    @Test("reads brackets as maps and lists, escaped or not")
    func brackets() throws {
        let form = try FormDecoder.decode(
            "metadata%5Border%5D=7&metadata[tag]=x&expand[]=a&expand[]=b&items[0][price]=p&items[1][price]=q")
        #expect(form["metadata"] == .map(["order": "7", "tag": "x"]))
        #expect(form["expand"] == .list(["a", "b"]))
        #expect(form["items"] == .list([.map(["price": "p"]), .map(["price": "q"])]))
        #expect(form.value(at: ["metadata", "tag"]) == "x")
        #expect(form.leaves().map(\.path).last == "items[1][price]")
    }

    @Test("begins a new element when a name of the last one comes again")
    func appendedMaps() throws {
        let form = try FormDecoder.decode("a[][b]=1&a[][c]=2&a[][b]=3")
        #expect(form["a"] == .list([.map(["b": "1", "c": "2"]), .map(["b": "3"])]))
    }

    @Test("takes indices for a list only when they count from zero")
    func indices() throws {
        #expect(try FormDecoder.decode("a[0]=x&a[1]=y")["a"] == .list(["x", "y"]))
        #expect(try FormDecoder.decode("a[1]=x&a[0]=y")["a"] == .map(["1": "x", "0": "y"]))
        #expect(try FormDecoder.decode("a[1]=x")["a"] == .map(["1": "x"]))
        #expect(try FormDecoder.decode("a[00]=x")["a"] == .map(["00": "x"]))
    }

    @Test("sees through empty pairs and an empty form")
    func emptyPairs() throws {
        #expect(try FormDecoder.decode("").isEmpty)
        #expect(try FormDecoder.decode("&&a=1&&b=2&").count == 2)
    }

    @Test(
        "refuses what could be read in two ways",
        arguments: [
            ("amount=5&amount=5000", .repeatedScalar, "amount"),
            ("amount=5&amount%3D=1&amo%75nt=6", .repeatedScalar, "amount"),
            ("amount=5&amount[]=6", .mixedShapes, "amount[]"),
            ("amount[]=6&amount=5", .mixedShapes, "amount"),
            ("a[b]=1&a=2", .mixedShapes, "a"),
            ("a=2&a[b]=1", .mixedShapes, "a[b]"),
            ("a[]=1&a[0]=2", .mixedShapes, "a[0]"),
            ("a[0]=1&a[]=2", .mixedShapes, "a[]"),
            ("a[b]=1&a[b]=2", .repeatedScalar, "a[b]"),
            ("a[b][c]=1&a[b]=2", .mixedShapes, "a[b]"),
            ("a[b=1", .brokenName, "a[b"),
            ("a]b=1", .brokenName, "a]b"),
            ("a[b]c=1", .brokenName, "a[b]c"),
            ("a[[b]]=1", .brokenName, "a[[b]]"),
            ("a]b[c]=1", .brokenName, "a]b[c]"),
            ("=1", .emptyName, ""),
            ("[a]=1", .emptyName, "[a]"),
            ("a=%", .brokenEscape, "%"),
            ("a=%4", .brokenEscape, "%4"),
            ("a=%zz", .brokenEscape, "%zz"),
            ("a=%FF", .notUTF8, ""),
            ("a=%C3%28", .notUTF8, ""),
            ("a=x%00y", .controlCharacter, "x%00y"),
        ] as [(String, FormDecoder.Failure.Reason, String)])
    func refused(form: String, reason: FormDecoder.Failure.Reason, path: String) {
        let failure = #expect(throws: FormDecoder.Failure.self) { try FormDecoder.decode(form) }
        #expect(failure?.reason == reason)
        #expect(failure?.path == path)
    }

    @Test("holds its limits at the very number")
    func limits() throws {
        func pairs(_ count: Int) -> String { (0..<count).map { "a\($0)=1" }.joined(separator: "&") }
        #expect(try FormDecoder.decode(pairs(FormDecoder.pairsMax)).count == FormDecoder.pairsMax)
        expectRefused(pairs(FormDecoder.pairsMax + 1), .tooManyPairs)

        func nested(_ brackets: Int) -> String { "a" + String(repeating: "[b]", count: brackets) + "=1" }
        #expect(try FormDecoder.decode(nested(FormDecoder.depthMax - 1)).count == 1)
        expectRefused(nested(FormDecoder.depthMax), .tooDeep)

        func named(_ bytes: Int) -> String { String(repeating: "a", count: bytes) + "=1" }
        #expect(try FormDecoder.decode(named(FormDecoder.nameBytesMax)).count == 1)
        expectRefused(named(FormDecoder.nameBytesMax + 1), .nameTooLong)
    }

    @Test("refuses raw bytes that are not UTF-8")
    func rawBytes() {
        #expect(throws: FormDecoder.Failure.self) { try FormDecoder.decode([0x61, 0x3D, 0xC3, 0x28]) }
        #expect(throws: FormDecoder.Failure.self) { try FormDecoder.decode([0x61, 0x3D, 0x00]) }
    }

    @Test("neither traps nor changes its mind on random bytes")
    func randomBytes() throws {
        var random = SeededGenerator.fresh()
        let alphabet = Array("a=&[]%20+\u{0}é".utf8)
        for _ in 0..<3_000 {
            let bytes = (0..<random.number(0...40)).map { _ in alphabet[random.number(0...alphabet.count - 1)] }
            guard let form = try? FormDecoder.decode(bytes) else { continue }
            #expect(try FormDecoder.decode(FormEncoder.encode(form)) == form, "seed \(random.seed), bytes \(bytes)")
        }
    }

    private func expectRefused(
        _ form: String, _ reason: FormDecoder.Failure.Reason, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let failure = #expect(throws: FormDecoder.Failure.self, sourceLocation: sourceLocation) {
            try FormDecoder.decode(form)
        }
        #expect(failure?.reason == reason, sourceLocation: sourceLocation)
    }
}
