import Glibc
import KeybrakeGateway
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@testable import KeybrakeServer

/// Real sockets against an upstream that follows a script.
@Suite("Upstream client")
struct UpstreamClientTests {
    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Runs `body` with a client on one loop in front of a scripted upstream.
    private func withClient(
        _ script: [[ScriptedOrigin.Act]], limits: UpstreamLimits = .standard,
        _ body: (Sender, ScriptedOrigin) async throws -> Void
    ) async throws {
        let origin = try await ScriptedOrigin.started(script)
        let configuration = UpstreamConfiguration(
            scheme: .http, host: "127.0.0.1", port: origin.port, trust: .systemRoots, limits: limits)
        try await withClient(configuration) { try await body($0, origin) }
        try await origin.stop()
    }

    private func withClient(_ configuration: UpstreamConfiguration, _ body: (Sender) async throws -> Void) async throws
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = try UpstreamClient(configuration: configuration, eventLoopGroup: group, logger: quietLogger)
        try await body(Sender(client: client, eventLoop: group.next()))
        await client.stop()
        try await group.shutdownGracefully()
    }

    /// Sends on the loop and waits for what comes.
    struct Sender: Sendable {
        let client: UpstreamClient
        let eventLoop: any EventLoop

        func send(_ method: HTTPMethod = .GET, body: ByteBuffer = ByteBuffer()) async -> String {
            let promise = eventLoop.makePromise(of: String.self)
            let request = UpstreamRequest(method: method, target: "/v1/x", headers: ["A": "b"], body: body)
            eventLoop.execute {
                client.send(request, on: eventLoop) { result in
                    switch result {
                    case .success(let answer): promise.succeed("\(answer.status) \(String(buffer: answer.body))")
                    case .failure(let failure): promise.succeed("\(failure.reach): \(failure.reason)")
                    }
                }
            }
            return (try? await promise.futureResult.get()) ?? "nothing"
        }
    }

    @Test func keepsOneConnectionForOneRequestAfterTheOther() async throws {
        try await withClient([[.write(ok), .write(ok), .write(ok)]]) { sender, origin in
            for _ in 0..<3 { #expect(await sender.send() == "200 ok") }
            #expect(origin.connections == 1)
            #expect(origin.requests.first == "GET /v1/x HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\nA: b\r\n\r\n")
        }
    }

    @Test func opensAnotherConnectionAfterOneThatMayNotBeKept() async throws {
        let close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        let stray = ok + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted"
        try await withClient([[.write(close)], [.write(stray)], [.write(ok)]]) { sender, origin in
            for _ in 0..<3 { #expect(await sender.send() == "200 ok") }
            #expect(origin.connections == 3)
        }
    }

    @Test func opensAnotherConnectionWhenTheKeptOneWasClosed() async throws {
        try await withClient([[.writeAndClose(ok)], [.write(ok)]]) { sender, origin in
            #expect(await sender.send(.POST, body: ByteBuffer(string: "a=1")) == "200 ok")
            try await Task.sleep(for: .milliseconds(30))
            #expect(await sender.send(.POST, body: ByteBuffer(string: "a=2")) == "200 ok")
            #expect(origin.requests.count == 2)
        }
    }

    @Test(arguments: [
        ScriptedOrigin.Act.close, .reset, .writeAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    ])
    func doesNotRepeatARequestThatLeft(act: ScriptedOrigin.Act) async throws {
        try await withClient([[.write(ok), act], [.write(ok)]]) { sender, origin in
            #expect(await sender.send(.POST, body: ByteBuffer(string: "a=1")) == "200 ok")
            #expect(await sender.send(.POST, body: ByteBuffer(string: "a=2")).hasPrefix("sent: "))
            #expect(origin.requests.count == 2)
            #expect(origin.connections == 1)
        }
    }

    /// The loop is kept busy until the kept connection is dead, so that the pool cannot have noticed.
    @Test func repeatsARequestThatMetADeadConnectionAndNeverLeft() async throws {
        try await withClient([[.writeThenReset(ok)], [.write(ok)]]) { sender, origin in
            let promise = sender.eventLoop.makePromise(of: String.self)
            let request = UpstreamRequest(
                method: .POST, target: "/v1/x", headers: [:], body: ByteBuffer(string: "a=1"))
            sender.eventLoop.execute {
                sender.client.send(request, on: sender.eventLoop) { _ in
                    while origin.resets == 0 { usleep(1_000) }
                    usleep(10_000)
                    sender.client.send(request, on: sender.eventLoop) { result in
                        promise.succeed((try? result.get()).map { String(buffer: $0.body) } ?? "\(result)")
                    }
                }
            }
            let answer = try await promise.futureResult.get()
            #expect(answer == "ok")
            #expect(origin.requests.count == 2)
            #expect(origin.connections == 2)
        }
    }

    @Test func readsAnAnswerThatEndsWithTheConnection() async throws {
        try await withClient([[.writeAndClose("HTTP/1.1 200 OK\r\n\r\nall of it")]]) { sender, _ in
            #expect(await sender.send() == "200 all of it")
        }
    }

    @Test func doesNotTakeAResetForTheEndOfAnAnswer() async throws {
        let script: [[ScriptedOrigin.Act]] = [[.write("HTTP/1.1 200 OK\r\n\r\nnot all")]]
        try await withClient(script, limits: .changed { $0.responseMilliseconds = 60 }) { sender, _ in
            #expect(await sender.send() == "sent: the upstream did not answer in time")
        }
    }

    @Test(arguments: ["garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
    func failsOnGarbageAsSent(text: String) async throws {
        try await withClient([[.write(text)]]) { sender, _ in
            #expect(await sender.send().hasPrefix("sent: the upstream answer"))
        }
    }

    @Test func failsAsSentWhenNoAnswerComesInTime() async throws {
        try await withClient([[.silence]], limits: .changed { $0.responseMilliseconds = 60 }) { sender, origin in
            #expect(await sender.send() == "sent: the upstream did not answer in time")
            #expect(origin.requests.count == 1)
        }
    }

    @Test func failsAsNotSentWhenNobodyListens() async throws {
        let origin = try await ScriptedOrigin.started([[.silence]])
        let port = origin.port
        try await origin.stop()
        let configuration = UpstreamConfiguration(
            scheme: .http, host: "127.0.0.1", port: port, trust: .systemRoots, limits: .standard)
        try await withClient(configuration) { sender in
            #expect(await sender.send() == "notSent: the upstream refused the connection")
        }
    }

    @Test func failsAsNotSentWhenNoConnectionIsFree() async throws {
        let limits = UpstreamLimits.changed {
            $0.connectionsPerLoopMax = 1
            $0.waitingPerLoopMax = 1
            // Far apart, so that a busy machine does not turn one refusal into the other.
            $0.waitMilliseconds = 2_000
            $0.responseMilliseconds = 5_000
        }
        try await withClient([[.write(ok), .silence]], limits: limits) { sender, origin in
            #expect(await sender.send() == "200 ok")
            async let first = sender.send()
            while origin.requests.count < 2 { await Task.yield() }
            async let second = sender.send()
            try await Task.sleep(for: .milliseconds(200))
            #expect(await sender.send() == "notSent: too many requests wait for a connection to the upstream")
            #expect(await second == "notSent: no connection to the upstream was free in time")
            #expect(await first == "sent: the upstream did not answer in time")
        }
    }

    @Test func failsAsNotSentWhenTheLastByteWasNeverTaken() async throws {
        // The upstream closes after the head, while most of the body is still here.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    _ = channel.eventLoop.scheduleTask(in: .milliseconds(50)) { channel.close(promise: nil) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let configuration = UpstreamConfiguration(
            scheme: .http, host: "127.0.0.1", port: channel.localAddress?.port ?? 0, trust: .systemRoots,
            limits: .standard)
        try await withClient(configuration) { sender in
            let answer = await sender.send(.POST, body: ByteBuffer(repeating: 97, count: 16 * 1024 * 1024))
            #expect(answer.hasPrefix("notSent: "))
        }
        try await channel.close()
        try await group.shutdownGracefully()
    }

    @Test func neverWritesARequestThatIsNotHTTP() async throws {
        try await withClient([[.write(ok)]]) { sender, origin in
            let promise = sender.eventLoop.makePromise(of: UpstreamFailure?.self)
            let request = UpstreamRequest(
                method: .GET, target: "/v1/x", headers: ["A": "b\r\nEvil: 1"], body: ByteBuffer())
            sender.eventLoop.execute {
                sender.client.send(request, on: sender.eventLoop) { result in
                    if case .failure(let failure) = result { promise.succeed(failure) } else { promise.succeed(nil) }
                }
            }
            let failure = try await promise.futureResult.get()
            #expect(failure == UpstreamFailure(reach: .notSent, reason: "the request cannot be written as HTTP"))
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func verifiesTheCertificateAndItsName() async throws {
        let certificate = try TestCertificate()
        let stranger = try TestCertificate()
        let misnamed = try TestCertificate(names: "DNS:elsewhere.test")
        for (served, trusted, expected) in [
            (certificate, certificate, "200 ok"),
            (certificate, stranger, "notSent: the TLS handshake with the upstream failed; is its certificate trusted?"),
            (misnamed, misnamed, "notSent: the upstream's certificate is for another name"),
        ] {
            let origin = try await ScriptedOrigin.started([[.write(ok)]], tls: try ServerTLS.context(served.files))
            let configuration = UpstreamConfiguration(
                scheme: .https, host: "localhost", port: origin.port,
                trust: .certificateAuthorityFile(path: trusted.certificatePath), limits: .standard)
            try await withClient(configuration) { sender in #expect(await sender.send() == expected) }
            #expect(origin.requests.count == (expected == "200 ok" ? 1 : 0))
            try await origin.stop()
        }
    }

    @Test func saysWhatIsWrongWithTheAuthorityFile() {
        let configuration = UpstreamConfiguration(
            scheme: .https, host: "localhost", port: 443, trust: .certificateAuthorityFile(path: "/no/such"),
            limits: .standard)
        let expected = ServerFailure.certificateAuthorityUnreadable(
            path: "/no/such", reason: "No such file or directory")
        #expect(throws: expected) {
            try UpstreamClient(
                configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quietLogger
            )
        }
    }

    @Test func servesOverTLSWhatItFetchesOverTLS() async throws {
        let certificate = try TestCertificate()
        try await withServer(handler: TestHandler(), tls: certificate.files) { _, port in
            let configuration = UpstreamConfiguration(
                scheme: .https, host: "127.0.0.1", port: port,
                trust: .certificateAuthorityFile(path: certificate.certificatePath), limits: .standard)
            try await withClient(configuration) { sender in
                #expect(await sender.send() == "200 GET /v1/x []")
                #expect(await sender.send(.POST, body: ByteBuffer(string: "a=1")) == "200 POST /v1/x [a=1]")
                let large = String(repeating: "a", count: 200_000)
                #expect(await sender.send(.POST, body: ByteBuffer(string: large)) == "200 POST /v1/x [\(large)]")
            }
        }
    }
}
