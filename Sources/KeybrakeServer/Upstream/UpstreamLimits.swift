/// How many connections to Stripe there may be, how long things may take, and how large an answer may be.
package struct UpstreamLimits: Sendable, Equatable {
    /// Open connections of one event loop, those being opened included.
    package var connectionsPerLoopMax: Int
    /// Requests of one event loop that wait for a connection; one more fails at once.
    package var waitingPerLoopMax: Int
    /// How long a request may wait for a connection.
    package var waitMilliseconds: Int64
    /// From the wish to connect to the end of the TLS handshake.
    package var connectMilliseconds: Int64
    /// From the first byte of the request to the last byte of the answer.
    package var responseMilliseconds: Int64
    /// How long an unused connection is kept.
    package var idleMilliseconds: Int64
    /// Status line and header lines together, their line ends included.
    package var headBytesMax: Int
    /// Header lines of one answer.
    package var headerCountMax: Int
    /// One answer's body once its transfer coding is undone.
    package var bodyBytesMax: Int

    package init(
        connectionsPerLoopMax: Int, waitingPerLoopMax: Int, waitMilliseconds: Int64, connectMilliseconds: Int64,
        responseMilliseconds: Int64, idleMilliseconds: Int64, headBytesMax: Int, headerCountMax: Int, bodyBytesMax: Int
    ) {
        self.connectionsPerLoopMax = connectionsPerLoopMax
        self.waitingPerLoopMax = waitingPerLoopMax
        self.waitMilliseconds = waitMilliseconds
        self.connectMilliseconds = connectMilliseconds
        self.responseMilliseconds = responseMilliseconds
        self.idleMilliseconds = idleMilliseconds
        self.headBytesMax = headBytesMax
        self.headerCountMax = headerCountMax
        self.bodyBytesMax = bodyBytesMax
    }

    /// What the client uses unless told otherwise: 128 connections and 1,024 waiting requests a loop, 5 s to wait,
    /// 10 s to connect, 80 s to answer (what Stripe's own libraries allow), 30 s idle (less than load balancers keep
    /// a connection), heads of 64 KiB with 128 lines, bodies of 17 MiB (a file of 16 MiB in its envelope).
    package static let standard = UpstreamLimits(
        connectionsPerLoopMax: 128, waitingPerLoopMax: 1_024, waitMilliseconds: 5_000, connectMilliseconds: 10_000,
        responseMilliseconds: 80_000, idleMilliseconds: 30_000, headBytesMax: 64 * 1024, headerCountMax: 128,
        bodyBytesMax: 17 * 1024 * 1024)
}
