internal import Glibc

/// Gives every distinct byte string a small number, beginning with 1; the empty string is 0.
///
/// Open addressing. A slot holds half of the hash and the place of the text, and the text lies next to its number, so
/// that a look-up touches two places in memory and not more: with a million ids that is what it costs. Numbers are
/// given in order of first appearance, so they do not depend on hashing.
struct TextTable: ~Copyable {
    /// The longest text that keeps its bytes; a longer one is cut, which no id of Stripe's ever is.
    static let lengthMax = 4_096
    /// Number and length, before the bytes of a text.
    private static let headBytes = 8
    private static let upperHalf: UInt64 = 0xFFFF_FFFF_0000_0000

    /// Texts, each with its number and length before it, at multiples of eight bytes.
    private var arena: UnsafeMutableRawPointer
    private var arenaCapacity: Int
    private var arenaCount = 8
    /// For each number the place of its text, in units of eight bytes.
    private var places: UnsafeMutablePointer<UInt32>
    private var placeCapacity: Int
    private(set) var count = 0
    /// The upper half of the hash, then the place of the text; 0 is free.
    private var slots: UnsafeMutablePointer<UInt64>
    private var slotMask: Int

    init(capacity: Int = 64) {
        placeCapacity = max(64, capacity)
        arenaCapacity = placeCapacity * 40
        var slotCount = 128
        while slotCount < placeCapacity * 2 { slotCount *= 2 }
        slotMask = slotCount - 1
        arena = Self.memory(arenaCapacity)
        arena.initializeMemory(as: UInt64.self, repeating: 0, count: 1)
        places = .allocate(capacity: placeCapacity + 1)
        places.initialize(to: 0)
        slots = Self.slots(slotCount)
    }

    deinit {
        free(arena)
        places.deallocate()
        free(slots)
    }

    /// The number of the text, giving it one when it is new.
    mutating func intern(_ text: UnsafeRawBufferPointer) -> UInt32 {
        intern(text, hash: Self.hash(text))
    }

    /// The number of the text of that hash, giving it one when it is new.
    mutating func intern(_ text: UnsafeRawBufferPointer, hash: UInt64) -> UInt32 {
        guard text.count > 0 else { return 0 }
        guard text.count <= Self.lengthMax else {
            return intern(UnsafeRawBufferPointer(rebasing: text[..<Self.lengthMax]))
        }
        let (slot, number) = probe(text, hash: hash)
        return number != 0 ? number : append(text, hash: hash, slot: slot)
    }

    /// The number of the text, or 0 when it has none.
    func find(_ text: UnsafeRawBufferPointer) -> UInt32 {
        find(text, hash: Self.hash(text))
    }

    /// The number of the text of that hash, or 0 when it has none.
    func find(_ text: UnsafeRawBufferPointer, hash: UInt64) -> UInt32 {
        guard text.count > 0, text.count <= Self.lengthMax else { return 0 }
        return probe(text, hash: hash).number
    }

    /// Brings the two places where a text of that hash will be looked for into the cache.
    ///
    /// Called for all texts of a row before any is looked up, the waits for memory overlap instead of adding up.
    /// The result means nothing; whoever calls adds it up so that the loads are not left out.
    func touch(_ hash: UInt64) -> UInt64 {
        let found = slots[Int(truncatingIfNeeded: hash) & slotMask]
        return (arena + Int(found & 0xFFFF_FFFF) * 8).load(as: UInt64.self)
    }

    /// The number of the text, giving it one when it is new.
    mutating func intern(_ text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    /// The number of the text, or 0 when it has none.
    func find(_ text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    /// The bytes that have that number. Valid until the next text is added.
    func bytes(_ number: UInt32) -> UnsafeRawBufferPointer {
        precondition(number <= count, "a number that this table gave")
        let head = arena + Int(places[Int(number)]) * 8
        return UnsafeRawBufferPointer(
            start: head + Self.headBytes, count: Int(head.load(fromByteOffset: 4, as: UInt32.self)))
    }

    /// The text that has that number, with U+FFFD for bytes that are not UTF-8.
    func text(_ number: UInt32) -> String {
        String(decoding: bytes(number), as: UTF8.self)
    }

    /// The slot of the text with its number, or the free slot where it belongs with 0.
    private func probe(_ text: UnsafeRawBufferPointer, hash: UInt64) -> (slot: Int, number: UInt32) {
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while true {
            let found = slots[slot]
            if found == 0 { return (slot, 0) }
            if (found ^ hash) & Self.upperHalf == 0 {
                let head = UnsafeRawPointer(arena) + Int(found & 0xFFFF_FFFF) * 8
                if Self.matches(head, text) { return (slot, head.load(as: UInt32.self)) }
            }
            slot = (slot &+ 1) & slotMask
        }
    }

    private static func matches(_ head: UnsafeRawPointer, _ text: UnsafeRawBufferPointer) -> Bool {
        guard Int(head.load(fromByteOffset: 4, as: UInt32.self)) == text.count else { return false }
        let stored = head + headBytes
        var at = 0
        while at &+ 8 <= text.count {
            guard
                stored.load(fromByteOffset: at, as: UInt64.self)
                    == text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            else { return false }
            at &+= 8
        }
        while at < text.count {
            guard stored.load(fromByteOffset: at, as: UInt8.self) == text[at] else { return false }
            at &+= 1
        }
        return true
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, hash: UInt64, slot: Int) -> UInt32 {
        let needed = (Self.headBytes + text.count + 7) / 8 * 8
        if arenaCount + needed > arenaCapacity { growArena(atLeast: arenaCount + needed) }
        if count == placeCapacity { growPlaces() }
        count += 1
        let place = UInt32(truncatingIfNeeded: arenaCount / 8)
        let head = arena + arenaCount
        head.storeBytes(of: UInt32(truncatingIfNeeded: count), as: UInt32.self)
        head.storeBytes(of: UInt32(truncatingIfNeeded: text.count), toByteOffset: 4, as: UInt32.self)
        UnsafeMutableRawBufferPointer(start: head + Self.headBytes, count: text.count).copyMemory(from: text)
        (places + count).initialize(to: place)
        arenaCount += needed
        slots[slot] = (hash & Self.upperHalf) | UInt64(place)
        if count * 2 > slotMask { growSlots() }
        return UInt32(truncatingIfNeeded: count)
    }

    private mutating func growArena(atLeast needed: Int) {
        arenaCapacity = max(arenaCapacity * 2, needed)
        precondition(arenaCapacity / 8 < Int(UInt32.max), "at most 32 GiB of distinct texts")
        let larger = Self.memory(arenaCapacity)
        larger.copyMemory(from: arena, byteCount: arenaCount)
        free(arena)
        arena = larger
    }

    private mutating func growPlaces() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: placeCapacity * 2 + 1)
        larger.update(from: places, count: count + 1)
        places.deallocate()
        places = larger
        placeCapacity *= 2
    }

    private mutating func growSlots() {
        let slotCount = (slotMask + 1) * 2
        free(slots)
        slots = Self.slots(slotCount)
        slotMask = slotCount - 1
        for number in 1...count {
            let hash = Self.hash(bytes(UInt32(truncatingIfNeeded: number)))
            var slot = Int(truncatingIfNeeded: hash) & slotMask
            while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
            slots[slot] = (hash & Self.upperHalf) | UInt64(places[number])
        }
    }

    private static func slots(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        // SAFETY: fresh memory of count * 8 bytes, aligned to 16, that nothing else has bound.
        // SAFETY: the memory holds `count` words, is aligned for them, and is initialised before it is read.
        let slots = memory(count * 8).bindMemory(to: UInt64.self, capacity: count)
        slots.initialize(repeating: 0, count: count)
        return slots
    }

    /// Memory in large pages where the system has them: look-ups jump about, and small pages would cost as much again.
    private static func memory(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let pageBytes = 2 << 20
        var memory: UnsafeMutableRawPointer?
        let alignment = byteCount >= pageBytes ? pageBytes : 16
        guard posix_memalign(&memory, alignment, byteCount) == 0, let memory else {
            preconditionFailure("no memory for a table of texts")
        }
        if byteCount >= pageBytes { madvise(memory, byteCount, MADV_HUGEPAGE) }
        return memory
    }

    /// 63 bits that depend on every byte; not secret, not for evidence.
    static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while at &+ 8 <= text.count {
            state = mix(state ^ text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        var tail: UInt64 = 0
        while at < text.count {
            tail = tail << 8 | UInt64(text[at])
            at &+= 1
        }
        return mix(mix(state ^ tail)) & 0x7FFF_FFFF_FFFF_FFFF
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
