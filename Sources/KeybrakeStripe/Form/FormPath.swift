/// A parameter name taken apart at its brackets: `items[0][price]` is `items`, `0`, `price`.
struct FormPath {
    /// One step of a path.
    enum Part: Equatable {
        case name(String)
        /// Empty brackets: the next element of a list.
        case append
    }

    let parts: [Part]

    init(_ name: String) throws(FormDecoder.Failure) {
        guard let open = name.utf8.firstIndex(of: UInt8(ascii: "[")) else {
            guard !name.isEmpty else { throw .init(reason: .emptyName, path: "") }
            guard !name.utf8.contains(UInt8(ascii: "]")) else { throw .init(reason: .brokenName, path: name) }
            parts = [.name(name)]
            return
        }
        guard open > name.startIndex else { throw .init(reason: .emptyName, path: name) }
        var parts: [Part] = [.name(String(name[..<open]))]
        var at = open
        while at < name.endIndex {
            guard name.utf8[at] == UInt8(ascii: "["),
                let close = name.utf8[at...].firstIndex(of: UInt8(ascii: "]"))
            else { throw .init(reason: .brokenName, path: name) }
            let inside = name[name.utf8.index(after: at)..<close]
            guard !inside.utf8.contains(UInt8(ascii: "[")) else { throw .init(reason: .brokenName, path: name) }
            parts.append(inside.isEmpty ? .append : .name(String(inside)))
            guard parts.count <= FormDecoder.depthMax else {
                throw .init(reason: .tooDeep, path: String(name.prefix(60)))
            }
            at = name.utf8.index(after: close)
        }
        guard parts.first != .name(""), !parts[0].containsClosingBracket else {
            throw .init(reason: .brokenName, path: name)
        }
        self.parts = parts
    }
}

extension FormPath.Part {
    fileprivate var containsClosingBracket: Bool {
        if case .name(let text) = self { text.utf8.contains(UInt8(ascii: "]")) } else { false }
    }
}
