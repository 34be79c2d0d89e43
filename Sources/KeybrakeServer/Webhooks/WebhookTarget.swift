/// Where one webhook endpoint is: the origin to connect to, and the rest of its URL.
struct WebhookTarget: Equatable {
    /// Scheme, host and port, such as `http://127.0.0.1:4242`.
    let origin: String
    /// Path and query, `/` at least.
    let path: String

    /// `nil` when the URL has no host, names a user, or has another scheme than http and https.
    init?(_ url: String) {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        origin = scheme + authority
        let tail = rest.dropFirst(authority.count)
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
    }

    /// Whether the host is this machine by name or by address; a name that some resolver points here is not.
    var isLoopback: Bool {
        let authority = origin.drop { $0 != "/" }.dropFirst(2)
        if authority.hasPrefix("[") { return authority == "[::1]" || authority.hasPrefix("[::1]:") }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
