/// Where a request goes, once prefixes and selectors are taken off.
///
/// `/stripe/c/<conversation>/v1/charges?limit=3` and `/v1/charges?limit=3` name the same operation. Slashes are
/// collapsed because SDKs concatenate a base that ends in one; everything else that two readers could read differently
/// is refused: dot segments, encoded slashes, fragments, control characters.
package struct RequestTarget: Sendable, Equatable {
    /// The path from `/v1/` or `/v2/` on, still percent-encoded.
    package var path: String
    /// The query without its question mark; empty when there was none.
    package var query: String
    /// Whether the path has letters, digits and `-_/` only, so that there is one way to write it.
    let isPlain: Bool
    /// From `/stripe/c/<conversation>/`.
    package var conversation: String?
    /// From `/stripe/s/<session>/`.
    package var session: String?

    /// Why a target cannot be judged.
    package enum Failure: Error, Equatable {
        /// The target could be read in two ways; the text says how, without quoting it.
        case ambiguous(String)
        /// A well-formed path outside `/v1`, `/v2` and their prefixed forms.
        case unknownRoute
    }

    /// How long a conversation or session in the path may be.
    package static let selectorBytesMax = 200

    package init(_ target: String) throws(Failure) {
        let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        query = parts.count > 1 ? String(Substring(parts[1])) : ""
        let rawPath = parts[0]
        try Self.refuseTricks(rawPath)
        var segments = rawPath.split(separator: UInt8(ascii: "/")).map { Substring($0) }
        if segments.first == "stripe" {
            segments.removeFirst()
            while segments.count > 2, let selector = segments.first, selector == "c" || selector == "s" {
                let value = try Self.selectorValue(segments[1])
                guard (selector == "c" ? conversation : session) == nil else {
                    throw .ambiguous("a selector is given twice")
                }
                if selector == "c" { conversation = value } else { session = value }
                segments.removeFirst(2)
            }
        }
        guard segments.count > 1, segments[0] == "v1" || segments[0] == "v2" else { throw .unknownRoute }
        path = "/" + segments.joined(separator: "/")
        isPlain = path.utf8.allSatisfy { $0 == UInt8(ascii: "/") || Self.isPlain($0) }
    }

    private static func refuseTricks(_ path: Substring.UTF8View) throws(Failure) {
        guard path.first == UInt8(ascii: "/") else { throw .ambiguous("the target is not a path") }
        var previous: UInt8 = 0
        for (offset, byte) in path.enumerated() {
            guard byte > 0x20, byte < 0x7F else { throw .ambiguous("the path holds a control or non-ASCII character") }
            if byte == UInt8(ascii: "#") { throw .ambiguous("the path holds a fragment") }
            if byte == UInt8(ascii: "\\") { throw .ambiguous("the path holds a backslash") }
            if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/") {
                throw .ambiguous("the path holds a dot segment")
            }
            if byte == UInt8(ascii: "%") { try refuseEncodedTrick(path.dropFirst(offset + 1)) }
            previous = byte
        }
    }

    /// An encoded dot, percent, slash or NUL means one thing to us and may mean another further on.
    private static func refuseEncodedTrick(_ rest: Substring.UTF8View.SubSequence) throws(Failure) {
        let digits = rest.prefix(2).map { $0 | 0x20 }
        guard digits.count == 2 else { throw .ambiguous("the path holds a broken escape") }
        switch (digits[0], digits[1]) {
        case (0x32, UInt8(ascii: "f")), (0x35, UInt8(ascii: "c")): throw .ambiguous("the path holds an encoded slash")
        case (0x32, UInt8(ascii: "e")): throw .ambiguous("the path holds an encoded dot")
        case (0x32, 0x35): throw .ambiguous("the path is encoded twice")
        case (0x30, 0x30): throw .ambiguous("the path holds an encoded NUL")
        default: break
        }
    }

    private static func selectorValue(_ segment: Substring) throws(Failure) -> String {
        guard segment.utf8.count <= selectorBytesMax else { throw .ambiguous("the selector in the path is too long") }
        guard segment.utf8.allSatisfy({ isUnreserved($0) }) else {
            throw .ambiguous("the selector in the path may hold letters, digits and -._~: only")
        }
        return String(segment)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x3A: true
        default: false
        }
    }
}
