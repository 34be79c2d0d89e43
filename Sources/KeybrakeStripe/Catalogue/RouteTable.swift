/// Finds the operation of a path, segment by segment.
///
/// A tree whose nodes are path prefixes. A word of the template wins over a parameter in its place, and there is no
/// way back from it: `/v1/customers/search` is never the customer named `search`.
struct RouteTable: Sendable {
    private struct Node {
        var parameterChild: Int32 = -1
        /// The operation of each verb by its raw value, or -1.
        var operations = SIMD4<Int16>(repeating: -1)
    }

    /// An edge of the tree, in a hash table with open addressing.
    private struct Edge {
        var parent: Int32 = -1
        var child: Int32 = -1
        var wordStart: Int32 = 0
        var wordCount: Int32 = 0
    }

    private var nodes = [Node()]
    private var edges: [Edge]
    private var words: [UInt8] = []

    /// The templates of the operations, in the order of ``Catalogue/operations``.
    init(_ operations: [Operation]) {
        edges = Array(repeating: Edge(), count: 4_096)
        for operation in operations {
            var node = 0
            for segment in operation.pathTemplate.utf8.split(separator: UInt8(ascii: "/")) {
                let isParameter = segment.first == UInt8(ascii: "{")
                node = isParameter ? parameterChild(of: node) : child(of: node, word: Array(segment))
            }
            nodes[node].operations[Int(operation.verb.rawValue)] = Int16(operation.index)
        }
    }

    /// The operation at the end of a walk; `nil` when the place has none with that verb.
    func operation(_ verb: Verb, at walk: RouteWalk) -> Int? {
        let index = nodes[walk.node].operations[Int(verb.rawValue)]
        return index < 0 ? nil : Int(index)
    }

    /// Whether a walk ended at a place that has operations of any verb.
    func isOperation(_ walk: RouteWalk) -> Bool {
        nodes[walk.node].operations != SIMD4(repeating: -1)
    }

    /// Follows a path of raw bytes; `nil` when it leads nowhere.
    func walk(_ path: UnsafeBufferPointer<UInt8>) -> RouteWalk? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        var walk = RouteWalk()
        var start = 1
        while true {
            var end = start
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            guard end > start, step(&walk, path, start, end) else { return nil }
            guard end < path.count else { return walk }
            start = end + 1
        }
    }

    private func step(_ walk: inout RouteWalk, _ path: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        if let child = child(of: walk.node, UnsafeBufferPointer(rebasing: path[start..<end])) {
            walk.node = child
            return true
        }
        let child = nodes[walk.node].parameterChild
        return child >= 0 && walk.take(start..<end, child: Int(child))
    }

    /// The node that a word of a template leads to from another node.
    func child(of node: Int, _ word: UnsafeBufferPointer<UInt8>) -> Int? {
        var slot = Self.hash(node, word) & (edges.count - 1)
        while edges[slot].parent >= 0 {
            let edge = edges[slot]
            if Int(edge.parent) == node, Int(edge.wordCount) == word.count, spells(edge, word) {
                return Int(edge.child)
            }
            slot = (slot + 1) & (edges.count - 1)
        }
        return nil
    }

    private func spells(_ edge: Edge, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = Int(edge.wordStart)
        for index in word.indices where words[start + index] != word[index] { return false }
        return true
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if nodes[node].parameterChild < 0 {
            nodes[node].parameterChild = Int32(nodes.count)
            nodes.append(Node())
        }
        return Int(nodes[node].parameterChild)
    }

    private mutating func child(of node: Int, word: [UInt8]) -> Int {
        if let child = word.withUnsafeBufferPointer({ child(of: node, $0) }) { return child }
        var slot = word.withUnsafeBufferPointer { Self.hash(node, $0) } & (edges.count - 1)
        while edges[slot].parent >= 0 { slot = (slot + 1) & (edges.count - 1) }
        edges[slot] = Edge(
            parent: Int32(node), child: Int32(nodes.count), wordStart: Int32(words.count), wordCount: Int32(word.count))
        words += word
        nodes.append(Node())
        return nodes.count - 1
    }

    /// FNV-1a over the word, begun with the node.
    private static func hash(_ node: Int, _ word: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(node)
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 29) & Int.max
    }
}
