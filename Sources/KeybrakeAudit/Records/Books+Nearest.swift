extension Books {
    /// Known conversations whose ids are at most two characters away, nearest first: a typing error, or a digit that
    /// a language model made up.
    func nearestConversations(to number: UInt32, limit: Int) -> [String] {
        let wanted = conversations.bytes(number)
        var found: [(distance: Int, number: UInt32)] = []
        guard conversations.count > 0 else { return [] }
        let isUUID = UUIDText.isUUID(wanted)
        for other in 1...UInt32(conversations.count) where other != number && knows(other) {
            let bytes = conversations.bytes(other)
            let distance =
                isUUID ? UUIDText.distance(wanted, bytes, limit: 2) : EditDistance.between(wanted, bytes, limit: 2)
            if distance <= 2 { found.append((distance, other)) }
        }
        return found.sorted { $0 < $1 }.prefix(limit).map { conversations.text($0.number) }
    }
}

/// How many characters must change to make one text of another.
enum EditDistance {
    /// The distance, or `limit + 1` when it is larger.
    static func between(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer, limit: Int) -> Int {
        guard abs(one.count - other.count) <= limit, one.count <= 64, other.count <= 64 else { return limit + 1 }
        var previous = Array(0...other.count)
        var current = previous
        for row in 0..<one.count {
            current[0] = row + 1
            var best = current[0]
            for column in 0..<other.count {
                let change = previous[column] + (one[row] == other[column] ? 0 : 1)
                current[column + 1] = min(change, previous[column + 1] + 1, current[column] + 1)
                best = min(best, current[column + 1])
            }
            if best > limit { return limit + 1 }
            swap(&previous, &current)
        }
        return min(previous[other.count], limit + 1)
    }
}
