/// Splits the bytes of a CSV file (RFC 4180, LF or CRLF, any one-byte delimiter) into records and fields.
///
/// Looks at eight bytes at a time for the three bytes that matter. Only places are remembered; no field is copied.
/// A quote that is not the first byte of its field is an ordinary character.
struct CSVScanner: ~Copyable {
    /// The most fields that a record may have.
    static let fieldsMax = 2_048

    /// What came of looking for a record.
    enum Outcome { case record, end, unclosedQuote }

    private let delimiter: UInt8
    private let delimiterWord: UInt64
    private let starts: UnsafeMutablePointer<UInt32>
    private let ends: UnsafeMutablePointer<UInt32>
    private let quoting: UnsafeMutablePointer<Quoting>

    /// How many fields the record has; those beyond ``fieldsMax`` are counted but not kept.
    private(set) var fieldCount = 0
    /// The line, from 1, on which the record begins, and the one on which the next begins.
    private(set) var line: UInt32 = 0
    private(set) var nextLine: UInt32 = 1
    /// The place in the file where the record begins.
    private(set) var recordOffset: Int64 = 0
    /// The record's place in the window, and its length without the line end.
    private(set) var recordStart = 0
    private(set) var recordLength = 0
    /// Whether a byte above 127 occurs in or just behind the record.
    private(set) var hasHighBytes = false
    /// Whether the last record had a line end.
    private(set) var endsWithNewline = true

    private enum Quoting: UInt8 { case plain, quoted, doubled, broken }

    init(delimiter: UInt8) {
        self.delimiter = delimiter
        delimiterWord = Self.spread(delimiter)
        starts = .allocate(capacity: Self.fieldsMax)
        ends = .allocate(capacity: Self.fieldsMax)
        quoting = .allocate(capacity: Self.fieldsMax)
        starts.initialize(repeating: 0, count: Self.fieldsMax)
        ends.initialize(repeating: 0, count: Self.fieldsMax)
        quoting.initialize(repeating: .plain, count: Self.fieldsMax)
    }

    deinit {
        starts.deallocate()
        ends.deallocate()
        quoting.deallocate()
    }

    /// Moves to the next record.
    mutating func next(_ source: inout ByteSource) throws(InputFailure) -> Outcome {
        while true {
            recordStart = source.start
            recordOffset = source.offset
            line = nextLine
            if let after = scan(source.base + source.start, count: source.end - source.start) {
                source.start += after
                return .record
            }
            guard try source.more() else { return finish(&source) }
        }
    }

    /// The bytes of a field without its quotes; doubled quotes are still doubled.
    func raw(_ index: Int, in source: borrowing ByteSource) -> UnsafeRawBufferPointer {
        let start = Int(starts[index])
        return UnsafeRawBufferPointer(start: source.base + recordStart + start, count: Int(ends[index]) - start)
    }

    /// Whether doubled quotes in the field stand for one.
    func hasDoubledQuotes(_ index: Int) -> Bool { quoting[index] == .doubled }

    /// Whether text follows a closing quote inside some field.
    var hasBrokenQuotes: Bool {
        for index in 0..<min(fieldCount, Self.fieldsMax) where quoting[index] == .broken { return true }
        return false
    }

    private var isInsideQuotes = false

    /// The place behind the record's line end, or `nil` when the bytes end before the record does.
    private mutating func scan(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) -> Int? {
        var field = FieldState()
        var lines: UInt32 = 0
        var high: UInt64 = 0
        var at = 0
        fieldCount = 0
        while at < count {
            let word = UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt64.self)
            high |= word
            var hits = Self.zeros(word ^ delimiterWord) | Self.zeros(word ^ Self.quotes) | Self.zeros(word ^ Self.feeds)
            while hits != 0 {
                let place = at &+ hits.trailingZeroBitCount >> 3
                hits &= hits &- 1
                let byte = bytes[place]
                if byte == UInt8(ascii: "\"") {
                    field.quote(at: place)
                } else if field.isOpen {
                    if byte == 0x0A { lines &+= 1 }
                } else if byte == delimiter {
                    close(&field, at: place)
                } else {
                    endRecord(&field, bytes, at: place)
                    hasHighBytes = high & 0x8080_8080_8080_8080 != 0
                    nextLine = line &+ lines &+ 1
                    endsWithNewline = true
                    return place &+ 1
                }
            }
            at &+= 8
        }
        isInsideQuotes = field.isOpen
        hasHighBytes = high & 0x8080_8080_8080_8080 != 0
        unfinished = field
        unfinishedLines = lines
        return nil
    }

    private var unfinished = FieldState()
    private var unfinishedLines: UInt32 = 0

    /// The field that is being read: where it began and what its quotes did.
    private struct FieldState {
        var start = 0
        var closedAt = -2
        var isOpen = false
        var wasQuoted = false
        var isDoubled = false

        mutating func quote(at place: Int) {
            if isOpen {
                isOpen = false
                closedAt = place
            } else if place == start {
                isOpen = true
                wasQuoted = true
            } else if wasQuoted, closedAt == place - 1 {
                isOpen = true
                isDoubled = true
            }
        }
    }

    private mutating func close(_ field: inout FieldState, at place: Int) {
        if fieldCount < Self.fieldsMax {
            let isWhole = field.wasQuoted && field.closedAt == place &- 1
            starts[fieldCount] = UInt32(truncatingIfNeeded: isWhole ? field.start &+ 1 : field.start)
            ends[fieldCount] = UInt32(truncatingIfNeeded: isWhole ? place &- 1 : place)
            quoting[fieldCount] =
                !field.wasQuoted ? .plain : (!isWhole ? .broken : (field.isDoubled ? .doubled : .quoted))
        }
        fieldCount &+= 1
        field = FieldState(start: place &+ 1)
    }

    private mutating func endRecord(_ field: inout FieldState, _ bytes: UnsafeMutablePointer<UInt8>, at place: Int) {
        let isCRLF = place > 0 && bytes[place &- 1] == 0x0D
        let length = isCRLF ? place &- 1 : place
        close(&field, at: max(length, field.start))
        recordLength = length
    }

    /// Ends the last record of a file that does not end in a newline.
    private mutating func finish(_ source: inout ByteSource) -> Outcome {
        let count = source.end - source.start
        guard count > 0 else { return .end }
        guard !isInsideQuotes else { return .unclosedQuote }
        var field = unfinished
        endRecord(&field, source.base + source.start, at: count)
        nextLine = line &+ unfinishedLines &+ 1
        endsWithNewline = false
        source.start = source.end
        return .record
    }

    private static let quotes = spread(UInt8(ascii: "\""))
    private static let feeds = spread(0x0A)

    private static func spread(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The high bit of every byte that is zero, and of no other.
    private static func zeros(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        return ~(((word & low) &+ low) | word | low)
    }
}
