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
        var name = name
        guard !name.isEmpty else { throw .init(reason: .emptyName, path: "") }
        guard name.withUTF8({ $0.contains(where: Self.isBracket) }) else {
            parts = [.name(name)]
            return
        }
        switch name.withUTF8(Self.parts) {
        case .success(let parts): self.parts = parts
        case .failure(let reason):
            throw .init(reason: reason, path: reason == .tooDeep ? String(name.prefix(60)) : name)
        }
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    private static func parts(_ name: UnsafeBufferPointer<UInt8>) -> Result<[Part], FormDecoder.Failure.Reason> {
        guard let first = name.firstIndex(where: isBracket), name[first] == UInt8(ascii: "[") else {
            return .failure(.brokenName)
        }
        guard first > 0 else { return .failure(.emptyName) }
        var parts: [Part] = [.name(text(name[..<first]))]
        var open = first
        while open < name.count {
            guard name[open] == UInt8(ascii: "["), let close = name[(open + 1)...].firstIndex(where: isBracket),
                name[close] == UInt8(ascii: "]")
            else { return .failure(.brokenName) }
            parts.append(close == open + 1 ? .append : .name(text(name[(open + 1)..<close])))
            guard parts.count <= FormDecoder.depthMax else { return .failure(.tooDeep) }
            open = close + 1
        }
        return .success(parts)
    }

    /// Brackets are ASCII, so what stands between them is as valid as the whole.
    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes), as: UTF8.self)
    }
}
