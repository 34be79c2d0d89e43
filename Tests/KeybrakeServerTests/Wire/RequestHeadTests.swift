import NIOHTTP1
import Testing

@testable import KeybrakeServer

@Suite("Request head")
struct RequestHeadTests {
    private func head(_ text: String, headerCountMax: Int = 100) throws -> RequestHead {
        try head(Array(text.utf8), headerCountMax: headerCountMax)
    }

    private func head(_ bytes: [UInt8], headerCountMax: Int = 100) throws -> RequestHead {
        try bytes.withUnsafeBytes { try RequestHead($0, headerCountMax: headerCountMax) }
    }

    @Test func keepsMethodTargetAndHeadersAsWritten() throws {
        let head = try head("POST /v1//charges?a[]=1 HTTP/1.1\r\nhOsT: x\r\nX-Empty:\r\nX-Pad: \t a  b \t\r\n\r\n")
        #expect(head.method == .POST)
        #expect(head.target == "/v1//charges?a[]=1")
        #expect(head.headers.map { "\($0.name)=\($0.value)" } == ["hOsT=x", "X-Empty=", "X-Pad=a  b"])
        #expect(head.framing == .none)
        #expect(!head.closes && !head.expectsContinue)
    }

    @Test(arguments: [
        ("Content-Length: 0\r\n", BodyFraming.none), ("Content-Length: 17\r\n", .length(17)),
        ("content-length:017\r\n", .length(17)), ("Transfer-Encoding: Chunked\r\n", .chunked),
    ])
    func findsTheEndOfTheBody(field: String, framing: BodyFraming) throws {
        #expect(try head("POST / HTTP/1.1\r\nHost: x\r\n\(field)\r\n").framing == framing)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", false), ("HTTP/1.1", "Connection: close\r\n", true),
        ("HTTP/1.1", "Connection: keep-alive, Close\r\n", true), ("HTTP/1.1", "Connection: closed\r\n", false),
        ("HTTP/1.0", "", true), ("HTTP/1.0", "Connection: keep-alive\r\n", true),
    ])
    func knowsWhetherAnotherRequestMayFollow(version: String, field: String, closes: Bool) throws {
        #expect(try head("GET / \(version)\r\nHost: x\r\n\(field)\r\n").closes == closes)
    }

    @Test func takesTextAboveASCIIOnlyAsUTF8() throws {
        #expect(try head("GET / HTTP/1.1\r\nHost: x\r\nX-Agent-Name: Zoë\r\n\r\n").headers["x-agent-name"] == ["Zoë"])
        let latin1 = Array("GET / HTTP/1.1\r\nHost: x\r\nX: ".utf8) + [0xEB] + Array("\r\n\r\n".utf8)
        #expect(throws: RequestHead.Defect.malformed("a header value is not UTF-8")) { try head(latin1) }
    }

    @Test func limitsTheNumberOfHeaderLines() throws {
        let fields = String(repeating: "A: b\r\n", count: 4)
        #expect(try head("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n", headerCountMax: 5).headers.count == 5)
        #expect(throws: RequestHead.Defect.malformed("the request has too many header lines")) {
            try head("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n", headerCountMax: 4)
        }
    }

    /// What two parsers could read differently, or what no client of this proxy has any business to send.
    static let refused: [String] = [
        // Framing.
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\u{b}chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        // Lines.
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\tX: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\nX: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\u{7f}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX(: a\r\n\r\n",
        // Host.
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n",
        // Request line.
        "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /é HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET / http/1.1\r\nHost: x\r\n\r\n",
        "get / HTTP/1.1\r\nHost: x\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\n\r\n",
    ]

    @Test(arguments: refused)
    func refusesWhatCouldBeReadInTwoWays(text: String) throws {
        let error = #expect(throws: RequestHead.Defect.self) { try head(text) }
        #expect(error != .versionNotSupported)
    }

    @Test(arguments: ["HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0"])
    func refusesOtherVersions(version: String) {
        #expect(throws: RequestHead.Defect.versionNotSupported) { try head("GET / \(version)\r\nHost: x\r\n\r\n") }
    }

    @Test func servesOptionsOfTheServerItself() throws {
        #expect(try head("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").target == "*")
    }
}
