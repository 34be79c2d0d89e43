/// Where the records of a cassette file lie: each begins with `{` and ends with `}` in column 0.
struct RecordFrames {
    /// Something that is no record stands where one should be.
    struct Damage: Error {
        let offset: Int
        let detail: String
    }

    /// The bytes of each complete record, from brace to brace.
    private(set) var frames: [Range<Int>] = []
    /// Where an unfinished last record begins; `nil` when the file ends with a complete one.
    private(set) var tornFrom: Int?

    /// Finds the records of a file.
    ///
    /// - Throws: ``Damage`` at the first byte that cannot belong to a record, unless it is a torn end.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) {
        var at = 0
        while let start = Self.skipBlankLines(bytes, from: at) {
            guard bytes[start] == UInt8(ascii: "{") else {
                // A file system may leave zeros where a record was being written when the power failed.
                guard !bytes[start...].allSatisfy({ $0 == 0 }) else {
                    tornFrom = start
                    return
                }
                throw Self.damage(bytes, at: start)
            }
            guard let lastBreak = ByteSearch.first("\n}", pivot: 1, in: bytes, from: start) else {
                tornFrom = start
                return
            }
            let end = lastBreak + 2
            guard Self.isLineEnd(bytes, end) else {
                throw Damage(offset: lastBreak + 1, detail: "text after the closing brace of a record")
            }
            let inside = UnsafeBufferPointer(rebasing: bytes[..<lastBreak])
            if ByteSearch.first("\n{", pivot: 1, in: inside, from: start) != nil {
                throw Damage(offset: start, detail: "the record is not finished before the next one begins")
            }
            frames.append(start..<end)
            at = end
        }
    }

    private static func skipBlankLines(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var at = start
        while at < bytes.count, bytes[at] == 0x0A || bytes[at] == 0x0D { at += 1 }
        return at < bytes.count ? at : nil
    }

    private static func isLineEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
        at == bytes.count || bytes[at] == 0x0A || bytes[at] == 0x0D
    }

    private static func damage(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Damage {
        for marker: StaticString in ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        where ByteSearch.has(marker, at: offset, in: bytes) {
            return Damage(offset: offset, detail: "a merge conflict marker; resolve the conflict first")
        }
        return Damage(
            offset: offset,
            detail: "a record must begin with { in the first column (`jq . FILE` restores the layout)")
    }
}
