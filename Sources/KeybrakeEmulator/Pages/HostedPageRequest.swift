package import KeybrakeStripe

/// One request of a browser to a hosted page, read from its target.
package struct HostedPageRequest: Sendable {
    package let verb: Verb
    /// The world that the page belongs to.
    package let world: String
    /// The connected account; `nil` for the world's own.
    package let account: String?
    /// What follows, such as `["c", "cs_test_…"]`.
    package let segments: [String]
    package let query: FormMap
    package let form: FormMap

    /// Reads a target below the prefix of all pages, such as `/default/c/cs_test_…?x=y`.
    ///
    /// - Parameter body: the body of a POST, `application/x-www-form-urlencoded`.
    /// - Returns: `nil` when a part of it cannot be read, which is answered as an unknown page.
    package init?(verb: Verb, target: String, body: [UInt8] = []) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments: [String] = []
        for piece in (parts.first ?? "").split(separator: "/") {
            guard let segment = Self.unescaped(piece) else { return nil }
            segments.append(segment)
        }
        guard let world = segments.first, let query = try? FormDecoder.decode(String(parts.count > 1 ? parts[1] : "")),
            let form = try? FormDecoder.decode(body)
        else { return nil }
        segments.removeFirst()
        if let account = segments.first, account.hasPrefix("acct_") {
            self.account = account
            segments.removeFirst()
        } else {
            account = nil
        }
        self.verb = verb
        self.world = world
        self.segments = segments
        self.query = query
        self.form = form
    }

    private static func unescaped(_ piece: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = piece.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
