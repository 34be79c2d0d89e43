/// Tells which operation a path is, and refuses paths that another reader could take for a different one.
struct PathMatcher: Sendable {
    /// How long a path may be.
    static let pathBytesMax = 4_096

    private let routes: RouteTable

    init(_ operations: [Operation]) {
        routes = RouteTable(operations)
    }

    /// The operation at the end of the path, with the decoded values of its parameters.
    func match(_ verb: Verb, _ path: UnsafeBufferPointer<UInt8>, among operations: [Operation]) -> OperationMatch? {
        guard path.count <= Self.pathBytesMax, let walk = routes.walk(path),
            let index = routes.operation(verb, at: walk)
        else { return nil }
        let operation = operations[index]
        guard walk.count > 0 else { return OperationMatch(operation: operation, pathParameters: []) }
        var parameters: [(name: String, value: String)] = []
        parameters.reserveCapacity(walk.count)
        var holdsSlash = false
        for (parameter, name) in operation.pathParameterNames.enumerated() {
            let raw = UnsafeBufferPointer(rebasing: path[walk.segment(parameter)])
            guard let value = value(raw, at: walk.parent(parameter), holdsSlash: &holdsSlash) else { return nil }
            parameters.append((name, value))
        }
        guard !holdsSlash || !leadsElsewhere(path) else { return nil }
        return OperationMatch(operation: operation, pathParameters: parameters)
    }

    private func value(_ raw: UnsafeBufferPointer<UInt8>, at node: Int, holdsSlash: inout Bool) -> String? {
        let scan = PathSegmentScan(raw)
        guard scan.isEscaped else { return scan.isPlain ? String(utf8: raw) : nil }
        guard let decoded = Self.decoded(raw) else { return nil }
        return decoded.withUnsafeBufferPointer { bytes in
            let scan = PathSegmentScan(bytes)
            // An escaped word of a template: the next reader might take it for the word.
            guard scan.isPlain, routes.child(of: node, bytes) == nil else { return nil }
            if scan.holdsSlash { holdsSlash = true }
            return String(utf8: bytes)
        }
    }

    /// Whether the path is that of some operation when its escaped slashes count as slashes.
    private func leadsElsewhere(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let decoded = Self.decoded(path) else { return true }
        return decoded.withUnsafeBufferPointer { bytes in
            routes.walk(bytes).map { routes.isOperation($0) } ?? false
        }
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
