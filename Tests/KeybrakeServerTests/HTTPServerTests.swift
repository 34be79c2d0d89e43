import KeybrakeGateway
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import KeybrakeServer

/// Real sockets, raw bytes.
@Suite("HTTP server")
struct HTTPServerTests {
    private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func servesOneRequestAfterTheOtherOnOneConnection() async throws {
        try await withServer(handler: TestHandler()) { _, port in
            let client = try RawClient(port: port)
            try client.send(get)
            let answer = try client.read(until: "GET /a []")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\r\nContent-Length: 9\r\n"))
            #expect(answer.contains("\r\nDate: "))
            #expect(!answer.contains("Connection:"))
            try client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.read(until: "]").hasSuffix("\r\n\r\nPOST /b [abc]"))
        }
    }

    @Test func answersThreeRequestsOfOneSegmentInOrder() async throws {
        // The first answer comes last of all unless the server waits for it.
        let handler = TestHandler { request, eventLoop, respond in
            let milliseconds: Int64 = request.target == "/1" ? 50 : 1
            _ = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
                respond(.text(TestHandler.echo(request)))
            }
        }
        try await withServer(handler: handler) { _, port in
            let client = try RawClient(port: port)
            try client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
            try client.send("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let all = try client.readToEnd()
            let order = ["GET /1 []", "GET /2 []", "GET /3 []"].compactMap { all.firstRange(of: $0)?.lowerBound }
            #expect(order.count == 3 && order == order.sorted())
            #expect(all.contains("Connection: close"))
        }
    }

    @Test func readsARequestByteByByte() async throws {
        try await withServer(handler: TestHandler()) { _, port in
            let client = try RawClient(port: port)
            for byte in "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8 {
                try client.send([byte])
            }
            #expect(try client.read(until: "]").hasSuffix("POST /b [abc]"))
        }
    }

    @Test func answersHEADWithoutBody() async throws {
        try await withServer(handler: TestHandler()) { _, port in
            let client = try RawClient(port: port)
            try client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = try client.readToEnd()
            #expect(answer.contains("Content-Length: 10\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func continuesWhenAsked() async throws {
        try await withServer(handler: TestHandler()) { _, port in
            let client = try RawClient(port: port)
            try client.send("POST /b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("abc")
            #expect(try client.read(until: "]").hasSuffix("POST /b [abc]"))
        }
    }

    @Test(arguments: RequestHeadTests.refused)
    func refusesAndClosesOnWhatCouldBeReadInTwoWays(text: String) async throws {
        let handler = TestHandler()
        try await withServer(handler: handler) { _, port in
            let client = try RawClient(port: port)
            // What follows must never be taken for a request of its own.
            try client.send(text + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = try client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(handler.refused.count == 1)
            #expect(handler.requests.isEmpty)
        }
    }

    @Test func refusesWhatIsTooLargeSoThatTheClientCanReadIt() async throws {
        let handler = TestHandler()
        let limits = ServerLimits.changed { $0.bodyBytesMax = 1_000 }
        try await withServer(handler: handler, limits: limits) { _, port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n")
            try client.send([UInt8](repeating: 97, count: 400_000))
            #expect(try client.read(until: "bodyTooLarge").hasPrefix("HTTP/1.1 400"))
            let other = try RawClient(port: port)
            try other.send("GET /" + String(repeating: "a", count: 70_000))
            #expect(try other.readToEnd().contains("headTooLarge(limitBytes: 65536)"))
        }
        #expect(handler.refused == [.bodyTooLarge(limitBytes: 1_000), .headTooLarge(limitBytes: 65_536)])
    }

    @Test func carriesABodyOfSixteenMebibytesBothWays() async throws {
        let handler = TestHandler { request, _, respond in
            respond(OutgoingResponse(status: 200, headers: [:], body: request.body))
        }
        try await withServer(handler: handler) { _, port in
            let client = try RawClient(port: port)
            let count = 16 * 1024 * 1024
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n")
            try client.send([UInt8](repeating: 97, count: count))
            let answer = try client.readToEnd()
            #expect(answer.hasSuffix(String(repeating: "a", count: 100)))
            #expect(answer.utf8.count > count)
        }
    }

    @Test func endsSlowHeadsAndBodiesAndIdleConnections() async throws {
        let handler = TestHandler()
        let limits = ServerLimits.changed {
            $0.headMilliseconds = 80
            $0.bodyMilliseconds = 80
            $0.idleMilliseconds = 80
        }
        try await withServer(handler: handler, limits: limits) { _, port in
            let head = try RawClient(port: port)
            try head.send("GET /a HTTP/1.1\r\nHost")
            #expect(try head.readToEnd().contains("tooSlow(limitMilliseconds: 80)"))
            let body = try RawClient(port: port)
            try body.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            #expect(try body.readToEnd().contains("tooSlow(limitMilliseconds: 80)"))
            let silent = try RawClient(port: port)
            #expect(try silent.readToEnd() == "")
            let idle = try RawClient(port: port)
            try idle.send(get)
            #expect(try idle.readToEnd().hasSuffix("GET /a []"))
        }
        #expect(handler.refused.count == 2)
    }

    @Test func finishesWhatIsInFlightWhenItStops() async throws {
        let gate = Gate()
        let handler = TestHandler { _, eventLoop, respond in
            gate.whenOpen(on: eventLoop) { respond(.text("in time")) }
        }
        try await withServer(handler: handler) { server, port in
            let idle = try RawClient(port: port)
            let busy = try RawClient(port: port)
            try busy.send(get)
            while handler.requests.isEmpty { await Task.yield() }
            let stopping = Task { await server.stop() }
            // The idle connection ends only because the server stops.
            #expect(try idle.readToEnd() == "")
            gate.open()
            #expect(try busy.readToEnd().hasSuffix("Connection: close\r\n\r\nin time"))
            await stopping.value
            #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
        }
    }

    @Test func stopsInTheEndEvenIfAnAnswerNeverComes() async throws {
        let handler = TestHandler { _, _, _ in }
        try await withServer(handler: handler, limits: .changed { $0.shutdownMilliseconds = 50 }) { server, port in
            let client = try RawClient(port: port)
            try client.send(get)
            while handler.requests.isEmpty { await Task.yield() }
            await server.stop()
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func doesNotMindClientsThatLeave() async throws {
        let handler = TestHandler { request, eventLoop, respond in
            _ = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { respond(.text("too late")) }
        }
        try await withServer(handler: handler) { _, port in
            for round in 0..<60 {
                let client = try RawClient(port: port)
                try client.send(get)
                if round % 3 == 0 {
                    client.reset()
                } else if round % 3 == 1 {
                    client.close()
                } else {
                    client.endOutput()
                }
            }
            let client = try RawClient(port: port)
            try client.send(get)
            #expect(try client.read(until: "too late").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func answersAClientThatHasShutItsOutput() async throws {
        try await withServer(handler: TestHandler()) { _, port in
            let client = try RawClient(port: port)
            try client.send(get)
            client.endOutput()
            #expect(try client.readToEnd().hasSuffix("\r\n\r\nGET /a []"))
        }
    }

    @Test func servesManyConnectionsAndNoMoreThanItMay() async throws {
        try await withServer(handler: TestHandler(), limits: .changed { $0.connectionsMax = 200 }, loops: 2) {
            _, port in
            let clients = try (0..<200).map { _ in try RawClient(port: port) }
            for client in clients { try client.send(get) }
            for client in clients { #expect(try client.read(until: "]").hasSuffix("GET /a []")) }
            let oneMore = try RawClient(port: port)
            #expect((try? oneMore.readToEnd()) ?? "" == "")
        }
    }

    @Test func saysWhyItCannotListen() async throws {
        try await withServer(handler: TestHandler()) { server, port in
            #expect(server.boundPort == port)
            #expect(try await server.start() == port)
            #expect(await failure(host: "127.0.0.1", port: port) == .portInUse(host: "127.0.0.1", port: port))
            #expect(await failure(host: "192.0.2.1", port: 0) == .addressNotAvailable(host: "192.0.2.1", port: 0))
            let missing = ServerConfiguration.TLSFiles(certificateChainPath: "/no/such", privateKeyPath: "/no/such")
            let expected = ServerFailure.certificateUnreadable(path: "/no/such", reason: "No such file or directory")
            #expect(await failure(host: "127.0.0.1", port: 0, tls: missing) == expected)
            let one = try TestCertificate()
            let other = try TestCertificate()
            let mixed = ServerConfiguration.TLSFiles(
                certificateChainPath: one.certificatePath, privateKeyPath: other.keyPath)
            let differ = ServerFailure.certificateAndKeyDiffer(
                certificatePath: one.certificatePath, privateKeyPath: other.keyPath)
            #expect(await failure(host: "127.0.0.1", port: 0, tls: mixed) == differ)
        }
    }

    private func failure(host: String, port: Int, tls: ServerConfiguration.TLSFiles? = nil) async -> ServerFailure? {
        let configuration = ServerConfiguration(listener: "test", host: host, port: port, tls: tls, limits: .standard)
        let server = HTTPServer(
            configuration: configuration, handler: TestHandler(),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quietLogger)
        do {
            try await server.start()
            await server.stop()
            return nil
        } catch {
            return error
        }
    }

    /// Mutated requests and plain noise: each connection is answered or closed, and the server goes on.
    @Test func survivesAnything() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = Array("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\(get)".utf8)
        try await withServer(handler: TestHandler(), limits: .changed { $0.headMilliseconds = 200 }) { _, port in
            for round in 0..<200 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if round % 4 == 0 { bytes = bytes.map { _ in UInt8.random(in: 0...255, using: &random) } }
                let client = try RawClient(port: port)
                try client.send(bytes)
                client.endOutput()
                _ = try? client.readToEnd()
            }
            let client = try RawClient(port: port)
            try client.send(get)
            #expect(try client.read(until: "]").hasPrefix("HTTP/1.1 200"))
        }
    }
}
