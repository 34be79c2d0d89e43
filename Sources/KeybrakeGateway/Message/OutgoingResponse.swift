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
