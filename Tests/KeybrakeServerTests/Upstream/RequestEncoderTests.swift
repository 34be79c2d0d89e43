import KeybrakeGateway
import NIOCore
import NIOHTTP1
import Testing

@testable import KeybrakeServer

@Suite("Request encoder")
struct RequestEncoderTests {
    private func request(
        _ method: HTTPMethod = .GET, target: String = "/v1/x", headers: HTTPHeaders = [:], body: String = ""
    ) -> UpstreamRequest {
        UpstreamRequest(method: method, target: target, headers: headers, body: ByteBuffer(string: body))
    }

    private func encode(_ request: UpstreamRequest) -> (outcome: RequestEncoder.Outcome, text: String) {
        var buffer = ByteBuffer()
        let outcome = RequestEncoder(authority: "api.stripe.com").encode(request, into: &buffer)
        return (outcome, String(buffer: buffer))
    }

    @Test func writesHostHeadersAndBody() {
        let get = encode(request(headers: ["Accept": "*/*"]))
        #expect(get == (.whole, "GET /v1/x HTTP/1.1\r\nHost: api.stripe.com\r\nAccept: */*\r\n\r\n"))
        let post = encode(request(.POST, headers: ["X-Key": "k"], body: "amount=1"))
        #expect(
            post.text
                == "POST /v1/x HTTP/1.1\r\nHost: api.stripe.com\r\nX-Key: k\r\nContent-Length: 8\r\n\r\namount=1"
        )
        #expect(encode(request(.POST)).text.hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test func dropsFieldsThatConcernTheConnectionOnly() {
        let headers: HTTPHeaders = [
            "host": "evil", "Content-Length": "99", "Transfer-Encoding": "chunked", "Connection": "close, X-Hop",
            "X-Hop": "1", "Keep-Alive": "5", "TE": "trailers", "Upgrade": "h2c", "Expect": "100-continue",
            "Proxy-Authorization": "x", "X-End": "2",
        ]
        #expect(
            encode(request(headers: headers)).text == "GET /v1/x HTTP/1.1\r\nHost: api.stripe.com\r\nX-End: 2\r\n\r\n")
    }

    @Test(arguments: [
        ("/v1/x y", "X", "a"), ("/v1/x\r\nHost: evil", "X", "a"), ("v1/x", "X", "a"), ("", "X", "a"), ("/é", "X", "a"),
        ("/v1/x", "X", "a\r\nHost: evil"), ("/v1/x", "X\n", "a"), ("/v1/x", "", "a"),
    ])
    func refusesWhatIsNotOneLine(target: String, name: String, value: String) {
        let encoded = encode(request(target: target, headers: HTTPHeaders([(name, value)])))
        #expect(encoded == (.unsendable, ""))
    }

    @Test func leavesLargeBodiesAloneAndGrowsWithTheHeaders() {
        var large = request(.POST, body: String(repeating: "b", count: 40_000))
        for number in 0..<200 { large.headers.add(name: "X-\(number)", value: String(repeating: "v", count: 100)) }
        let encoded = encode(large)
        #expect(encoded.outcome == .headOnly)
        #expect(encoded.text.hasSuffix("Content-Length: 40000\r\n\r\n"))
        #expect(encoded.text.contains("X-199: vvv"))
    }
}
