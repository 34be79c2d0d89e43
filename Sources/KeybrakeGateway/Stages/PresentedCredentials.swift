internal import NIOHTTP1

/// The key that a request presents, whichever kind it is.
enum PresentedCredentials {
    /// The key text from `Authorization`, as a bearer token or as the user name of Basic.
    ///
    /// - Throws: `key_required` without one.
    static func text(_ headers: HTTPHeaders) throws(Refusal) -> String {
        let values = headers["Authorization"]
        guard values.count <= 1 else { throw .malformed("The request has more than one Authorization header.") }
        guard let value = values.first else { throw .keyRequired }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2 else { throw .keyRequired }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let name = BasicCredentials.userName(parts[1]) else { throw .keyRequired }
            return name
        default: throw .keyRequired
        }
    }
}
