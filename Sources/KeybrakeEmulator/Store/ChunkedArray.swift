/// Elements in order, kept in chunks: a copy shares its chunks with the original, and a change copies one chunk.
///
/// So a world of a million objects is forked by copying a few thousand references, at the first change.
struct ChunkedArray<Element: Sendable>: Sendable {
    /// Elements in every chunk but the last one.
    private static var chunkCount: Int { 256 }
    private static var chunkBits: Int { 8 }

    private var chunks: [[Element]] = []
    private(set) var count = 0

    init() {}

    mutating func append(_ element: Element) {
        if count & (Self.chunkCount - 1) == 0 {
            chunks.append([element])
        } else {
            chunks[chunks.count - 1].append(element)
        }
        count += 1
    }

    mutating func popLast() -> Element? {
        guard !chunks.isEmpty, let last = chunks[chunks.count - 1].popLast() else { return nil }
        count -= 1
        if count & (Self.chunkCount - 1) == 0 { chunks.removeLast() }
        return last
    }

    /// Changes an element where it is. Through the subscript it would be changed as a copy, which shares its storage
    /// with the element and so copies that too.
    mutating func change(at index: Int, _ body: (inout Element) -> Void) {
        body(&chunks[index >> Self.chunkBits][index & (Self.chunkCount - 1)])
    }

    /// Puts an element before the one at that place; costs a copy of all that come later.
    mutating func insert(_ element: Element, at index: Int) {
        append(element)
        var place = count - 1
        while place > index {
            self[place] = self[place - 1]
            place -= 1
        }
        self[index] = element
    }

    /// Takes an element out; costs a copy of all that come later.
    mutating func remove(at index: Int) {
        for place in index..<(count - 1) { self[place] = self[place + 1] }
        _ = popLast()
    }

    /// Lets go of as many whole chunks as there are in the first elements.
    ///
    /// - Returns: how many elements went.
    mutating func dropChunks(ofFirst number: Int) -> Int {
        let whole = Swift.min(number >> Self.chunkBits, Swift.max(0, chunks.count - 1))
        guard whole > 0 else { return 0 }
        chunks.removeFirst(whole)
        count -= whole << Self.chunkBits
        return whole << Self.chunkBits
    }
}

extension ChunkedArray: RandomAccessCollection, MutableCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.chunkBits][index & (Self.chunkCount - 1)] }
        set { chunks[index >> Self.chunkBits][index & (Self.chunkCount - 1)] = newValue }
    }
}

extension ChunkedArray: Equatable where Element: Equatable {}

extension ChunkedArray: Codable where Element: Codable {
    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        self.init()
        while !list.isAtEnd { append(try list.decode(Element.self)) }
    }

    func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for element in self { try list.encode(element) }
    }
}
