/// The positions of the objects that share a value of one indexed member, oldest first.
///
/// Most values belong to one object (the refund of a charge, the fee of a payment), so one position needs no list.
struct Postings: Sendable {
    /// The positions of one value.
    private struct List: Sendable {
        let value: TextLog.Place
        var positions = ChunkedArray<Int32>()
    }

    /// A position of its own, or the complement of a list's number.
    private var index = PositionIndex()
    private var lists = ChunkedArray<List>()
    private var unusedLists: [Int] = []
    /// The values that have lists.
    private var values = TextLog(isPacked: false)

    /// The positions of a value.
    ///
    /// - Parameter valueAt: the member's value at a position.
    func positions(of value: String, valueAt: (Int) -> String?) -> PositionList {
        guard let reference = reference(to: value, valueAt: valueAt) else { return PositionList() }
        return reference >= 0 ? PositionList(only: reference) : PositionList(many: lists[~reference].positions)
    }

    mutating func insert(_ position: Int, of value: String, valueAt: (Int) -> String?) {
        let hash = StableHash.of(value)
        guard let reference = reference(to: value, valueAt: valueAt) else {
            index.insert(position, hash: hash)
            return
        }
        guard reference < 0 else {
            guard reference != position else { return }
            var list = List(value: values.append(Array(value.utf8)))
            list.positions.append(Int32(truncatingIfNeeded: min(position, reference)))
            list.positions.append(Int32(truncatingIfNeeded: max(position, reference)))
            index.replace(reference, hash: hash, by: ~add(list))
            return
        }
        let new = Int32(truncatingIfNeeded: position)
        if let last = lists[~reference].positions.last, last < new {
            lists.change(at: ~reference) { $0.positions.append(new) }
            return
        }
        let place = lists[~reference].positions.partitionIndex { $0 >= new }
        guard place == lists[~reference].positions.count || lists[~reference].positions[place] != new else { return }
        lists.change(at: ~reference) { $0.positions.insert(new, at: place) }
    }

    /// Forgets a position; the member still has its value there.
    mutating func remove(_ position: Int, of value: String, valueAt: (Int) -> String?) {
        guard let reference = reference(to: value, valueAt: valueAt) else { return }
        let hash = StableHash.of(value)
        guard reference < 0 else {
            if reference == position { index.replace(reference, hash: hash, by: nil) }
            return
        }
        let old = Int32(truncatingIfNeeded: position)
        let place = lists[~reference].positions.partitionIndex { $0 >= old }
        guard place < lists[~reference].positions.count, lists[~reference].positions[place] == old else { return }
        lists.change(at: ~reference) { $0.positions.remove(at: place) }
        if lists[~reference].positions.isEmpty {
            index.replace(reference, hash: hash, by: nil)
            unusedLists.append(~reference)
        }
    }

    private func reference(to value: String, valueAt: (Int) -> String?) -> Int? {
        index.first(StableHash.of(value)) { reference in
            reference >= 0 ? valueAt(reference) == value : values.holds(value, at: lists[~reference].value)
        }
    }

    /// - Returns: the list's number.
    private mutating func add(_ list: List) -> Int {
        guard let unused = unusedLists.popLast() else {
            lists.append(list)
            return lists.count - 1
        }
        lists[unused] = list
        return unused
    }
}

/// Positions in ascending order.
struct PositionList: RandomAccessCollection, ExpressibleByArrayLiteral, Sendable {
    private var only: Int?
    private var many = ChunkedArray<Int32>()

    init() {}
    init(only: Int) { self.only = only }
    init(many: ChunkedArray<Int32>) { self.many = many }
    init(arrayLiteral elements: Int...) {
        for element in elements { many.append(Int32(truncatingIfNeeded: element)) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { only == nil ? many.count : 1 }
    subscript(index: Int) -> Int { only ?? Int(many[index]) }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element satisfies a condition that all later elements satisfy too; the count if none does.
    func partitionIndex(where condition: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
