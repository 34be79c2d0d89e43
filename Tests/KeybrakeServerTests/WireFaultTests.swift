import KeybrakeGateway
import NIOCore
import Testing

@testable import KeybrakeServer

@Suite("Spoiled answers")
struct WireFaultTests {
    private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    private func answers(_ fault: WireFault) -> TestHandler {
        TestHandler { _, _, respond in respond(.text("0123456789", fault: fault)) }
    }

    @Test func resetSendsNothing() async throws {
        try await withServer(handler: answers(WireFault(ending: .reset))) { _, port in
            let client = try RawClient(port: port)
            try client.send(get)
            let failure = #expect(throws: RawClient.Failure.self) { try client.readToEnd() }
            #expect(failure?.what == "read: Connection reset by peer")
        }
    }

    @Test func truncatedSendsThatMuchUnderTheFullLength() async throws {
        try await withServer(handler: answers(WireFault(ending: .truncated(bodyBytes: 4)))) { _, port in
            let client = try RawClient(port: port)
            try client.send(get)
            let answer = try client.readToEnd()
            #expect(answer.contains("Content-Length: 10\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n0123"))
        }
    }

    @Test(arguments: [
        WireFault(delayMilliseconds: 30), WireFault(bodyMilliseconds: 30),
        WireFault(delayMilliseconds: 10, bodyMilliseconds: 20),
    ])
    func delayedAndSlowAnswersAreWholeAndTheConnectionLives(fault: WireFault) async throws {
        try await withServer(handler: answers(fault)) { _, port in
            let client = try RawClient(port: port)
            for _ in 0..<2 {
                try client.send(get)
                let answer = try client.read(until: "0123456789")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.contains("Content-Length: 10\r\n"))
                #expect(answer.hasSuffix("\r\n\r\n0123456789"))
            }
        }
    }

    @Test func effectsAddUp() async throws {
        let fault = WireFault(delayMilliseconds: 20, bodyMilliseconds: 20, ending: .truncated(bodyBytes: 4))
        try await withServer(handler: answers(fault)) { _, port in
            let client = try RawClient(port: port)
            try client.send(get)
            #expect(try client.readToEnd().hasSuffix("\r\n\r\n0123"))
        }
    }
}
