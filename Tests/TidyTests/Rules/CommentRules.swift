/// What must, and what must not, stand in comments.
enum CommentRules {
    /// Scoped accessors such as `withUnsafeBytes` are not listed: their pointers end with the closure.
    static let escapeHatches = [
        "@unchecked Sendable", "nonisolated(unsafe)", "unowned(unsafe)", "unsafeBitCast", "unsafeDowncast",
        "withoutActuallyEscaping", "withMemoryRebound", "assumingMemoryBound", "bindMemory", "Unmanaged",
        "unsafeUninitializedCapacity", "UnsafeMutableRawPointer.allocate", "unsafe",
    ]
    /// How many lines above an escape hatch its reason may stand; it may also begin on the line below.
    static let safetyLinesAbove = 3

    /// Every escape from the compiler's checks says beside it why it holds.
    static func unexplainedEscapes(_ source: SwiftSource) -> [Violation] {
        source.codeLines.indices.compactMap { index in
            guard let hatch = escapeHatches.first(where: { BannedCallRules.occurs($0, in: source.codeLines[index]) })
            else { return nil }
            let nearby = source.lines[max(0, index - safetyLinesAbove)...min(index + 1, source.lines.count - 1)]
            guard !nearby.contains(where: { $0.contains("// SAFETY") }) else { return nil }
            return source.violation(line: index, "'\(hatch)' without a '// SAFETY:' line that says why it holds")
        }
    }

    /// Unfinished work is an issue, not a comment.
    static func leftovers(_ source: SwiftSource) -> [Violation] {
        let words = ["TODO", "FIXME", "XXX", "HACK"]
        return source.lines.indices.compactMap { index in
            guard let word = words.first(where: { BannedCallRules.occurs($0, in: source.lines[index]) }) else {
                return nil
            }
            return source.violation(line: index, "'\(word)' is left over")
        }
    }
}
