/// How much a client may send, and how long it may take. Every limit has its unit in its name.
package struct ServerLimits: Sendable, Equatable {
    /// Request line and header lines together, their line ends included.
    package var headBytesMax: Int
    /// Header lines of one request.
    package var headerCountMax: Int
    /// One request's body once its transfer coding is undone.
    package var bodyBytesMax: Int
    /// Open connections of this listener; one more is closed as soon as it is accepted.
    package var connectionsMax: Int
    /// Requests served on one connection before it is closed after an answer; `nil` for as many as come.
    package var requestsPerConnectionMax: Int?
    /// From the first byte of a head to its last.
    package var headMilliseconds: Int64
    /// From the end of the head to the last byte of the body.
    package var bodyMilliseconds: Int64
    /// How long a connection may be open without a request.
    package var idleMilliseconds: Int64
    /// How long an answer may wait for a client that does not read.
    package var writeMilliseconds: Int64
    /// How long a connection is kept after its last answer, so that the client can read it.
    package var lingerMilliseconds: Int64
    /// From the wish to shut down to the end of whatever is still in flight.
    package var shutdownMilliseconds: Int64

    package init(
        headBytesMax: Int, headerCountMax: Int, bodyBytesMax: Int, connectionsMax: Int, requestsPerConnectionMax: Int?,
        headMilliseconds: Int64, bodyMilliseconds: Int64, idleMilliseconds: Int64, writeMilliseconds: Int64,
        lingerMilliseconds: Int64, shutdownMilliseconds: Int64
    ) {
        self.headBytesMax = headBytesMax
        self.headerCountMax = headerCountMax
        self.bodyBytesMax = bodyBytesMax
        self.connectionsMax = connectionsMax
        self.requestsPerConnectionMax = requestsPerConnectionMax
        self.headMilliseconds = headMilliseconds
        self.bodyMilliseconds = bodyMilliseconds
        self.idleMilliseconds = idleMilliseconds
        self.writeMilliseconds = writeMilliseconds
        self.lingerMilliseconds = lingerMilliseconds
        self.shutdownMilliseconds = shutdownMilliseconds
    }

    /// What a listener uses unless told otherwise: 64 KiB and 100 header lines, bodies of 16 MiB (Stripe's own limit
    /// for files), 4,096 connections, 10 s for a head, 60 s for a body, 75 s idle, 30 s to take an answer, 2 s to read
    /// the last one, 30 s to shut down (Stripe's slowest answers take most of them).
    package static let standard = ServerLimits(
        headBytesMax: 64 * 1024, headerCountMax: 100, bodyBytesMax: 16 * 1024 * 1024, connectionsMax: 4_096,
        requestsPerConnectionMax: nil, headMilliseconds: 10_000, bodyMilliseconds: 60_000, idleMilliseconds: 75_000,
        writeMilliseconds: 30_000, lingerMilliseconds: 2_000, shutdownMilliseconds: 30_000)
}
