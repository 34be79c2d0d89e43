/// Tells which operation a path is, and refuses paths that another reader could take for a different one.
struct PathMatcher: Sendable {
    /// How long a path may be.
    static let pathBytesMax = 4_096

    private let routes: RouteTable

    init(_ operations: [Operation]) {
        routes = RouteTable(operations)
    }

    /// The operation's index and the decoded values of its parameters, in the order of the path.
    func match(_ verb: Verb, _ path: UnsafeBufferPointer<UInt8>) -> (index: Int, values: [String])? {
        guard path.count <= Self.pathBytesMax, let walk = routes.walk(path),
            let index = routes.operation(verb, at: walk)
        else { return nil }
        var values: [String] = []
        values.reserveCapacity(walk.count)
        var holdsSlash = false
        for parameter in 0..<walk.count {
            let raw = UnsafeBufferPointer(rebasing: path[walk.segment(parameter)])
            guard let value = value(raw, at: walk.parent(parameter), holdsSlash: &holdsSlash) else { return nil }
            values.append(value)
        }
        guard !holdsSlash || !leadsElsewhere(path) else { return nil }
        return (index, values)
    }

    private func value(_ raw: UnsafeBufferPointer<UInt8>, at node: Int, holdsSlash: inout Bool) -> String? {
        guard raw.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return Self.isPlain(raw) ? String(validating: raw, as: UTF8.self) : nil
        }
        guard let decoded = Self.decoded(raw), decoded.withUnsafeBufferPointer(Self.isPlain) else { return nil }
        // An escaped word of a template: the next reader might take it for the word.
        guard decoded.withUnsafeBufferPointer({ routes.child(of: node, $0) }) == nil else { return nil }
        if decoded.contains(UInt8(ascii: "/")) { holdsSlash = true }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Whether the path is that of some operation when its escaped slashes count as slashes.
    private func leadsElsewhere(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let decoded = Self.decoded(path) else { return true }
        return decoded.withUnsafeBufferPointer { bytes in
            routes.walk(bytes).map { routes.isOperation($0) } ?? false
        }
    }

    /// False for bytes that other readers of a path may act on: dot segments, controls, `\`, `?` and `#`.
    private static func isPlain(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        var isDots = true
        var dots = 0
        for byte in value {
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"): return false
            case UInt8(ascii: "/"):
                if isDots, dots <= 2 { return false }
                isDots = true
                dots = 0
            case UInt8(ascii: "."): dots += 1
            default: isDots = false
            }
        }
        return !isDots || dots > 2
    }

    /// The bytes with escapes undone and `+` as a space; `nil` when an escape is broken.
    private static func decoded(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var at = 0
        while at < raw.count {
            switch raw[at] {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard at + 2 < raw.count, let high = hexDigitValue(raw[at + 1]), let low = hexDigitValue(raw[at + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                at += 2
            default: decoded.append(raw[at])
            }
            at += 1
        }
        return decoded
    }
}
