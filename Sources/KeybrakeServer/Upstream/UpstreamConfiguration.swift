/// Which origin the client speaks to, and whom it trusts.
package struct UpstreamConfiguration: Sendable, Equatable {
    /// How the origin is reached.
    package enum Scheme: Sendable, Equatable {
        case http
        case https
    }

    /// Who vouches for the origin's certificate. The certificate and its name are always verified.
    package enum Trust: Sendable, Equatable {
        /// The certificate authorities of this machine.
        case systemRoots
        /// Only the certificate authorities in this PEM file.
        case certificateAuthorityFile(path: String)
    }

    package var scheme: Scheme
    /// A name or an address; an IPv6 address without brackets.
    package var host: String
    package var port: Int
    package var trust: Trust
    package var limits: UpstreamLimits

    package init(scheme: Scheme, host: String, port: Int, trust: Trust, limits: UpstreamLimits) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.trust = trust
        self.limits = limits
    }

    /// From a URL such as `https://api.stripe.com` or `http://127.0.0.1:12111`: scheme, host and port, at most a `/`
    /// after them. Throws ``ServerFailure/upstreamURLUnusable(_:)``.
    package init(url: String, trust: Trust, limits: UpstreamLimits) throws(ServerFailure) {
        let scheme: Scheme
        var rest: Substring
        if url.hasPrefix("https://") {
            scheme = .https
            rest = url.dropFirst("https://".count)
        } else if url.hasPrefix("http://") {
            scheme = .http
            rest = url.dropFirst("http://".count)
        } else {
            throw .upstreamURLUnusable("it must start with https:// or http://")
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let (host, portText) = try Self.split(authority: rest)
        guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else {
            throw .upstreamURLUnusable("it must be scheme, host and port only, without a path or a user")
        }
        var port = scheme == .https ? 443 : 80
        if let portText {
            guard let number = UInt16(portText), number > 0, portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
            else { throw .upstreamURLUnusable("the port must be a number from 1 to 65535") }
            port = Int(number)
        }
        self.init(scheme: scheme, host: String(host), port: port, trust: trust, limits: limits)
    }

    /// What goes into `Host`: the port only when it is not the scheme's own, brackets around an IPv6 address.
    var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? name : "\(name):\(port)"
    }

    private static func split(authority: Substring) throws(ServerFailure) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw .upstreamURLUnusable("the bracket around the IPv6 address is not closed")
            }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":") else { throw .upstreamURLUnusable("only a port may follow the address") }
            return (host, rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            return true
        default:
            return false
        }
    }
}
