#if canImport(Glibc)
    internal import Glibc
#endif

/// Finds the empty line that ends a head, looking at every byte once however slowly they arrive.
struct HeadBoundary {
    private var scanned = 0

    /// The length of the head, its empty line included; `nil` when it has not ended. `bytes` starts where it did at the
    /// call before and has only grown. A bare line feed is a defect at once.
    mutating func find(in bytes: UnsafeRawBufferPointer) throws(WireDefect) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        while scanned < bytes.count {
            guard let found = memchr(base + scanned, Int32(ByteClass.lineFeed), bytes.count - scanned) else {
                scanned = bytes.count
                return nil
            }
            // SAFETY: memchr found the line feed between `scanned` and the end of `bytes`.
            let index = UnsafeRawPointer(found) - base
            guard index > 0, bytes[index - 1] == ByteClass.carriageReturn else {
                throw WireDefect("a line ends with a bare line feed")
            }
            scanned = index + 1
            if index >= 3, bytes[index - 2] == ByteClass.lineFeed { return scanned }
        }
        return nil
    }

    /// Starts again for the next head.
    mutating func reset() {
        scanned = 0
    }
}
