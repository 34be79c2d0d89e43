/// Memory in which the texts of one statement lie while it runs, so that SQLite need not copy each by itself.
final class TextScratch {
    private let buffer: UnsafeMutableRawBufferPointer
    private var used = 0

    init(capacityBytes: Int = 65_536) {
        buffer = .allocate(byteCount: capacityBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Frees everything; what was placed before must not be read any more.
    func clear() {
        used = 0
    }

    /// A copy of the bytes that stays until ``clear()``, or `nil` when there is no room for it.
    func place(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        guard let base = buffer.baseAddress, bytes.count <= buffer.count - used else { return nil }
        let place = base + used
        if let source = bytes.baseAddress { place.copyMemory(from: source, byteCount: bytes.count) }
        used += bytes.count
        return UnsafeRawPointer(place)
    }
}
