import KeybrakeGateway
import NIOCore
import Testing

@testable import KeybrakeServer

@Suite("Response reader")
struct ResponseReaderTests {
    private struct Read {
        var answer: String?
        var isReusable: Bool
        var endsWith: String?
    }

    /// What a reader makes of the text in pieces of that many bytes, and of the end of the connection after it.
    private func read(
        _ text: String, isAnswerToHEAD: Bool = false, limits: UpstreamLimits = .standard, pieces: Int = 10_000
    ) throws -> Read {
        var reader = ResponseReader(isAnswerToHEAD: isAnswerToHEAD, limits: limits)
        var remaining = ByteBuffer(string: text)
        var answer: UpstreamResponse?
        while answer == nil, let piece = remaining.readSlice(length: min(pieces, remaining.readableBytes)),
            piece.readableBytes > 0
        {
            answer = try reader.received(piece)
        }
        let isReusable = reader.isReusable
        let end = answer == nil ? reader.ended() : nil
        return Read(answer: answer.map(Self.text), isReusable: isReusable, endsWith: end.map(Self.text))
    }

    private static func text(_ response: UpstreamResponse) -> String {
        let headers = response.headers.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        return "\(response.status) [\(headers)] \(String(buffer: response.body))"
    }

    @Test(arguments: [1, 2, 5, 10_000])
    func readsALengthInAnyPieces(pieces: Int) throws {
        let read = try read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nRequest-Id: r\r\n\r\nhello", pieces: pieces)
        #expect(read.answer == "200 [Content-Length=5 Request-Id=r] hello")
        #expect(read.isReusable)
    }

    @Test(arguments: [1, 2, 5, 10_000])
    func readsChunksInAnyPieces(pieces: Int) throws {
        let text = "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        let read = try read(text, pieces: pieces)
        #expect(read.answer == "200 [] hello")
        #expect(read.isReusable)
    }

    @Test func readsUntilTheConnectionEnds() throws {
        let read = try read("HTTP/1.1 200 OK\r\n\r\nhello")
        #expect(read.answer == nil)
        #expect(read.endsWith == "200 [] hello")
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Le", "",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ])
    func aTruncatedAnswerIsNone(text: String) throws {
        let read = try read(text)
        #expect(read.answer == nil && read.endsWith == nil)
    }

    @Test(arguments: [(204, false), (304, false), (200, true)])
    func knowsAnswersWithoutBody(status: Int, isAnswerToHEAD: Bool) throws {
        let text = "HTTP/1.1 \(status) X\r\nContent-Length: 5\r\n\r\n"
        let read = try read(text, isAnswerToHEAD: isAnswerToHEAD)
        #expect(read.answer == "\(status) [Content-Length=5] ")
        #expect(read.isReusable)
    }

    @Test func skipsInformationalAnswers() throws {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        #expect(try read("HTTP/1.1 100 Continue\r\n\r\n" + early + answer).answer == "200 [Content-Length=2] ok")
        #expect(throws: WireDefect.self) { try read(String(repeating: early, count: 9) + answer) }
        #expect(throws: WireDefect.self) { try read("HTTP/1.1 101 Switching Protocols\r\n\r\n") }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n",
    ])
    func knowsWhenAConnectionCannotBeUsedAgain(text: String) throws {
        let read = try read(text)
        #expect(read.answer?.hasSuffix("ok") == true)
        #expect(!read.isReusable)
    }

    @Test func dropsFieldsThatConcernTheConnectionOnly() throws {
        let text = """
            HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nx-hop: 1\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nTE: a\r
            Trailer: b\r\nProxy-Connection: c\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n
            """
        #expect(try read(text).answer == "200 [X-End=2 Content-Length=0] ")
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nX: a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ])
    func refusesGarbage(text: String) {
        #expect(throws: WireDefect.self) { try read(text) }
    }

    @Test func limitsHeadAndBody() {
        let limits = UpstreamLimits.changed {
            $0.headBytesMax = 100
            $0.headerCountMax = 2
            $0.bodyBytesMax = 10
        }
        let long = String(repeating: "a", count: 100)
        #expect(throws: WireDefect.self) { try read("HTTP/1.1 200 OK\r\nX: \(long)", limits: limits) }
        #expect(throws: WireDefect.self) { try read("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\nA: b\r\n\r\n", limits: limits) }
        #expect(throws: WireDefect.self) { try read("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", limits: limits) }
        #expect(throws: WireDefect.self) { try read("HTTP/1.1 200 OK\r\n\r\n12345678901", limits: limits) }
    }

    /// Whatever comes back, the reader answers, waits or refuses.
    @Test func survivesAnything() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5\r\nhello\r\n0\r\n\r\n".utf8)
        var answers = 0
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var reader = ResponseReader(isAnswerToHEAD: false, limits: .standard)
            let cut = Int.random(in: 0...bytes.count, using: &random)
            if (try? reader.received(ByteBuffer(bytes: bytes[..<cut]))) == nil,
                (try? reader.received(ByteBuffer(bytes: bytes[cut...]))) != nil
            {
                answers += 1
            }
        }
        #expect(answers > 300)
    }
}
