internal import Glibc

/// Gives every distinct byte string a small number, beginning with 1; the empty string is 0.
///
/// Open addressing over one arena of bytes: about 20 bytes beside the text for each entry, no object per string.
/// Numbers are given in order of first appearance, so they do not depend on hashing.
struct TextTable: ~Copyable {
    /// Where a text lies in the arena and what it hashes to.
    private struct Entry {
        var offset: UInt64
        var length: UInt32
        var hash: UInt32
    }

    /// The longest text that keeps its bytes; a longer one is cut, which no id of Stripe's ever is.
    static let lengthMax = 4_096

    private var arena: UnsafeMutablePointer<UInt8>
    private var arenaCapacity: Int
    private var arenaCount = 0
    private var entries: UnsafeMutablePointer<Entry>
    private var entryCapacity: Int
    private(set) var count = 0
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotMask: Int

    init(capacity: Int = 64) {
        entryCapacity = max(64, capacity)
        arenaCapacity = entryCapacity * 28
        var slotCount = 128
        while slotCount < entryCapacity * 2 { slotCount *= 2 }
        slotMask = slotCount - 1
        arena = .allocate(capacity: arenaCapacity)
        entries = .allocate(capacity: entryCapacity + 1)
        entries.initialize(to: Entry(offset: 0, length: 0, hash: 0))
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
    }

    deinit {
        arena.deallocate()
        entries.deallocate()
        slots.deallocate()
    }

    /// The number of the text, giving it one when it is new.
    mutating func intern(_ text: UnsafeRawBufferPointer) -> UInt32 {
        guard text.count > 0 else { return 0 }
        let text = text.count > Self.lengthMax ? UnsafeRawBufferPointer(rebasing: text[..<Self.lengthMax]) : text
        let hash = Self.hash(text)
        var slot = Int(hash) & slotMask
        while true {
            let found = slots[slot]
            if found == 0 { return append(text, hash: UInt32(truncatingIfNeeded: hash >> 32), slot: slot) }
            if matches(found, text, UInt32(truncatingIfNeeded: hash >> 32)) { return found }
            slot = (slot &+ 1) & slotMask
        }
    }

    /// The number of the text, or 0 when it has none.
    func find(_ text: UnsafeRawBufferPointer) -> UInt32 {
        guard text.count > 0, text.count <= Self.lengthMax else { return 0 }
        let hash = Self.hash(text)
        var slot = Int(hash) & slotMask
        while true {
            let found = slots[slot]
            if found == 0 || matches(found, text, UInt32(truncatingIfNeeded: hash >> 32)) { return found }
            slot = (slot &+ 1) & slotMask
        }
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
        let entry = entries[Int(number)]
        return UnsafeRawBufferPointer(start: arena + Int(entry.offset), count: Int(entry.length))
    }

    /// The text that has that number, with U+FFFD for bytes that are not UTF-8.
    func text(_ number: UInt32) -> String {
        String(decoding: bytes(number), as: UTF8.self)
    }

    private func matches(_ number: UInt32, _ text: UnsafeRawBufferPointer, _ hash: UInt32) -> Bool {
        let entry = entries[Int(number)]
        guard entry.hash == hash, Int(entry.length) == text.count, let start = text.baseAddress else { return false }
        return memcmp(arena + Int(entry.offset), start, text.count) == 0
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, hash: UInt32, slot: Int) -> UInt32 {
        if arenaCount + text.count > arenaCapacity { growArena(atLeast: arenaCount + text.count) }
        if count == entryCapacity { growEntries() }
        UnsafeMutableRawPointer(arena + arenaCount).copyMemory(from: text.baseAddress ?? arenaStart, byteCount: text.count)
        count += 1
        (entries + count).initialize(
            to: Entry(offset: UInt64(arenaCount), length: UInt32(truncatingIfNeeded: text.count), hash: hash))
        arenaCount += text.count
        slots[slot] = UInt32(truncatingIfNeeded: count)
        if count * 2 > slotMask { growSlots() }
        return UInt32(truncatingIfNeeded: count)
    }

    private var arenaStart: UnsafeRawPointer { UnsafeRawPointer(arena) }

    private mutating func growArena(atLeast needed: Int) {
        let capacity = max(arenaCapacity * 2, needed)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: arena, count: arenaCount)
        arena.deallocate()
        arena = larger
        arenaCapacity = capacity
    }

    private mutating func growEntries() {
        precondition(entryCapacity < Int(UInt32.max) / 2, "at most two thousand million distinct texts")
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: entryCapacity * 2 + 1)
        larger.update(from: entries, count: count + 1)
        entries.deallocate()
        entries = larger
        entryCapacity *= 2
    }

    private mutating func growSlots() {
        let slotCount = (slotMask + 1) * 2
        slots.deallocate()
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
        slotMask = slotCount - 1
        guard count > 0 else { return }
        for number in 1...count {
            var slot = Int(Self.hash(bytes(UInt32(truncatingIfNeeded: number)))) & slotMask
            while slots[slot] != 0 { slot = (slot &+ 1) & slotMask }
            slots[slot] = UInt32(truncatingIfNeeded: number)
        }
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
