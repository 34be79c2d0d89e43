package import NIOCore
package import NIOHTTP1

/// One whole request as it came off the wire: head and body, nothing judged yet.
package struct IncomingRequest: Sendable {
    package var method: HTTPMethod
    /// The request target as written, such as `/stripe/v1/charges?limit=3`.
    package var target: String
    package var headers: HTTPHeaders
    /// The whole body; empty when there was none.
    package var body: ByteBuffer
    /// When the head had arrived, in microseconds since 1970.
    package var receivedAtMicroseconds: Int64

    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders, body: ByteBuffer, receivedAtMicroseconds: Int64
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.receivedAtMicroseconds = receivedAtMicroseconds
    }
}
