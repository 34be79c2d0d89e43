package import NIOCore
package import NIOHTTP1

/// One whole answer to a client. The server adds `Content-Length`, `Date` and `Connection`; everything else is here.
package struct OutgoingResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    /// Whether the connection is closed once the answer is written.
    package var closesConnection: Bool
    /// What a fault rule does to the answer on the wire; ``WireFault/none`` for every honest answer.
    package var fault: WireFault

    package init(
        status: Int, headers: HTTPHeaders, body: ByteBuffer, closesConnection: Bool = false, fault: WireFault = .none
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
        self.fault = fault
    }
}

/// How an emulated answer is spoiled on its way, because a test asked for it.
package enum WireFault: Sendable, Equatable {
    case none
    /// The connection is reset and no byte of the answer is sent.
    case reset
    /// Only that many bytes of the body are sent under the full `Content-Length`, then the connection closes.
    case truncated(bodyBytes: Int)
    /// The whole answer is held back for that long.
    case delayed(milliseconds: Int)
    /// The body is sent in pieces over that long.
    case slow(milliseconds: Int)
}
