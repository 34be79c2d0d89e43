import KeybrakeGateway
import NIOCore
import NIOHTTP1
import Testing

@testable import KeybrakeServer

@Suite("Response encoder")
struct ResponseEncoderTests {
    private func encode(_ response: OutgoingResponse, isAnswerToHEAD: Bool = false, closes: Bool = false) -> String {
        let context = ResponseEncoder.Context(
            isAnswerToHEAD: isAnswerToHEAD, closes: closes, date: Array("today".utf8))
        var buffer = ByteBuffer()
        let hasBody = ResponseEncoder.encode(response, context, into: &buffer)
        return String(buffer: buffer) + (hasBody ? "" : " and \(response.body.readableBytes) bytes")
    }

    @Test func writesHeadAndBody() {
        var response = OutgoingResponse.text("hi", status: 402)
        response.headers = ["Request-Id": "req_1", "X-Keybrake-Mode": "live"]
        #expect(
            encode(response) == """
                HTTP/1.1 402 Payment Required\r\nRequest-Id: req_1\r\nX-Keybrake-Mode: live\r\nDate: today\r
                Content-Length: 2\r\n\r\nhi
                """)
        #expect(encode(response, closes: true).contains("\r\nConnection: close\r\n\r\nhi"))
    }

    @Test func keepsTheFieldsOfTheConnectionToItself() {
        var response = OutgoingResponse.text("hi")
        response.headers = [
            "content-length": "99", "DATE": "never", "Connection": "x", "Transfer-Encoding": "chunked",
            "Keep-Alive": "5",
            "Upgrade": "h2c", "Trailer": "X", "X": "y",
        ]
        #expect(encode(response) == "HTTP/1.1 200 OK\r\nX: y\r\nDate: today\r\nContent-Length: 2\r\n\r\nhi")
    }

    @Test(arguments: [
        ("X", "a\r\nSet-Cookie: b"), ("X", "a\nb"), ("X", "a\0"), ("X\r\nY", "a"), ("X Y", "a"), ("", "a"),
    ])
    func dropsAHeaderThatIsNotOneLine(name: String, value: String) {
        var response = OutgoingResponse.text("hi")
        response.headers = ["Before": "1"]
        response.headers.add(name: name, value: value)
        response.headers.add(name: "After", value: "2")
        #expect(
            encode(response)
                == "HTTP/1.1 200 OK\r\nBefore: 1\r\nAfter: 2\r\nDate: today\r\nContent-Length: 2\r\n\r\nhi")
    }

    @Test func leavesOutTheBodyWhereThereIsNone() {
        #expect(encode(.text("hi"), isAnswerToHEAD: true).hasSuffix("Content-Length: 2\r\n\r\n"))
        #expect(encode(.text(""), isAnswerToHEAD: true) == "HTTP/1.1 200 OK\r\nDate: today\r\n\r\n")
        #expect(encode(.text("hi", status: 204)) == "HTTP/1.1 204 No Content\r\nDate: today\r\n\r\n")
        #expect(encode(.text("hi", status: 304)) == "HTTP/1.1 304 Not Modified\r\nDate: today\r\n\r\n")
    }

    @Test func writesAnyStatusThatAnAnswerCanHave() {
        #expect(encode(.text("", status: 429)).hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
        #expect(encode(.text("", status: 299)).hasPrefix("HTTP/1.1 299 "))
        #expect(encode(.text("", status: 42)).hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test func growsWithTheHeadersAndLeavesLargeBodiesAlone() {
        var response = OutgoingResponse.text(String(repeating: "b", count: 40_000))
        for number in 0..<200 { response.headers.add(name: "X-\(number)", value: String(repeating: "v", count: 100)) }
        let text = encode(response)
        #expect(text.contains("X-199: vvv"))
        #expect(text.hasSuffix("Content-Length: 40000\r\n\r\n and 40000 bytes"))
    }
}
