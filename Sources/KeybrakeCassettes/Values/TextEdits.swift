/// Replacements at several places of a text, collected first and made at once, so that no replacement is replaced.
struct TextEdits {
    private var edits: [(range: Range<Int>, replacement: [UInt8])] = []
    private var isSorted = true

    var isEmpty: Bool { edits.isEmpty }

    /// Notes a replacement. Where two overlap, the one that begins first counts, and of two that
    /// begin together the one noted first.
    mutating func replace(_ range: Range<Int>, with replacement: [UInt8]) {
        if let last = edits.last, last.range.upperBound > range.lowerBound { isSorted = false }
        edits.append((range, replacement))
    }

    /// The text with everything replaced.
    func apply(to bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let sorted = isSorted ? edits : inOrder()
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16 * sorted.count)
        var copied = 0
        for edit in sorted where edit.range.lowerBound >= copied {
            result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<edit.range.lowerBound]))
            result.append(contentsOf: edit.replacement)
            copied = edit.range.upperBound
        }
        result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
        return result
    }

    /// By their beginning; of equal ones the one that was noted first.
    private func inOrder() -> [(range: Range<Int>, replacement: [UInt8])] {
        edits.enumerated()
            .sorted { ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset) }
            .map(\.element)
    }
}
