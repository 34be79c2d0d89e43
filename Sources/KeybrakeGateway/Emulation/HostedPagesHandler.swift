package import KeybrakeEmulator
internal import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1

/// Serves the emulator's pages below `/pages/` to browsers, and hands everything else on.
///
/// Pages belong to the emulator alone: no key opens them and none of them moves real money, so that they need no audit.
package final class HostedPagesHandler: RequestHandler {
    /// Below which paths the pages are.
    package static let prefix = "/pages"

    private let emulator: EmulatorHost
    private let next: any RequestHandler
    private let modes: ModeSwitch?

    /// - Parameter modes: the modes of an instance, which serves pages only while it emulates; `nil` for an emulator of
    ///   its own.
    package init(emulator: EmulatorHost, next: any RequestHandler, modes: ModeSwitch?) {
        self.emulator = emulator
        self.next = next
        self.modes = modes
    }

    package func handle(
        _ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void
    ) {
        guard request.target.utf8.starts(with: "/pages/".utf8), let verb = Verb(request.method),
            modes.map({ $0.dispatcher(session: nil).mode == .emulate }) ?? true
        else { return next.handle(request, on: eventLoop, respond: respond) }
        let answer = emulator.page(
            verb, target: String(request.target.dropFirst(Self.prefix.utf8.count)),
            body: Array(request.body.readableBytesView), atUnixSeconds: request.receivedAtMicroseconds / 1_000_000)
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        respond(OutgoingResponse(status: answer.status, headers: headers, body: ByteBuffer(bytes: answer.body)))
    }

    package func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        next.refuse(unreadable, atMicroseconds: atMicroseconds)
    }
}
