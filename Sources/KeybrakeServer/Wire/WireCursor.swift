#if canImport(Glibc)
    internal import Glibc
#endif

/// Writes a message into memory of a fixed size. When that is too small nothing more is written and `overflowed` says
/// so; the caller then starts again with more. This is what makes one pass over the headers enough.
struct WireCursor {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private(set) var overflowed = false

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= memory.count - count else { return overflowed = true }
        if let source = bytes.baseAddress, let target = memory.baseAddress, !bytes.isEmpty {
            // SAFETY: the guard above leaves room for `bytes`, which never overlap the cursor's own memory.
            memcpy(target + count, source, bytes.count)
            count += bytes.count
        }
    }

    /// Appends a number in decimal digits.
    mutating func append(_ number: Int) {
        guard number >= 0, memory.count - count >= 20 else { return overflowed = true }
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        rest = number
        for index in stride(from: count + digits - 1, through: count, by: -1) {
            memory[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Appends one header line; `false`, with nothing appended, when it would not be exactly one line.
    mutating func appendField(name: UnsafeRawBufferPointer, value: String) -> Bool {
        guard !name.isEmpty, name.allSatisfy(ByteClass.isToken) else { return false }
        let start = count
        append(name)
        append(": ")
        var value = value
        let isClean = value.withUTF8 { text in
            let bytes = UnsafeRawBufferPointer(text)
            append(bytes)
            return ByteClass.isFieldText(bytes)
        }
        append("\r\n")
        if !isClean { count = start }
        return isClean
    }
}
