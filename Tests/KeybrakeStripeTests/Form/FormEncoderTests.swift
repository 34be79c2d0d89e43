import KeybrakeStripe
import Testing

@Suite("Form encoder")
struct FormEncoderTests {
    @Test("writes indexed lists, literal brackets and upper-case escapes")
    func layout() {
        let form: FormMap = [
            "amount": "1250", "expand": .list(["a", "b"]), "metadata": .map(["räum e": "x&y=z"]),
            "items": .list([.map(["price": "p"])]),
        ]
        let text = String(decoding: FormEncoder.encode(form), as: UTF8.self)
        #expect(text == "amount=1250&expand[0]=a&expand[1]=b&metadata[r%C3%A4um+e]=x%26y%3Dz&items[0][price]=p")
    }

    @Test("leaves out empty lists and maps")
    func empties() {
        #expect(FormEncoder.encode(["a": .list([]), "b": .map([:]), "c": ""]) == Array("c=".utf8))
    }

    @Test("gives back every tree that can be on the wire")
    func roundTrip() throws {
        var random = SeededGenerator.fresh()
        for _ in 0..<2_000 {
            let form = random.formMap(depth: 0)
            let bytes = FormEncoder.encode(form)
            let again = try FormDecoder.decode(bytes)
            #expect(again == form, "seed \(random.seed), form \(String(decoding: bytes, as: UTF8.self))")
            #expect(FormEncoder.encode(again) == bytes, "seed \(random.seed)")
        }
    }
}

extension SeededGenerator {
    /// A map whose names do not count from zero, so that it stays a map on the wire.
    fileprivate mutating func formMap(depth: Int) -> FormMap {
        var form = FormMap()
        for index in 0..<number(1...4) {
            form["n\(index)" + text(0...3, of: Array("a1 +%&=.é€"))] = formValue(depth: depth)
        }
        return form
    }

    private mutating func formValue(depth: Int) -> FormValue {
        switch number(depth < 4 ? 0...3 : 0...1) {
        case 2: .map(formMap(depth: depth + 1))
        case 3: .list((0..<number(1...3)).map { _ in formValue(depth: depth + 1) })
        default: .text(text(0...6, of: Array("ab1 +%&=[]~_.\"\\/\né€😀")))
        }
    }
}
