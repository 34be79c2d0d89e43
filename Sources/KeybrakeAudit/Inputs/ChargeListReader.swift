internal import KeybrakeStripe

/// Reads what the API lists: one page, several pages one after the other or in an array, a bare array, one object a
/// line, or event envelopes. One object is in memory at a time.
struct ChargeListReader: ~Copyable {
    /// What the reader is inside of.
    private enum Frame {
        case array
        /// A page, with the text before its `data`.
        case page(head: [UInt8])
    }

    private let books: Books
    private let fileIndex: Int
    private var intake: ChargeIntake
    private var problems: ReadingProblems
    private var frames: [Frame] = []
    private var itemCount: UInt32 = 0
    private var otherCounts: [String: Int] = [:]
    private var pageCount = 0
    /// Whether the page read last says that there are more.
    private var lastPageHasMore = false

    init(books: Books, fileIndex: Int) {
        self.books = books
        self.fileIndex = fileIndex
        intake = ChargeIntake(books: books, file: fileIndex)
        problems = ReadingProblems(file: books.files[fileIndex].name)
    }

    /// Reads all objects into the books and tells what the file is.
    mutating func readAll(_ source: inout ByteSource, progress: inout Progress) throws(InputFailure) {
        books.files[fileIndex].kind = "API list (JSON)"
        if ExportSniffer.withoutMark(source.window).count != source.window.count { source.start += 3 }
        while try step(&source) {
            if itemCount & 0x3FF == 0 { progress.report(done: source.offset, of: source.sizeBytes) }
        }
        finish()
    }

    /// Reads one thing; `false` at the end of the file or of what can be understood.
    private mutating func step(_ source: inout ByteSource) throws(InputFailure) -> Bool {
        guard let byte = try nextByte(&source) else {
            if !frames.isEmpty { truncated(source, "the file ends inside a list") }
            return false
        }
        switch byte {
        case UInt8(ascii: "{"): return try object(&source)
        case UInt8(ascii: "[") where frames.count < 4:
            frames.append(.array)
            source.start += 1
            return true
        case UInt8(ascii: "]") where !frames.isEmpty:
            source.start += 1
            frames.removeLast()
            return try closePage(&source)
        default:
            unreadable(source, "no JSON object begins at byte \(source.offset)")
            return false
        }
    }

    /// The next byte that is neither white space nor a comma between elements.
    private func nextByte(_ source: inout ByteSource) throws(InputFailure) -> UInt8? {
        while true {
            while source.start < source.end {
                let byte = source.base[source.start]
                if byte > 0x20, byte != UInt8(ascii: ",") { return byte }
                source.start += 1
            }
            guard try source.more() else { return nil }
        }
    }

    private var isInsidePage: Bool {
        frames.contains { if case .page = $0 { true } else { false } }
    }

    private mutating func object(_ source: inout ByteSource) throws(InputFailure) -> Bool {
        while true {
            switch JSONObjectSpan.judge(source.window, findsPages: !isInsidePage) {
            case .whole(let length):
                let item = UnsafeRawBufferPointer(rebasing: source.window[..<length])
                let isRead = read(item, place: RecordPlace(file: fileIndex, offset: source.offset))
                source.start += length
                return isRead
            case .page(let bracket):
                frames.append(.page(head: Array(source.window[..<bracket])))
                frames.append(.array)
                source.start += bracket + 1
                return true
            case .unfinished:
                guard try source.more() else {
                    truncated(source, "the file ends inside the object at byte \(source.offset)")
                    return false
                }
            }
        }
    }

    /// Reads what stands behind the `data` of a page whose array has just closed.
    private mutating func closePage(_ source: inout ByteSource) throws(InputFailure) -> Bool {
        guard case .page(let head) = frames.last else { return true }
        while true {
            if let length = JSONObjectSpan.tail(source.window) {
                let text = head + Array("[]".utf8) + Array(source.window[..<length])
                let page = try? JSONParser.parse(text)
                lastPageHasMore = page?["has_more"]?.boolValue ?? false
                pageCount += 1
                frames.removeLast()
                source.start += length
                return true
            }
            guard try source.more() else {
                truncated(source, "the file ends inside a page")
                return false
            }
        }
    }

    private mutating func truncated(_ source: borrowing ByteSource, _ text: String) {
        problems.add(.truncated, offset: source.offset, text: text)
    }

    private mutating func unreadable(_ source: borrowing ByteSource, _ text: String) {
        let sample = String(decoding: source.window.prefix(80), as: UTF8.self)
        problems.add(.unreadableInput, offset: source.offset, text: text, sample: sample)
    }

    private mutating func read(_ item: UnsafeRawBufferPointer, place: RecordPlace) -> Bool {
        itemCount += 1
        let value: JSONValue
        do throws(JSONParser.Failure) {
            // SAFETY: bytes are bytes: UInt8 has no alignment and every bit pattern is one of its values.
            value = try JSONParser.parse(item.bindMemory(to: UInt8.self))
        } catch {
            problems.add(
                .unreadableInput, line: Int64(itemCount), offset: place.offset,
                text: "object \(itemCount) is not JSON: \(error.reason)",
                sample: String(decoding: item.prefix(80), as: UTF8.self))
            return false
        }
        var parsed = ChargeJSON(books: books, place: place, item: itemCount)
        if let record = parsed.record(value) {
            let before = books.charges.count
            intake.take(record)
            if let key = parsed.idempotencyHash, books.charges.count > before {
                books.idempotencyHashOfCharge[UInt32(truncatingIfNeeded: before)] = key
            }
        } else {
            otherCounts[parsed.objectName, default: 0] += 1
        }
        for problem in parsed.problems {
            problems.add(.unknownValue, line: Int64(itemCount), offset: place.offset, text: problem)
        }
        return true
    }

    private mutating func finish() {
        if lastPageHasMore {
            problems.add(
                .truncated, text: "the last page says has_more: true, so the list goes on behind the end of the file")
        }
        if intake.recordCount == 0, !otherCounts.isEmpty {
            let kinds = otherCounts.keys.sorted().joined(separator: ", ")
            problems.add(.unreadableInput, text: "the file holds no charges, but objects of kind \(kinds)")
        }
        if let mixed = intake.mixed {
            problems.add(.mixedModes, text: "\(mixed.live) live and \(mixed.test) test charges lie in one file")
        }
        var notes: [String] = []
        if pageCount > 1 { notes.append("\(pageCount) pages") }
        if itemCount == 0 { notes.append("the file holds no objects") }
        if intake.recordCount > 0 {
            for (kind, count) in otherCounts.sorted(by: { $0.key < $1.key }) {
                notes.append("\(count) objects of kind \(kind) were passed over")
            }
        }
        let file = fileIndex
        books.files[file].recordCount = intake.recordCount
        books.files[file].first = intake.period?.first
        books.files[file].last = intake.period?.last
        books.files[file].notes = notes
        if problems.hasDamage { books.files[file].state = .damaged }
        books.problems += problems.all
    }
}
