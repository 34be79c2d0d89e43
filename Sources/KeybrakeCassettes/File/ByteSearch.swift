internal import Glibc

/// Searches in bytes with the C library's vectorised search for one byte.
enum ByteSearch {
    /// Where `needle` first lies at or after `start`; `nil` when it does not.
    ///
    /// `pivot` is the position in the needle of the byte that is looked for first; the rarer it is, the faster.
    static func first(
        _ needle: StaticString, pivot: Int = 0, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        let needle = UnsafeBufferPointer(start: needle.utf8Start, count: needle.utf8CodeUnitCount)
        return first(needle, pivot: pivot, in: bytes, from: start)
    }

    /// Where `needle`, which is not empty, first lies at or after `start`; `nil` when it does not.
    static func first(
        _ needle: UnsafeBufferPointer<UInt8>, pivot: Int = 0, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        guard let wanted = needle.baseAddress, let base = bytes.baseAddress else { return nil }
        var at = start + pivot
        while let hit = first(needle[pivot], in: bytes, from: at), hit - pivot + needle.count <= bytes.count {
            // SAFETY: the whole needle fits between `hit - pivot`, which is not before `start`, and the end.
            if memcmp(base + (hit - pivot), wanted, needle.count) == 0 { return hit - pivot }
            at = hit + 1
        }
        return nil
    }

    /// Where `byte` first lies at or after `start`; `nil` when it does not.
    static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        // SAFETY: the pointer is valid for the count given, which comes from the buffer itself.
        guard let found = memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Whether `prefix`, which is not empty, lies at `offset`.
    static func has(_ prefix: StaticString, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = prefix.utf8CodeUnitCount
        guard offset >= 0, offset + length <= bytes.count, let base = bytes.baseAddress,
            bytes[offset] == prefix.utf8Start[0]
        else { return false }
        // SAFETY: `length` bytes are there on both sides.
        return memcmp(base + offset, prefix.utf8Start, length) == 0
    }

    /// The line, counted from 1, in which `offset` lies.
    static func line(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.prefix(offset).reduce(into: 1) { $0 += $1 == 0x0A ? 1 : 0 }
    }
}
