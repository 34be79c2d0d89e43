internal import KeybrakeStripe

/// The members of a record, or of an object in it, and where their values lie.
///
/// In the layout that is written, they are the lines with one certain indentation, so a record of many kilobytes is
/// taken apart by looking at its line beginnings. Other layouts are scanned byte by byte.
struct RecordMembers {
    /// The names as written and their values' places, in the order of the record.
    private var members: [(name: Slice<UnsafeBufferPointer<UInt8>>, value: Range<Int>)] = []
    /// Whether nothing but the closing brace follows the last member.
    private(set) var isComplete = false

    /// The layout of the lines: what precedes a name, and how the object ends.
    private struct Layout {
        let opening: StaticString
        let memberStart: StaticString
        let closing: StaticString

        static let record = Layout(opening: "{\n  \"", memberStart: "  \"", closing: "\n}")
        static let response = Layout(opening: "{\n    \"", memberStart: "    \"", closing: "\n  }")
    }

    /// The members at the top of a record.
    init(_ record: UnsafeBufferPointer<UInt8>) {
        self.init(record, .record)
    }

    /// The members of a record's response.
    init(ofResponse response: UnsafeBufferPointer<UInt8>) {
        self.init(response, .response)
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: Layout) {
        members.reserveCapacity(4)
        if !readLines(bytes, layout) { scan(bytes) }
    }

    var names: [String] { members.map { String(decoding: $0.name, as: UTF8.self) } }

    func first(_ name: String) -> Range<Int>? {
        members.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    // MARK: By lines

    private mutating func readLines(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: Layout) -> Bool {
        let close = bytes.count - layout.closing.utf8CodeUnitCount
        guard ByteSearch.has(layout.opening, at: 0, in: bytes), ByteSearch.has(layout.closing, at: close, in: bytes)
        else { return false }
        let indent = layout.memberStart.utf8CodeUnitCount
        var line: Int? = 2
        while let start = line {
            guard let quote = ByteSearch.first(UInt8(ascii: "\""), in: bytes, from: start + indent),
                ByteSearch.has("\": ", at: quote, in: bytes)
            else { return false }
            let next = nextMember(bytes, from: quote + 3, layout)
            let end = next.map { $0 - 1 } ?? close
            // Each member but the last ends with a comma.
            guard (bytes[end - 1] == UInt8(ascii: ",")) == (next != nil) else { return false }
            members.append((bytes[start + indent..<quote], quote + 3..<(next == nil ? end : end - 1)))
            line = next
        }
        isComplete = true
        return true
    }

    /// Where the next line that begins as a member does begins.
    private func nextMember(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ layout: Layout) -> Int? {
        var at = start
        while let lineEnd = ByteSearch.first(0x0A, in: bytes, from: at) {
            if ByteSearch.has(layout.memberStart, at: lineEnd + 1, in: bytes) { return lineEnd + 1 }
            at = lineEnd + 1
        }
        return nil
    }

    // MARK: By bytes

    private mutating func scan(_ record: UnsafeBufferPointer<UInt8>) {
        members = []
        var end = 0
        JSONScanner(record).forEachMember { name, value in
            end = value.endIndex
            members.append((name, value.startIndex..<value.endIndex))
            return true
        }
        isComplete =
            !members.isEmpty && end < record.count && record[end..<record.count - 1].allSatisfy { $0 <= 0x20 }
    }
}
