internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe

/// Reads the audit table into the books: every row is counted, calls that can make charges become attempts, and
/// what a single row tells by itself is judged on the way.
struct AuditReader {
    /// Rows may be this much older than the row before them: commits are grouped.
    static let clockSkewMicroseconds: Int64 = 300_000_000

    private let books: Books
    private let name: String
    private var problems: ReadingProblems
    private var pending = PendingIntents()
    private var kinds: [OperationKind?] = []
    private var permissions: [UInt64: Bool] = [:]
    private var lastPermission: (pair: UInt64, isAllowed: Bool) = (0, false)
    private var touched: UInt64 = 0
    private var newestAt = Int64.min
    private var oldestAt = Int64.max
    private var backwardCount = 0
    private var lastOperation: (word: [UInt8], number: UInt32) = ([], 0)

    private init(books: Books, name: String) {
        self.books = books
        self.name = name
        problems = ReadingProblems(file: name)
    }

    /// Reads the database at `path`. What is wrong with it becomes a problem in the books; nothing is thrown.
    static func read(path: String, into books: Books, showsProgress: Bool) {
        let name = ExportReader.baseName(path)
        var file = InputFile(name: name)
        file.kind = "Keybrake ledger (SQLite)"
        do throws(AuditDatabaseFailure) {
            let database = try AuditDatabase(path: path)
            var reader = AuditReader(books: books, name: name)
            try reader.read(database, showsProgress: showsProgress)
            books.problems += reader.problems.all
        } catch {
            books.audit.isReadable = false
            file.state = .refused
            books.problems.append(
                ReadingProblem(
                    check: .unreadableInput, file: name, line: nil, offset: nil, text: error.description, sample: nil))
        }
        file.recordCount = books.audit.rowCount
        file.first = books.audit.first
        file.last = books.audit.last
        books.auditFiles.append(Self.hashed(file, path: path))
        let log = InputFile(name: name + "-wal", kind: "write-ahead log")
        let hashedLog = Self.hashed(log, path: path + "-wal")
        if hashedLog.sizeBytes > 0 { books.auditFiles.append(hashedLog) }
    }

    private static func hashed(_ file: InputFile, path: String) -> InputFile {
        guard var source = try? ByteSource(path: path) else { return file }
        var file = file
        file.sizeBytes = source.sizeBytes
        file.sha256 = (try? source.digest())?.description ?? ""
        return file
    }

    private mutating func read(_ database: AuditDatabase, showsProgress: Bool) throws(AuditDatabaseFailure) {
        let extent = try database.extent()
        try readKeys(database)
        try readPolicies(database)
        books.attempts.reserveCapacity(Int(extent.rowCountIfContiguous / 2 + 16))
        books.objects = TextTable(capacity: Int(extent.rowCountIfContiguous / 2))
        var progress = Progress(label: "reading \(name)", isShown: showsProgress)
        let rows = try database.rows()
        var scan = try database.scan()
        while try scan.next() {
            switch scan.row.kind {
            case .intent: takeIntent(scan.row)
            case .outcome: try takeOutcome(scan.row, rows: rows)
            case .other:
                books.audit.otherKindCount += 1
                noteTime(scan.row.atMicroseconds)
            }
            if books.audit.outcomeCount & 0x3FFF == 0 {
                progress.report(done: scan.row.sequence, of: extent.lastSequence ?? 0)
            }
        }
        progress.finish()
        try takeLoneIntents(rows)
        try judgeSequence(database, extent)
        if oldestAt <= newestAt {
            books.audit.first = oldestAt / 1_000_000
            books.audit.last = newestAt / 1_000_000
        }
    }

    private mutating func readKeys(_ database: AuditDatabase) throws(AuditDatabaseFailure) {
        let rows = try database.vaultKeys()
        for row in rows {
            _ = books.keys.intern(row.id)
            guard let conversation = row.conversation else { continue }
            books.learn(Array(conversation.utf8).withUnsafeBytes { books.conversation($0) })
        }
        books.keyTimes = KeyTimes(rows)
    }

    private mutating func readPolicies(_ database: AuditDatabase) throws(AuditDatabaseFailure) {
        for row in try database.policies() {
            _ = books.policies.intern(row.hash)
            do throws(PolicyRules.Failure) {
                books.policyRules.append(try PolicyRules(row))
            } catch {
                books.policyRules.append(nil)
                problems.add(.incompleteRow, text: "policy \(row.hash) cannot be judged by: \(error.text)")
            }
        }
    }

    private mutating func takeIntent(_ row: AuditRowView) {
        books.audit.intentCount += 1
        noteTime(row.atMicroseconds)
        pending.insert(
            PendingIntents.Intent(
                hash: TextTable.hash(row.requestID), sequence: row.sequence, atMicroseconds: row.atMicroseconds))
    }

    private mutating func noteTime(_ at: Int64) {
        oldestAt = min(oldestAt, at)
        if at >= newestAt {
            newestAt = at
        } else if newestAt - at > Self.clockSkewMicroseconds {
            backwardCount += 1
        }
    }

    private mutating func takeOutcome(_ row: AuditRowView, rows: AuditRowReader) throws(AuditDatabaseFailure) {
        books.audit.outcomeCount += 1
        noteTime(row.atMicroseconds)
        let intent = pending.remove(hash: TextTable.hash(row.requestID))
        let hashes = RowHashes(row, books: books)
        touched &+= hashes.touched
        let conversation =
            row.conversation.count > 0 ? books.conversation(row.conversation, hash: hashes.conversation) : 0
        books.learn(conversation)
        let operation = operationNumber(row.operation)
        let kind = kind(of: operation, isChargeMeter: row.isChargeMeter)
        var attempt = attempt(
            row, hashes, conversation: conversation, operation: operation, startedAt: intent?.atMicroseconds)
        judge(attempt)
        guard kind != .other else {
            books.audit.otherOperationCount += 1
            return
        }
        if kind == .followUp { attempt.flags.insert(.isFollowUp) }
        if row.amount == nil, let intent, let asked = try rows.row(sequence: intent.sequence) {
            Self.complete(&attempt, from: asked)
        }
        take(attempt)
    }

    private mutating func take(_ attempt: AttemptRecord) {
        books.audit.attempts.add(
            currency: attempt.currency, amount: attempt.flags.contains(.amountUnknown) ? nil : attempt.amount)
        books.attempts.append(attempt)
    }

    private mutating func operationNumber(_ word: UnsafeRawBufferPointer) -> UInt32 {
        if lastOperation.word.count == word.count, lastOperation.word.elementsEqual(word) {
            return lastOperation.number
        }
        lastOperation = (Array(word), books.operations.intern(word))
        return lastOperation.number
    }

    private mutating func kind(of operation: UInt32, isChargeMeter: Bool) -> OperationKind {
        guard isChargeMeter else { return .other }
        let index = Int(operation)
        while kinds.count <= index { kinds.append(nil) }
        if let kind = kinds[index] { return kind }
        let kind = OperationKind(operation: books.operations.text(operation), isChargeMeter: true)
        kinds[index] = kind
        return kind
    }

    private func attempt(
        _ row: AuditRowView, _ hashes: RowHashes, conversation: UInt32, operation: UInt32, startedAt: Int64?
    ) -> AttemptRecord {
        var flags = AttemptRecord.Flags()
        if row.amount == nil { flags.insert(.amountUnknown) }
        if row.usdCents == nil { flags.insert(.usdUnknown) }
        flags.formUnion(Self.objectFlags(row.objectID))
        return AttemptRecord(
            sequence: row.sequence, startedAtMicroseconds: startedAt ?? row.atMicroseconds, amount: row.amount ?? 0,
            usdCents: row.usdCents ?? 0,
            idempotencyHash: row.idempotencyKey.count > 0 ? TextTable.hash(row.idempotencyKey) : 0,
            object: row.isChargeMeter ? books.objects.intern(row.objectID, hash: hashes.object) : 0,
            related: row.isChargeMeter && Self.isChargeID(row.relatedID) ? books.objects.intern(row.relatedID) : 0,
            customer: books.customers.intern(row.customer, hash: hashes.customer), conversation: conversation,
            key: books.keys.intern(row.keyID, hash: hashes.key), policy: books.policies.intern(row.policyHash),
            operation: operation,
            currency: CurrencyCode(row.currency), status: row.status, upstreamStatus: row.upstreamStatus,
            decision: row.decision, ending: row.ending, mode: row.mode, flags: flags)
    }

    private static func objectFlags(_ id: UnsafeRawBufferPointer) -> AttemptRecord.Flags {
        if isChargeID(id) { return .objectIsCharge }
        return id.count > 3 && id[0] == UInt8(ascii: "p") && id[1] == UInt8(ascii: "i") && id[2] == UInt8(ascii: "_")
            ? .objectIsIntent : []
    }

    private static func isChargeID(_ id: UnsafeRawBufferPointer) -> Bool {
        guard id.count > 3, id[2] == UInt8(ascii: "_") else { return false }
        return (id[0] == UInt8(ascii: "c") && id[1] == UInt8(ascii: "h"))
            || (id[0] == UInt8(ascii: "p") && id[1] == UInt8(ascii: "y"))
    }

    /// Takes what the outcome leaves open from what was asked.
    private static func complete(_ attempt: inout AttemptRecord, from asked: AuditRow) {
        guard let amount = asked.amount else { return }
        attempt.amount = amount
        attempt.flags.remove(.amountUnknown)
        if attempt.currency == .unknown, let currency = asked.currency {
            attempt.currency = Array(currency.utf8).withUnsafeBytes { CurrencyCode($0) }
        }
        if attempt.flags.contains(.usdUnknown), let cents = asked.usdCents {
            attempt.usdCents = cents
            attempt.flags.remove(.usdUnknown)
        }
    }

    private mutating func takeLoneIntents(_ rows: AuditRowReader) throws(AuditDatabaseFailure) {
        for intent in pending.remaining {
            guard let row = try rows.row(sequence: intent.sequence) else { continue }
            let isChargeMeter = row.meter == "charge"
            let operation = books.operations.intern(row.operation ?? "")
            let kind = kind(of: operation, isChargeMeter: isChargeMeter)
            guard kind != .other else {
                books.audit.loneIntentOtherCount += 1
                continue
            }
            books.audit.loneIntentAttemptCount += 1
            take(lone(row, operation: operation, kind: kind))
        }
    }

    private func lone(_ row: AuditRow, operation: UInt32, kind: OperationKind) -> AttemptRecord {
        let conversation = Array((row.conversation ?? "").utf8).withUnsafeBytes { books.conversation($0) }
        books.learn(conversation)
        var attempt = AttemptRecord(
            sequence: row.sequence, startedAtMicroseconds: row.atMicroseconds, amount: 0, usdCents: 0,
            idempotencyHash: row.idempotencyKey.map(ChargeJSON.hash) ?? 0,
            object: books.objects.intern(row.objectID ?? ""), related: 0,
            customer: books.customers.intern(row.customer ?? ""), conversation: conversation,
            key: books.keys.intern(row.keyID ?? ""), policy: books.policies.intern(row.policyHash ?? ""),
            operation: operation, currency: .unknown, status: 0, upstreamStatus: 0,
            decision: row.decision == "refused" ? .refused : .allowed, ending: .unknown,
            mode: AuditRowView.Mode.allCases.first { $0.word == row.mode } ?? .other,
            flags: [.intentOnly, .amountUnknown, .usdUnknown])
        attempt.flags.formUnion(Array((row.objectID ?? "").utf8).withUnsafeBytes { Self.objectFlags($0) })
        if kind == .followUp { attempt.flags.insert(.isFollowUp) }
        Self.complete(&attempt, from: row)
        return attempt
    }

    private mutating func judgeSequence(
        _ database: AuditDatabase, _ extent: AuditExtent
    ) throws(AuditDatabaseFailure) {
        if backwardCount > 0 {
            problems.add(
                .sequenceGap,
                text: "time runs back by more than \(Self.clockSkewMicroseconds / 1_000_000) seconds at "
                    + "\(backwardCount) rows")
        }
        // Contiguous numbers count themselves; only where some are missing the rows must be counted apart.
        let audit = books.audit
        let scanned = Int64(audit.intentCount + audit.outcomeCount + audit.otherKindCount)
        guard scanned != extent.rowCountIfContiguous else {
            books.audit.rowCount = Int(extent.rowCountIfContiguous)
            return
        }
        books.audit.rowCount = Int(try database.rowCount())
        for gap in try database.sequenceGaps(limit: 20) {
            problems.add(
                .sequenceGap, line: gap.lowerBound,
                text: "\(gap.count) audit rows are missing: numbers \(gap.lowerBound) to \(gap.upperBound)")
        }
    }

    /// Judges what a row tells by itself: whether its key lived, and whether its policy allows the operation.
    private mutating func judge(_ attempt: AttemptRecord) {
        guard attempt.decision == .allowed, (200..<300).contains(attempt.upstreamStatus) else { return }
        switch books.keyTimes.standing(attempt.key, atMicroseconds: attempt.startedAtMicroseconds) {
        case .alive: break
        case .over: books.flag(.deadKey, attempt)
        case .notYet, .unknownKey: books.flag(.unknownKey, attempt)
        }
        guard attempt.operation != 0, Int(attempt.policy) <= books.policyRules.count, attempt.policy != 0,
            let rules = books.policyRules[Int(attempt.policy) - 1]
        else { return }
        if !isAllowed(attempt, rules) { books.flag(.operationNotAllowed, attempt) }
        if let most = rules.perCallMaxUSDCents, !attempt.flags.contains(.usdUnknown), attempt.usdCents > most {
            books.flag(.amountOverLimit, attempt)
        }
        if !rules.customers.isEmpty, attempt.customer != 0,
            !rules.customers.contains(books.customers.text(attempt.customer))
        {
            books.flag(.customerOutsideScope, attempt)
        }
    }

    private mutating func isAllowed(_ attempt: AttemptRecord, _ rules: PolicyRules) -> Bool {
        let pair = UInt64(attempt.policy) << 32 | UInt64(attempt.operation)
        if pair == lastPermission.pair { return lastPermission.isAllowed }
        if let known = permissions[pair] {
            lastPermission = (pair, known)
            return known
        }
        let operation = books.operations.text(attempt.operation)
        let mustBeNamed = Catalogue.shared.operation(named: operation)?.moneyClass.mustBeNamed ?? true
        let isAllowed = rules.allows(operation, mustBeNamed: mustBeNamed)
        permissions[pair] = isAllowed
        return isAllowed
    }
}

/// The hashes of the texts of a row, made before any of them is looked up.
private struct RowHashes {
    let conversation: UInt64
    let key: UInt64
    let object: UInt64
    let customer: UInt64
    let touched: UInt64

    init(_ row: AuditRowView, books: Books) {
        conversation = TextTable.hash(row.conversation)
        key = TextTable.hash(row.keyID)
        object = TextTable.hash(row.objectID)
        customer = TextTable.hash(row.customer)
        touched =
            books.conversations.touch(conversation) &+ books.keys.touch(key) &+ books.objects.touch(object)
            &+ books.customers.touch(customer)
    }
}
