/// Calls whose intent row has been read and whose outcome row has not.
///
/// As large as the number of calls that were running at one time, not as the table; open addressing with removal.
struct PendingIntents {
    /// An intent row, as far as it is needed.
    struct Intent: Equatable {
        var hash: UInt64 = 0
        var sequence: Int64 = 0
        var atMicroseconds: Int64 = 0
    }

    private var slots = [Intent](repeating: Intent(), count: 64)
    private(set) var count = 0

    /// Remembers the intent of a request.
    mutating func insert(_ intent: Intent) {
        if count * 2 >= slots.count { grow() }
        place(intent)
        count += 1
    }

    /// Takes out the intent of a request, when there is one.
    mutating func remove(hash: UInt64) -> Intent? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot].sequence != 0 {
            if slots[slot].hash == hash {
                let found = slots[slot]
                close(slot)
                count -= 1
                return found
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// What is left, in the order of row numbers.
    var remaining: [Intent] {
        slots.filter { $0.sequence != 0 }.sorted { $0.sequence < $1.sequence }
    }

    private mutating func place(_ intent: Intent) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: intent.hash) & mask
        while slots[slot].sequence != 0 { slot = (slot + 1) & mask }
        slots[slot] = intent
    }

    /// Empties a slot and moves up what probing would no longer find.
    private mutating func close(_ emptied: Int) {
        let mask = slots.count - 1
        var hole = emptied
        var slot = emptied
        while true {
            slot = (slot + 1) & mask
            guard slots[slot].sequence != 0 else { break }
            let home = Int(truncatingIfNeeded: slots[slot].hash) & mask
            if (slot &- home) & mask >= (slot &- hole) & mask {
                slots[hole] = slots[slot]
                hole = slot
            }
        }
        slots[hole] = Intent()
    }

    private mutating func grow() {
        let old = slots
        slots = [Intent](repeating: Intent(), count: old.count * 2)
        for intent in old where intent.sequence != 0 { place(intent) }
    }
}
