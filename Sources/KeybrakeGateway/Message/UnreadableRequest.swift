/// Why bytes on a connection never became an ``IncomingRequest``.
///
/// The server refuses these and closes the connection; the handler decides the answer and leaves an audit row.
package enum UnreadableRequest: Error, Sendable, Equatable {
    /// Not HTTP/1.1, or HTTP that two parsers could read differently; the text says what, without quoting input.
    case malformed(String)
    case headTooLarge(limitBytes: Int)
    case bodyTooLarge(limitBytes: Int)
    /// The head or the body did not arrive in time.
    case tooSlow(limitMilliseconds: Int)
    case versionNotSupported
}
