import KeybrakeGateway
import KeybrakeServer
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers every request with what a closure says, and remembers what it was asked and what it refused.
final class TestHandler: RequestHandler {
    typealias Answer = @Sendable (IncomingRequest, any EventLoop, @escaping (OutgoingResponse) -> Void) -> Void

    private let answer: Answer
    private let seen = Mutex<(requests: [IncomingRequest], refused: [UnreadableRequest])>(([], []))

    init(_ answer: @escaping Answer) {
        self.answer = answer
    }

    /// Answers with method, target and body of the request.
    convenience init() {
        self.init { request, _, respond in respond(.text(TestHandler.echo(request))) }
    }

    var requests: [IncomingRequest] { seen.withLock { $0.requests } }
    var refused: [UnreadableRequest] { seen.withLock { $0.refused } }

    func handle(_ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void)
    {
        seen.withLock { $0.requests.append(request) }
        answer(request, eventLoop, respond)
    }

    func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        seen.withLock { $0.refused.append(unreadable) }
        return .text("refused: \(unreadable)", status: 400)
    }

    static func echo(_ request: IncomingRequest) -> String {
        "\(request.method) \(request.target) [\(String(buffer: request.body))]"
    }
}

extension OutgoingResponse {
    static func text(_ text: String, status: Int = 200, fault: WireFault = .none) -> OutgoingResponse {
        OutgoingResponse(status: status, headers: [:], body: ByteBuffer(string: text), fault: fault)
    }
}

extension ServerLimits {
    /// The standard ones with some changed.
    static func changed(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits.standard
        change(&limits)
        return limits
    }
}

extension UpstreamLimits {
    /// The standard ones with some changed.
    static func changed(_ change: (inout UpstreamLimits) -> Void) -> UpstreamLimits {
        var limits = UpstreamLimits.standard
        change(&limits)
        return limits
    }
}

/// Holds answers back until a test lets them go.
final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() {
        isOpen.withLock { $0 = true }
    }

    /// Calls `act` on the loop once the gate is open.
    func whenOpen(on eventLoop: any EventLoop, _ act: @escaping () -> Void) {
        if isOpen.withLock({ $0 }) { return act() }
        _ = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.whenOpen(on: eventLoop, act) }
    }
}
