/// Looks at the top-level members of a JSON object without building a tree.
///
/// For the request path: finding `id`, `status` and `amount` in an answer costs one pass over its bytes and no
/// allocation for what is not asked for. The text is taken to be well formed; where it is not, members are missing.
package struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>

    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Calls `visit` for each top-level member with its raw name and raw value, until it returns `false`.
    ///
    /// Both are slices of the text: the name without its quotes and still escaped, the value as written.
    package func forEachMember(
        _ visit: (_ name: Slice<UnsafeBufferPointer<UInt8>>, _ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool
    ) {
        var at = skipSpace(0)
        guard at < bytes.count, bytes[at] == UInt8(ascii: "{") else { return }
        at += 1
        while true {
            at = skipSpace(at)
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return }
            let nameEnd = endOfString(at)
            guard nameEnd <= bytes.count else { return }
            let name = bytes[at + 1..<max(at + 1, nameEnd - 1)]
            at = skipSpace(nameEnd)
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return }
            at = skipSpace(at + 1)
            let end = endOfValue(at)
            guard end > at else { return }
            guard visit(name, bytes[at..<end]) else { return }
            at = skipSpace(end)
            guard at < bytes.count, bytes[at] == UInt8(ascii: ",") else { return }
            at += 1
        }
    }

    private func skipSpace(_ start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
        return at
    }

    /// The place after the closing quote of the string that opens at `start`.
    private func endOfString(_ start: Int) -> Int {
        var at = start + 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: "\""): return at + 1
            default: at += 1
            }
        }
        return bytes.count
    }

    private func endOfValue(_ start: Int) -> Int {
        guard start < bytes.count else { return start }
        switch bytes[start] {
        case UInt8(ascii: "\""): return min(endOfString(start), bytes.count)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return endOfNested(start)
        default:
            var at = start
            while at < bytes.count, bytes[at] > 0x20, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "}") {
                at += 1
            }
            return at
        }
    }

    private func endOfNested(_ start: Int) -> Int {
        var depth = 0
        var at = start
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at = endOfString(at)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return at + 1 }
            default: break
            }
            at += 1
        }
        return bytes.count
    }
}
