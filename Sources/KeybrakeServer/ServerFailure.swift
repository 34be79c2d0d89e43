/// Why a listener, or the client to Stripe, could not start. The text is for the person who started it.
package enum ServerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    case portInUse(host: String, port: Int)
    case portNotPermitted(host: String, port: Int)
    /// The host is no address of this machine, or no name that resolves.
    case addressNotAvailable(host: String, port: Int)
    case certificateUnreadable(path: String, reason: String)
    case privateKeyUnreadable(path: String, reason: String)
    /// The files can be read, but they are no pair.
    case certificateAndKeyDiffer(certificatePath: String, privateKeyPath: String)
    case certificateAuthorityUnreadable(path: String, reason: String)
    case upstreamURLUnusable(String)
    case alreadyStopped
    /// Anything else that the system said.
    case other(String)

    package var description: String {
        switch self {
        case .portInUse(let host, let port):
            return "port \(port) on \(host) is in use by another process; choose another one or stop that process"
        case .portNotPermitted(let host, let port):
            return "this user may not listen on \(host) port \(port); choose a port above 1023"
        case .addressNotAvailable(let host, let port):
            return "\(host) port \(port) is no address of this machine"
        case .certificateUnreadable(let path, let reason):
            return "the TLS certificate \(path) cannot be read: \(reason)"
        case .privateKeyUnreadable(let path, let reason):
            return "the TLS private key \(path) cannot be read: \(reason)"
        case .certificateAndKeyDiffer(let certificatePath, let privateKeyPath):
            return "the TLS private key \(privateKeyPath) does not belong to the certificate \(certificatePath)"
        case .certificateAuthorityUnreadable(let path, let reason):
            return "the certificate authority file \(path) cannot be read: \(reason)"
        case .upstreamURLUnusable(let reason):
            return "the upstream URL cannot be used: \(reason)"
        case .alreadyStopped:
            return "the listener was stopped and does not start again"
        case .other(let text):
            return text
        }
    }
}
