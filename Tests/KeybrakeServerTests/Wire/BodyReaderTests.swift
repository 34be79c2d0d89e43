import NIOCore
import Testing

@testable import KeybrakeServer

@Suite("Body reader")
struct BodyReaderTests {
    /// Feeds the text in pieces of that many bytes; body and what was left over, or `nil` when the body is not whole.
    private func read(
        _ text: String, framing: BodyFraming, bytesMax: Int = 1_000, pieces: Int = 1_000
    ) throws -> (body: String, rest: String)? {
        var reader = BodyReader(framing: framing, bytesMax: bytesMax)
        var input = ByteBuffer()
        var remaining = ByteBuffer(string: text)
        repeat {
            if var piece = remaining.readSlice(length: min(pieces, remaining.readableBytes)) {
                input.writeBuffer(&piece)
            }
            if let body = try reader.read(from: &input) {
                return (String(buffer: body), String(buffer: input) + String(buffer: remaining))
            }
        } while remaining.readableBytes > 0
        return nil
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func readsALength(pieces: Int) throws {
        let result = try #require(try read("hello worldGET", framing: .length(11), pieces: pieces))
        #expect(result.body == "hello world")
        #expect(result.rest == "GET")
        #expect(try read("hello", framing: .length(11), pieces: pieces) == nil)
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func readsChunks(pieces: Int) throws {
        let text = "5\r\nhello\r\n6;name=\"x\"\r\n world\r\n0\r\nX-Trailer: a\r\n\r\nGET"
        let result = try #require(try read(text, framing: .chunked, pieces: pieces))
        #expect(result.body == "hello world")
        #expect(result.rest == "GET")
    }

    @Test(arguments: [
        "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "\r\n", " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n", "g\r\n", "000000005\r\nhello\r\n",
        "5;a\rb\r\nhello\r\n", "0\r\nX Y: a\r\n\r\n", "0\r\nnothing\r\n\r\n", "0\r\n: a\r\n\r\n", "0\r\nX: a\n\r\n",
    ])
    func refusesOtherChunks(text: String) {
        let error = #expect(throws: BodyDefect.self) { try read(text, framing: .chunked) }
        #expect(error != .tooLarge)
    }

    @Test func limitsTheWholeBody() throws {
        #expect(throws: BodyDefect.tooLarge) { try read("12345678901", framing: .length(11), bytesMax: 10) }
        #expect(throws: BodyDefect.tooLarge) { try read("6\r\n123456\r\n5\r\n", framing: .chunked, bytesMax: 10) }
        #expect(throws: BodyDefect.tooLarge) { try read("FFFFFFFF\r\n", framing: .chunked, bytesMax: 10) }
        #expect(throws: BodyDefect.tooLarge) { try read("12345678901", framing: .untilClose, bytesMax: 10) }
    }

    @Test func limitsExtensionsAndTrailers() {
        let long = String(repeating: "a", count: 300)
        #expect(throws: BodyDefect.self) { try read("5;\(long)", framing: .chunked) }
        let trailers = String(repeating: "X: \(long)\r\n", count: 30)
        #expect(throws: BodyDefect.self) { try read("0\r\n\(trailers)\r\n", framing: .chunked) }
    }

    @Test func aBodyUntilTheEndIsWholeOnlyThen() throws {
        var reader = BodyReader(framing: .untilClose, bytesMax: 10)
        var input = ByteBuffer(string: "abc")
        #expect(try reader.read(from: &input) == nil)
        #expect(reader.ended() == ByteBuffer(string: "abc"))
        #expect(BodyReader(framing: .length(3), bytesMax: 10).ended() == nil)
    }
}
