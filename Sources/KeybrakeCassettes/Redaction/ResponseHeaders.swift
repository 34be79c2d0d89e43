/// Which of an answer's headers a recording keeps, and which of them differ each time.
///
/// What is on neither list is not stored: cookies, tracing, server software, cross-origin and security policies, and
/// what the server adds anew (length, encoding, connection).
package enum ResponseHeaders {
    /// Headers that belong to the answer.
    private static let stableNames: Set<String> = [
        "content-type", "content-disposition", "location", "retry-after", "idempotent-replayed", "link",
    ]

    /// Headers that belong to the moment.
    private static let volatileNames: Set<String> = [
        "date", "request-id", "idempotency-key", "original-request", "etag", "last-modified", "x-request-id",
    ]

    /// The headers that belong to the answer, in their order.
    static func stable(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        headers.filter { header in
            let name = header.name.lowercased()
            return stableNames.contains(name) || name.hasPrefix("stripe-")
        }
    }

    /// The headers that belong to the moment, in their order.
    static func volatile(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        headers.filter { volatileNames.contains($0.name.lowercased()) }
    }
}
