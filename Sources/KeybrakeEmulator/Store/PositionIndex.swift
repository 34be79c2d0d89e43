/// Finds positions by the hash of what stands there. The keys themselves stay where they are: the owner says whether a
/// candidate is the one.
///
/// Linear hashing: one small bucket after the other is split as entries come, so that no insertion ever moves
/// everything, and a copy that is changed copies one bucket.
struct PositionIndex: Sendable {
    private struct Entry: Sendable {
        let hash: UInt32
        let position: Int32
    }

    /// How many entries a bucket holds on average before there is one bucket more.
    private static let entriesPerBucket = 24

    private var buckets: [[Entry]] = []
    /// Twice the largest power of two that is not above the number of buckets, less one.
    private var mask: UInt32 = 1
    private(set) var count = 0

    /// The first position under that hash which is the one looked for.
    func first(_ hash: UInt64, where isWanted: (Int) -> Bool) -> Int? {
        guard !buckets.isEmpty else { return nil }
        let hash = UInt32(truncatingIfNeeded: hash)
        for entry in buckets[bucket(of: hash)] where entry.hash == hash {
            if isWanted(Int(entry.position)) { return Int(entry.position) }
        }
        return nil
    }

    mutating func insert(_ position: Int, hash: UInt64) {
        if buckets.isEmpty { buckets.append([]) }
        let hash = UInt32(truncatingIfNeeded: hash)
        buckets[bucket(of: hash)].append(Entry(hash: hash, position: Int32(truncatingIfNeeded: position)))
        count += 1
        if count > buckets.count * Self.entriesPerBucket { split() }
    }

    /// Takes a position out, or puts another one in its place.
    mutating func replace(_ position: Int, hash: UInt64, by other: Int?) {
        guard !buckets.isEmpty else { return }
        let hash = UInt32(truncatingIfNeeded: hash)
        let position = Int32(truncatingIfNeeded: position)
        let number = bucket(of: hash)
        let place = buckets[number].firstIndex { $0.hash == hash && $0.position == position }
        guard let place else { return }
        if let other {
            buckets[number][place] = Entry(hash: hash, position: Int32(truncatingIfNeeded: other))
        } else {
            buckets[number].remove(at: place)
            count -= 1
        }
    }

    private func bucket(of hash: UInt32) -> Int {
        let number = Int(hash & mask)
        return number < buckets.count ? number : Int(hash & (mask >> 1))
    }

    /// Divides the next bucket of this round between itself and a new one.
    private mutating func split() {
        let added = buckets.count
        if UInt32(added) > mask { mask = mask << 1 | 1 }
        let divided = added & Int(mask >> 1)
        let entries = buckets[divided]
        buckets[divided] = entries.filter { Int($0.hash & mask) == divided }
        buckets.append(entries.filter { Int($0.hash & mask) == added })
    }
}
