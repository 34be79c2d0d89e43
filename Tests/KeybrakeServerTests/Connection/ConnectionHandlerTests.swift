import KeybrakeGateway
import NIOCore
import NIOEmbedded
import Testing

@testable import KeybrakeServer

/// The handler on a channel without a socket: what it writes, when it flushes, when it reads.
@Suite("Connection handler")
struct ConnectionHandlerTests {
    private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    private func channel(_ handler: any RequestHandler, limits: ServerLimits = .standard) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let loop = ServerLoop(
            eventLoop: channel.embeddedEventLoop, handler: handler, limits: limits,
            metrics: ServerMetrics(listener: "test"))
        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(loop: loop))
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        return channel
    }

    private func written(_ channel: EmbeddedChannel) throws -> [String] {
        var all: [String] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { all.append(String(buffer: buffer)) }
        return all
    }

    @Test func writesHeadAndBodyInOneGo() throws {
        let channel = try channel(TestHandler())
        try channel.writeInbound(ByteBuffer(string: get))
        let all = try written(channel)
        #expect(all.count == 1)
        #expect(all.first?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        #expect(all.first?.hasSuffix("\r\n\r\nGET /a []") == true)
    }

    @Test func answersAThousandPipelinedRequestsWithoutRunningOutOfStack() throws {
        let handler = TestHandler()
        let channel = try channel(handler)
        try channel.writeInbound(ByteBuffer(string: String(repeating: get, count: 1_000)))
        #expect(try written(channel).count == 1_000)
        #expect(handler.requests.count == 1_000)
    }

    @Test func ignoresASecondAnswer() throws {
        let handler = TestHandler { request, _, respond in
            respond(.text("first"))
            respond(.text("second"))
        }
        let channel = try channel(handler)
        try channel.writeInbound(ByteBuffer(string: get + get))
        let all = try written(channel)
        #expect(all.count == 2)
        #expect(all.allSatisfy { $0.hasSuffix("first") })
    }

    @Test func dropsAnAnswerThatNobodyWaitsFor() throws {
        let gate = Gate()
        let channel = try channel(
            TestHandler { _, eventLoop, respond in
                gate.whenOpen(on: eventLoop) { respond(.text("late")) }
            })
        try channel.writeInbound(ByteBuffer(string: get))
        channel.close(promise: nil)
        gate.open()
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try written(channel) == [])
    }

    @Test func closesAfterARefusal() throws {
        let handler = TestHandler()
        let channel = try channel(handler)
        try channel.writeInbound(ByteBuffer(string: "nonsense\r\n\r\n\(get)"))
        let answer = try #require(try written(channel).first)
        #expect(answer.contains("Connection: close\r\n"))
        #expect(!channel.isActive)
        #expect(handler.refused.count == 1 && handler.requests.isEmpty)
    }

    @Test func survivesAnything() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = Array("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\(get)".utf8)
        var refused = 0
        for _ in 0..<1_000 {
            let handler = TestHandler()
            let channel = try channel(handler)
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            for piece in [bytes[..<cut], bytes[cut...]] where channel.isActive {
                try channel.writeInbound(ByteBuffer(bytes: piece))
            }
            let answers = try written(channel)
            #expect(answers.count == handler.requests.count + handler.refused.count)
            // A changed byte can also make HTTP/1.0 of it, which ends with its answer.
            #expect(channel.isActive == !(answers.last?.contains("Connection: close\r\n") ?? false))
            #expect(handler.refused.isEmpty || !channel.isActive)
            refused += handler.refused.count
            channel.close(promise: nil)
        }
        #expect(refused > 100)
    }
}
