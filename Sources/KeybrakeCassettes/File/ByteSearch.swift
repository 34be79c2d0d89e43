internal import Glibc

/// Searches in bytes with the C library's vectorised search for one byte.
enum ByteSearch {
    /// Where `needle` first lies at or after `start`; `nil` when it does not.
    static func first(_ needle: StaticString, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        first(
            UnsafeBufferPointer(start: needle.utf8Start, count: needle.utf8CodeUnitCount), in: bytes, from: start)
    }

    /// Where `needle` first lies at or after `start`; `nil` when it does not.
    static func first(
        _ needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard let wanted = needle.baseAddress, let base = bytes.baseAddress else { return nil }
        let pivot = rarest(needle)
        var at = start + pivot
        while let hit = first(needle[pivot], in: bytes, from: at), hit - pivot + needle.count <= bytes.count {
            // SAFETY: the whole needle fits between `hit - pivot`, which is not before `start`, and the end.
            if memcmp(base + (hit - pivot), wanted, needle.count) == 0 { return hit - pivot }
            at = hit + 1
        }
        return nil
    }

    /// The position in a needle of the byte that JSON text has least often: the fewer false hits, the faster.
    private static func rarest(_ needle: UnsafeBufferPointer<UInt8>) -> Int {
        var best = (position: 0, commonness: Int.max)
        for (position, byte) in needle.enumerated() {
            let commonness = commonness(byte)
            if commonness < best.commonness { best = (position, commonness) }
        }
        return best.position
    }

    private static func commonness(_ byte: UInt8) -> Int {
        switch byte {
        case 0x20, 0x0A, UInt8(ascii: "\""), UInt8(ascii: ":"), UInt8(ascii: ","): 2
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "_"): 1
        default: 0
        }
    }

    /// Where `byte` first lies at or after `start`; `nil` when it does not.
    static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        // SAFETY: the pointer is valid for the count given, which comes from the buffer itself.
        guard let found = memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Whether `prefix` lies at `offset`.
    static func has(_ prefix: StaticString, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = prefix.utf8CodeUnitCount
        guard offset >= 0, offset + length <= bytes.count, let base = bytes.baseAddress else { return false }
        // SAFETY: `length` bytes are there on both sides.
        return memcmp(base + offset, prefix.utf8Start, length) == 0
    }

    /// The line, counted from 1, in which `offset` lies.
    static func line(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.prefix(offset).reduce(into: 1) { $0 += $1 == 0x0A ? 1 : 0 }
    }
}
