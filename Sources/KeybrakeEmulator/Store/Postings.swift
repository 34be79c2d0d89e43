/// The positions of the objects that share a value of an indexed member, oldest first.
///
/// Most values belong to one object (the refund of a charge, the fee of a payment), so one position needs no array.
enum Postings: Sendable {
    case one(Int32)
    case many([Int32])

    var positions: [Int32] {
        switch self {
        case .one(let position): [position]
        case .many(let positions): positions
        }
    }

    mutating func insert(_ position: Int32) {
        switch self {
        case .one(let first):
            self = first == position ? self : .many([min(first, position), max(first, position)])
        case .many(var positions):
            self = .one(position)
            if let last = positions.last, last < position {
                positions.append(position)
            } else {
                let index = positions.partitionIndex { $0 >= position }
                if index == positions.count || positions[index] != position {
                    positions.insert(position, at: index)
                }
            }
            self = .many(positions)
        }
    }

    /// The postings without a position; `nil` when none is left.
    func removing(_ position: Int32) -> Postings? {
        switch self {
        case .one(let only): return only == position ? nil : self
        case .many(let positions):
            let rest = positions.filter { $0 != position }
            return rest.isEmpty ? nil : .many(rest)
        }
    }
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
