/// One vault key on one UTC day, counted in days since 1970.
struct KeyDay: Hashable {
    var key: UInt32
    var day: Int32

    fileprivate var packed: UInt64 { UInt64(key) << 32 | UInt64(UInt32(bitPattern: day)) }
}

/// Sums for keys and days, by open addressing: a month of fifty thousand keys is a million entries.
struct KeyDaySums {
    private var keys: [UInt64]
    private var sums: [Int64]
    private var count = 0

    init(capacity: Int) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = [UInt64](repeating: 0, count: size)
        sums = [Int64](repeating: 0, count: size)
    }

    /// Adds to the sum of a key and a day and gives what it then is. A key is never number 0.
    mutating func add(_ amount: Int64, to keyDay: KeyDay) -> Int64 {
        let packed = keyDay.packed
        let slot = slot(of: packed)
        if keys[slot] == 0 {
            keys[slot] = packed
            count += 1
        }
        sums[slot] &+= amount
        let sum = sums[slot]
        if count * 2 > keys.count { grow() }
        return sum
    }

    private func slot(of packed: UInt64) -> Int {
        let product = (packed ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & (keys.count - 1)
        while keys[slot] != 0, keys[slot] != packed { slot = (slot &+ 1) & (keys.count - 1) }
        return slot
    }

    private mutating func grow() {
        let old = zip(keys, sums).filter { $0.0 != 0 }
        keys = [UInt64](repeating: 0, count: keys.count * 2)
        sums = [Int64](repeating: 0, count: keys.count)
        for (packed, sum) in old {
            let slot = slot(of: packed)
            keys[slot] = packed
            sums[slot] = sum
        }
    }
}
