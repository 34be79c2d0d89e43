/// Groups indices that are equal in some respect, remembering only where two met.
struct RepeatTable {
    private var slots: [UInt32]
    private let mask: Int
    private var members: [UInt32: [Int]] = [:]
    private var order: [UInt32] = []

    init(capacity: Int) {
        var count = 64
        while count < capacity * 2 { count *= 2 }
        slots = [UInt32](repeating: 0, count: count)
        mask = count - 1
    }

    /// Adds an index to the group that it equals, or begins one.
    mutating func add(_ index: Int, hash: UInt64, equals: (Int) -> Bool) {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let first = slots[slot]
            if equals(Int(first) - 1) {
                if members[first] == nil {
                    members[first] = [Int(first) - 1]
                    order.append(first)
                }
                members[first]?.append(index)
                return
            }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }

    /// The groups of two and more, in the order in which their second member came.
    var groups: [[Int]] { order.compactMap { members[$0] } }
}
