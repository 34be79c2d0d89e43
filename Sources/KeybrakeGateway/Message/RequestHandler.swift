package import NIOCore

/// What a listener serves. The data listener serves the gateway, the control listener the admin API.
///
/// Both calls are made on the connection's event loop, and `respond` must be called exactly once, on the same loop.
package protocol RequestHandler: Sendable {
    /// Answers one request. Calls of one connection never overlap.
    func handle(_ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void)

    /// The answer to bytes that are no request. The connection closes after it.
    func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse
}
