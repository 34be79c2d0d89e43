internal import KeybrakeStripe

/// Reads a Dashboard payments export, old or new, record by record.
///
/// Looks only at the columns that reconciling needs: names, addresses, e-mails and card data are never taken out of
/// the bytes of the file.
struct PaymentsReader: ~Copyable {
    private let books: Books
    private let fileIndex: Int
    private let columns: PaymentsColumns
    private var scanner: CSVScanner
    private var intake: ChargeIntake
    private var amounts = AmountText()
    private var dates = DateText()
    private var problems: ReadingProblems
    private var notes = PaymentsNotes()
    private var touched: UInt64 = 0

    /// Reads the header; the scanner then stands before the first record.
    init(books: Books, fileIndex: Int, delimiter: UInt8, source: inout ByteSource) throws(InputFailure) {
        self.books = books
        self.fileIndex = fileIndex
        scanner = CSVScanner(delimiter: delimiter)
        source.start = ExportSniffer.withoutMark(source.window).count == source.window.count ? 0 : 3
        problems = ReadingProblems(file: books.files[fileIndex].name)
        intake = ChargeIntake(books: books, file: fileIndex)
        var header: [String] = []
        if try scanner.next(&source) == .record {
            for index in 0..<min(scanner.fieldCount, CSVScanner.fieldsMax) {
                let text = FieldText.text(
                    scanner.raw(index, in: source), hasDoubledQuotes: scanner.hasDoubledQuotes(index))
                header.append(String(text.drop { $0 == " " }))
            }
        }
        columns = PaymentsColumns(header: header)
        books.layouts[fileIndex].columns = columns
        books.layouts[fileIndex].delimiter = delimiter
    }

    /// Reads all records into the books and tells what the file is.
    mutating func readAll(_ source: inout ByteSource, progress: inout Progress) throws(InputFailure) {
        books.files[fileIndex].kind = columns.dialect.rawValue
        books.files[fileIndex].missingFacts = columns.missingFacts
        var outcome = try scanner.next(&source)
        while outcome == .record {
            read(source)
            if intake.recordCount & 0x3FFF == 0 {
                progress.report(done: source.offset, of: source.sizeBytes)
                if intake.recordCount == 0x4000 { reserve(source) }
            }
            outcome = try scanner.next(&source)
        }
        if outcome == .unclosedQuote {
            problems.add(
                .truncated, line: Int64(scanner.line), offset: scanner.recordOffset,
                text: "the file ends inside quotes that were opened in the record at byte \(scanner.recordOffset)")
        }
        finish()
    }

    /// Makes room for as many charges as the rest of the file will hold, judging by its beginning.
    private func reserve(_ source: borrowing ByteSource) {
        let expected = Double(intake.recordCount) * Double(source.sizeBytes) / Double(max(1, source.offset)) * 1.02
        books.charges.reserveCapacity(books.charges.count + min(Int(expected), 100_000_000))
    }

    private mutating func finish() {
        let file = fileIndex
        if !scanner.endsWithNewline, intake.recordCount > 0 {
            notes.add("the last line has no line end; if the file was cut inside its last field, nothing shows it")
        }
        notes.finish(unusualAmounts: amounts.unusualCount, recordCount: intake.recordCount)
        if let mixed = intake.mixed {
            problems.add(.mixedModes, text: "\(mixed.live) live and \(mixed.test) test charges lie in one file")
        }
        books.files[file].recordCount = intake.recordCount
        books.files[file].first = intake.period?.first
        books.files[file].last = intake.period?.last
        books.files[file].notes = notes.texts
        if problems.hasDamage { books.files[file].state = .damaged }
        books.problems += problems.all
    }

    private mutating func read(_ source: borrowing ByteSource) {
        guard scanner.fieldCount == columns.count, !scanner.hasBrokenQuotes else {
            readMisshapen(source)
            return
        }
        if scanner.hasHighBytes { checkUTF8(source) }
        var record = ChargeRecord(
            place: RecordPlace(file: fileIndex, offset: scanner.recordOffset), amount: 0, refunded: 0, created: 0,
            line: scanner.line, id: 0, intent: 0, customer: 0, taggedConversation: 0, metadataConversation: 0,
            currency: .unknown, status: .unknown, flags: [])
        let (id, customer) = (field(columns.id, source), field(columns.customer, source))
        let (idHash, customerHash) = (TextTable.hash(id), TextTable.hash(customer))
        touched &+= books.objects.touch(idHash) &+ books.customers.touch(customerHash)
        if let column = columns.conversations.first {
            touched &+= books.conversations.touch(TextTable.hash(scanner.raw(column, in: source)))
        }
        readMoney(&record, source)
        readStatus(&record, source)
        readCreated(&record, source)
        readMode(&record, source)
        record.id = books.objects.intern(id, hash: idHash)
        record.intent = books.objects.intern(field(columns.intent, source))
        record.customer = books.customers.intern(customer, hash: customerHash)
        readConversation(&record, source)
        intake.take(record)
    }

    private func field(_ column: Int?, _ source: borrowing ByteSource) -> UnsafeRawBufferPointer {
        guard let column else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return FieldText.trimmed(scanner.raw(column, in: source))
    }

    private mutating func readMoney(_ record: inout ChargeRecord, _ source: borrowing ByteSource) {
        if columns.currency != nil {
            let word = field(columns.currency, source)
            record.currency = CurrencyCode(word)
            if record.currency == .unknown { reject(&record, "currency", word, "is no currency that Stripe knows") }
        }
        let digits = record.currency.minorDigits
        record.amount = money(columns.amount, "Amount", digits, &record, source)
        record.refunded = money(columns.refunded, "Amount Refunded", digits, &record, source)
    }

    private mutating func money(
        _ column: Int?, _ name: String, _ digits: Int, _ record: inout ChargeRecord, _ source: borrowing ByteSource
    ) -> Int64 {
        guard let column else { return 0 }
        let text = field(column, source)
        // Rows of a PaymentIntent without charge leave their refunds empty.
        if text.count == 0, column != columns.amount { return 0 }
        do throws(AmountText.Failure) {
            return try amounts.minorUnits(text, digits: digits)
        } catch {
            reject(&record, name, text, error.reason(currency: record.currency))
            return 0
        }
    }

    private mutating func readStatus(_ record: inout ChargeRecord, _ source: borrowing ByteSource) {
        guard columns.status != nil else { return }
        let word = field(columns.status, source)
        record.status = StatusWord(word)
        if record.status == .unknown { reject(&record, "Status", word, "is no status that an export is known to have") }
    }

    private mutating func readCreated(_ record: inout ChargeRecord, _ source: borrowing ByteSource) {
        guard columns.created != nil else {
            record.flags.insert(.createdUnknown)
            return
        }
        let text = field(columns.created, source)
        guard let seconds = dates.unixSeconds(text) else {
            record.flags.insert(.createdUnknown)
            reject(
                &record, "Created", text,
                "is not written as YYYY-MM-DD HH:MM:SS; export the file again without saving it from a spreadsheet")
            return
        }
        record.created = UInt32(truncatingIfNeeded: seconds)
        if DateText.isToTheMinute(text) { record.flags.insert(.toTheMinute) }
    }

    private func readMode(_ record: inout ChargeRecord, _ source: borrowing ByteSource) {
        guard columns.mode != nil, let first = field(columns.mode, source).first else { return }
        if first | 0x20 == UInt8(ascii: "l") { record.flags.insert(.isLive) }
        if first | 0x20 == UInt8(ascii: "t") { record.flags.insert(.isTest) }
    }

    private func readConversation(_ record: inout ChargeRecord, _ source: borrowing ByteSource) {
        if let column = columns.description {
            books.tag(&record, description: scanner.raw(column, in: source))
        }
        for column in columns.conversations { books.metadata(&record, conversation: field(column, source)) }
    }

    private mutating func checkUTF8(_ source: borrowing ByteSource) {
        let record = UnsafeRawBufferPointer(start: source.base + scanner.recordStart, count: scanner.recordLength)
        if !FieldText.isUTF8(record) { notes.notUTF8(line: scanner.line) }
    }

    private mutating func reject(
        _ record: inout ChargeRecord, _ name: String, _ value: UnsafeRawBufferPointer, _ reason: String
    ) {
        record.flags.insert(.unreadable)
        problems.add(
            .unknownValue, line: Int64(scanner.line), offset: scanner.recordOffset, text: "\(name) \(reason)",
            sample: String(decoding: value.prefix(80), as: UTF8.self))
    }

    /// Blank lines pass; every other record with a wrong number of fields counts as unreadable, and the last as cut.
    private mutating func readMisshapen(_ source: borrowing ByteSource) {
        if scanner.fieldCount == 1, field(0, source).count == 0 {
            notes.blankLine()
            return
        }
        let isLast = source.isAtEnd && source.start == source.end && scanner.fieldCount < columns.count
        let text =
            scanner.hasBrokenQuotes
            ? "text stands behind a closing quote" : "the record has \(scanner.fieldCount) of \(columns.count) fields"
        problems.add(
            isLast ? .truncated : .unknownValue, line: Int64(scanner.line), offset: scanner.recordOffset,
            text: isLast ? "the file ends inside a record: \(text)" : text)
        intake.take(
            ChargeRecord(
                place: RecordPlace(file: fileIndex, offset: scanner.recordOffset), amount: 0, refunded: 0, created: 0,
                line: scanner.line, id: 0, intent: 0, customer: 0, taggedConversation: 0, metadataConversation: 0,
                currency: .unknown, status: .unknown, flags: [.unreadable, .createdUnknown]))
    }
}

extension AmountText.Failure {
    /// The failure as the end of a sentence that begins with the column.
    fileprivate func reason(currency: CurrencyCode) -> String {
        switch self {
        case .notANumber: "is no amount"
        case .fraction: "has decimals that \(currency.text) does not have"
        case .ambiguous: "may be read in two ways"
        case .tooLarge: "is too large"
        }
    }
}
