#if canImport(Glibc)
    internal import Glibc
#endif

/// One header line: name and value as they stand in the head, the blanks around the value left out.
struct FieldLine {
    let name: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer
    let field: KnownField
}

/// Reads header lines out of a head, in the narrow grammar of RFC 9112 without its leniencies: no folded lines, no
/// bare line feeds, no blank before the colon, no control characters.
struct FieldLineReader {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    /// `bytes` is a head with its empty line at the end; reading starts at `position`, the start of a line.
    init(_ bytes: UnsafeRawBufferPointer, from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The next header line, or `nil` at the empty line.
    mutating func next() throws(WireDefect) -> FieldLine? {
        let line = try nextLine()
        if line.isEmpty { return nil }
        var nameEnd = 0
        while nameEnd < line.count, ByteClass.isToken(line[nameEnd]) { nameEnd += 1 }
        guard nameEnd > 0, nameEnd < line.count, line[nameEnd] == ByteClass.colon else {
            throw WireDefect("a header line does not start with a name and a colon")
        }
        var start = nameEnd + 1
        var end = line.count
        while start < end, Self.isBlank(line[start]) { start += 1 }
        while end > start, Self.isBlank(line[end - 1]) { end -= 1 }
        let value = UnsafeRawBufferPointer(rebasing: line[start..<end])
        guard ByteClass.isFieldText(value) else { throw WireDefect("a header value contains a control character") }
        let name = UnsafeRawBufferPointer(rebasing: line[0..<nameEnd])
        return FieldLine(name: name, value: value, field: KnownField(name: name))
    }

    /// The next line without its line end.
    mutating func nextLine() throws(WireDefect) -> UnsafeRawBufferPointer {
        guard let base = bytes.baseAddress, position < bytes.count,
            let found = memchr(base + position, Int32(ByteClass.lineFeed), bytes.count - position)
        else { throw WireDefect("the head ends in the middle of a line") }
        // SAFETY: memchr found the line feed between `position` and the end of `bytes`.
        let end = UnsafeRawPointer(found) - base
        guard end > position, bytes[end - 1] == ByteClass.carriageReturn else {
            throw WireDefect("a line ends with a bare line feed")
        }
        let line = UnsafeRawBufferPointer(rebasing: bytes[position..<(end - 1)])
        position = end + 1
        return line
    }

    /// How many bytes have been read.
    var offset: Int { position }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == ByteClass.space || byte == ByteClass.tab
    }
}
