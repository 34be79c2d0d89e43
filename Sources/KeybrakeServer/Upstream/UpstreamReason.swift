internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Errors of sockets and TLS in a few fixed words: no address, no host name, nothing that came over the wire.
enum UpstreamReason {
    /// Why a connection failed, while it was being opened or later.
    static func text(_ error: any Error, isOpen: Bool) -> String {
        if error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError {
            return isOpen ? "the TLS connection to the upstream broke" : handshakeText(error)
        }
        if let error = error as? NIOConnectionError { return connectionText(error) }
        if let error = error as? ChannelError, case .connectTimeout = error { return "connecting took too long" }
        switch SystemError.number(error) {
        case ECONNREFUSED: return "the upstream refused the connection"
        case ECONNRESET, EPIPE: return "the upstream reset the connection"
        case EHOSTUNREACH, ENETUNREACH: return "the upstream cannot be reached"
        case ETIMEDOUT: return "the upstream does not respond"
        default: return isOpen ? "the connection to the upstream broke" : "the upstream cannot be connected to"
        }
    }

    private static func handshakeText(_ error: any Error) -> String {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "the upstream's certificate is for another name"
        }
        return "the TLS handshake with the upstream failed; is its certificate trusted?"
    }

    private static func connectionText(_ error: NIOConnectionError) -> String {
        if error.connectionErrors.isEmpty { return "the upstream's name does not resolve" }
        let reasons = error.connectionErrors.map { text($0.error, isOpen: false) }
        return reasons.last ?? "the upstream cannot be connected to"
    }
}
