/// Takes charges from a reader into the books: merges records of one id and keeps the totals of the file.
struct ChargeIntake {
    private let books: Books
    private let file: Int
    private(set) var recordCount = 0
    private var first = UInt32.max
    private var last: UInt32 = 0
    private var liveCount = 0
    private var testCount = 0

    init(books: Books, file: Int) {
        self.books = books
        self.file = file
    }

    /// Unix seconds of the earliest and latest charge.
    var period: (first: Int64, last: Int64)? {
        first <= last ? (Int64(first), Int64(last)) : nil
    }

    /// Whether live and test charges occur side by side.
    var mixed: (live: Int, test: Int)? {
        liveCount > 0 && testCount > 0 ? (liveCount, testCount) : nil
    }

    /// Takes one record. Its figures count in the totals of the file, whatever becomes of it.
    mutating func take(_ record: ChargeRecord) {
        recordCount += 1
        let isReadable = !record.flags.contains(.unreadable)
        books.exportTotals.add(currency: record.currency, amount: isReadable ? record.amount : nil)
        if record.flags.contains(.isLive) { liveCount += 1 }
        if record.flags.contains(.isTest) { testCount += 1 }
        if !record.flags.contains(.createdUnknown) {
            first = min(first, record.created)
            last = max(last, record.created)
        }
        guard record.id != 0 else {
            append(record)
            return
        }
        if let earlier = books.charge(ofObject: record.id), isReadable {
            merge(record, into: earlier)
        } else {
            append(record)
        }
    }

    private func append(_ record: ChargeRecord) {
        books.charges.append(record)
        let number = UInt32(truncatingIfNeeded: books.charges.count)
        if record.id != 0 {
            Self.set(&books.chargeOfObject, Int(record.id), number, keep: record.flags.contains(.unreadable))
        }
        guard record.intent != 0 else { return }
        let index = Int(record.intent)
        if index < books.lastChargeOfIntent.count, books.lastChargeOfIntent[index] != 0 {
            books.previousChargeOfIntent[number] = books.lastChargeOfIntent[index]
        }
        Self.set(&books.lastChargeOfIntent, index, number, keep: false)
    }

    private static func set(_ table: inout [UInt32], _ index: Int, _ number: UInt32, keep: Bool) {
        if index >= table.count {
            let room = max(index + 1, table.count * 3 / 2)
            table.append(contentsOf: repeatElement(0, count: room - table.count))
        }
        if !keep || table[index] == 0 { table[index] = number }
    }

    private func merge(_ record: ChargeRecord, into index: Int) {
        let earlier = books.charges[index]
        guard !earlier.flags.contains(.unreadable) else {
            append(record)
            return
        }
        let isConflict = !Self.haveSameFacts(earlier, record)
        if books.repeated.count < RepeatedRecord.countMax {
            books.repeated.append(
                RepeatedRecord(charge: index, place: record.place, line: record.line, isConflict: isConflict))
        }
        if !isConflict {
            books.repeatedCounts[RepeatedPair(earlierFile: earlier.place.file, laterFile: file), default: 0] += 1
        }
        books.repeatedTotals.add(
            isConflict ? .conflictingLine : .duplicateLine, currency: record.currency, amount: record.amount)
        guard !isConflict else { return }
        if record.status.rank > earlier.status.rank || record.refunded > earlier.refunded {
            books.charges[index].status = record.status
            books.charges[index].refunded = max(earlier.refunded, record.refunded)
        }
        if earlier.intent == 0 { books.charges[index].intent = record.intent }
        if earlier.customer == 0 { books.charges[index].customer = record.customer }
    }

    /// Whether the facts that never change on a charge are the same in both records.
    private static func haveSameFacts(_ one: ChargeRecord, _ other: ChargeRecord) -> Bool {
        guard one.amount == other.amount, one.currency == other.currency else { return false }
        guard one.customer == other.customer || one.customer == 0 || other.customer == 0 else { return false }
        if one.flags.contains(.createdUnknown) || other.flags.contains(.createdUnknown) { return true }
        if one.flags.union(other.flags).contains(.toTheMinute) { return one.created / 60 == other.created / 60 }
        return one.created == other.created
    }
}
