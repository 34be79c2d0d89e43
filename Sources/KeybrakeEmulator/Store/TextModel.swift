/// A text that others are like, so that they can be written as pieces of it and what lies between.
///
/// A packed text is a sequence of: how many bytes follow that the model does not have, those bytes, how many bytes to
/// take from the model, and how far their place there is from the end of the piece before.
struct TextModel: Sendable {
    static let bytesMax = 16_384
    /// A piece is worth its two numbers from this length on.
    private static let pieceBytesMin = 6
    private static let tableBits = 11

    private var bytes: [UInt8] = []
    /// By hash of six bytes: one more than where they last stand in the model, or 0.
    private var table: [UInt16] = []

    /// Takes a text into the model; `false` when there is no room for it or it is not worth it.
    mutating func learn(_ text: [UInt8]) -> Bool {
        guard text.count >= 64, bytes.count + text.count <= Self.bytesMax else { return false }
        if table.isEmpty { table = Array(repeating: 0, count: 1 << Self.tableBits) }
        let start = bytes.count
        bytes.append(contentsOf: text)
        guard bytes.count >= 8 else { return true }
        bytes.withUnsafeBytes { model in
            for at in start...(model.count - 8) {
                table[Self.slot(Self.six(model, at))] = UInt16(truncatingIfNeeded: at + 1)
            }
        }
        return true
    }

    func pack(_ text: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        packed.reserveCapacity(text.count / 4 + 16)
        guard bytes.count >= 8, text.count >= 8 else {
            Varint.append(text.count, to: &packed)
            packed.append(contentsOf: text)
            return packed
        }
        text.withUnsafeBytes { text in bytes.withUnsafeBytes { model in pack(text, like: model, into: &packed) } }
        return packed
    }

    private func pack(_ text: UnsafeRawBufferPointer, like model: UnsafeRawBufferPointer, into packed: inout [UInt8]) {
        var written = 0
        var expected = 0
        var at = 0
        while at + 8 <= text.count {
            guard let start = piece(text, at, like: model, expected: expected + at - written) else {
                at += 1
                continue
            }
            let length = Self.commonBytes(text, at, model, start)
            Varint.append(at - written, to: &packed)
            packed.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[written..<at]))
            Varint.append(length, to: &packed)
            let distance = start - expected
            Varint.append(distance << 1 ^ distance >> (Int.bitWidth - 1), to: &packed)
            at += length
            written = at
            expected = start + length
        }
        guard written < text.count else { return }
        Varint.append(text.count - written, to: &packed)
        packed.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[written...]))
    }

    func unpack(_ packed: [UInt8], from start: Int, length: Int) -> [UInt8] {
        // SAFETY: `pack` wrote numbers that add up to `length`, and the array's slices are checked.
        Array(unsafeUninitializedCapacity: length) { text, count in
            var at = start
            var expected = 0
            while count < length {
                let given = Varint.read(packed, &at)
                copy(packed[at..<(at + given)], to: text, &count)
                at += given
                guard count < length else { return }
                let taken = Varint.read(packed, &at)
                let distance = Varint.read(packed, &at)
                let place = expected + (Int(bitPattern: UInt(bitPattern: distance) >> 1) ^ -(distance & 1))
                copy(bytes[place..<(place + taken)], to: text, &count)
                expected = place + taken
            }
        }
    }

    private func copy(_ piece: ArraySlice<UInt8>, to text: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        precondition(count + piece.count <= text.count)
        let rest = UnsafeMutableBufferPointer(rebasing: text[count...])
        count += rest.initialize(fromContentsOf: piece)
    }

    /// Where the model has the six bytes at that place of the text: where it would go on, or anywhere.
    private func piece(_ text: UnsafeRawBufferPointer, _ at: Int, like model: UnsafeRawBufferPointer, expected: Int)
        -> Int?
    {
        let wanted = Self.six(text, at)
        if expected + 8 <= model.count, Self.six(model, expected) == wanted { return expected }
        let found = Int(table[Self.slot(wanted)]) - 1
        return found >= 0 && Self.six(model, found) == wanted ? found : nil
    }

    /// How many bytes the two have in common from there on.
    private static func commonBytes(
        _ text: UnsafeRawBufferPointer, _ at: Int, _ model: UnsafeRawBufferPointer, _ start: Int
    ) -> Int {
        let longest = min(text.count - at, model.count - start)
        var length = pieceBytesMin
        while length + 8 <= longest {
            // SAFETY: both places have eight bytes left, by the condition above.
            let difference =
                text.loadUnaligned(fromByteOffset: at + length, as: UInt64.self)
                ^ model.loadUnaligned(fromByteOffset: start + length, as: UInt64.self)
            guard difference == 0 else { return length + difference.littleEndian.trailingZeroBitCount / 8 }
            length += 8
        }
        while length < longest, text[at + length] == model[start + length] { length += 1 }
        return length
    }

    private static func six(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        // SAFETY: callers see to it that eight bytes are left.
        bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian & 0xFFFF_FFFF_FFFF
    }

    private static func slot(_ six: UInt64) -> Int {
        Int(truncatingIfNeeded: (six &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - tableBits))
    }
}
