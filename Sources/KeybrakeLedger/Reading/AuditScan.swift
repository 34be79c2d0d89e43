/// A pass over the audit table in the order of row numbers, without making a string or an object of anything.
///
/// Outcome rows are read with all columns, other rows with four, because an outcome repeats what its intent says. The
/// two queries walk through the table side by side, a block of numbers at a time, so that each page is fetched once.
package struct AuditScan {
    /// How many row numbers a block spans: their pages fit into the page cache.
    private static let blockSpan: Int64 = 2_048

    private let others: ReadStatement
    private let outcomes: ReadStatement
    private let following: ReadStatement
    private var hasOther = false
    private var hasOutcome = false
    /// The first number behind the block that is being read.
    private var blockEnd = Int64.min

    /// The row that the scan stands on. Its bytes are valid until ``next()`` is called again.
    package private(set) var row = AuditRowView()

    private var pending: Pending = .none

    /// The cursor whose row was handed out last and must move before it is looked at again.
    private enum Pending { case none, other, outcome }

    init(on connection: OpaquePointer) throws(AuditDatabaseFailure) {
        others = try ReadStatement(
            """
            SELECT seq, at_us, request_id, kind FROM audit WHERE kind <> 'outcome' AND seq >= ? AND seq < ? ORDER BY seq
            """,
            on: connection)
        outcomes = try ReadStatement(
            """
            SELECT seq, at_us, request_id, key_id, conversation, operation, mode, decision, status, upstream_status,
              ending, object_id, related_id, meter, amount, currency, usd_cents, customer, idempotency_key, policy_hash
            FROM audit WHERE kind = 'outcome' AND seq >= ? AND seq < ? ORDER BY seq
            """,
            on: connection)
        following = try ReadStatement("SELECT min(seq) FROM audit WHERE seq >= ?", on: connection)
    }

    /// Moves to the next row; `false` after the last.
    package mutating func next() throws(AuditDatabaseFailure) -> Bool {
        switch pending {
        case .none: break
        case .other: hasOther = try others.step()
        case .outcome: hasOutcome = try outcomes.step()
        }
        pending = .none
        while !hasOther, !hasOutcome {
            guard try beginBlock() else { return false }
        }
        if hasOther, !hasOutcome || others.integer(0) < outcomes.integer(0) {
            fillOther()
        } else {
            fillOutcome()
        }
        return true
    }

    /// Begins the block that holds the next row; `false` when there is none.
    private mutating func beginBlock() throws(AuditDatabaseFailure) -> Bool {
        following.bind(blockEnd, at: 1)
        guard try following.step(), let first = following.optionalInteger(0), first < Int64.max - Self.blockSpan else {
            return false
        }
        blockEnd = first + Self.blockSpan
        for cursor in [others, outcomes] {
            cursor.bind(first, at: 1)
            cursor.bind(blockEnd, at: 2)
        }
        hasOther = try others.step()
        hasOutcome = try outcomes.step()
        return true
    }

    private mutating func fillOther() {
        pending = .other
        row.kind = others.bytes(3).spells("intent") ? .intent : .other
        row.sequence = others.integer(0)
        row.atMicroseconds = others.integer(1)
        row.requestID = others.bytes(2)
    }

    private mutating func fillOutcome() {
        pending = .outcome
        row.kind = .outcome
        row.sequence = outcomes.integer(0)
        row.atMicroseconds = outcomes.integer(1)
        row.requestID = outcomes.bytes(2)
        row.keyID = outcomes.bytes(3)
        row.conversation = outcomes.bytes(4)
        row.operation = outcomes.bytes(5)
        row.mode = AuditRowView.Mode(word: outcomes.bytes(6))
        row.decision = AuditRowView.Decision(word: outcomes.bytes(7))
        row.status = Int16(clamping: outcomes.integer(8))
        row.upstreamStatus = Int16(clamping: outcomes.integer(9))
        row.ending = AuditRowView.Ending(word: outcomes.bytes(10))
        row.objectID = outcomes.bytes(11)
        row.relatedID = outcomes.bytes(12)
        row.isChargeMeter = outcomes.bytes(13).spells("charge")
        row.amount = outcomes.optionalInteger(14)
        row.currency = outcomes.bytes(15)
        row.usdCents = outcomes.optionalInteger(16)
        row.customer = outcomes.bytes(17)
        row.idempotencyKey = outcomes.bytes(18)
        row.policyHash = outcomes.bytes(19)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are exactly that word.
    fileprivate func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != word.utf8Start[index] { return false }
        return true
    }
}

extension AuditRowView.Mode {
    fileprivate init(word: UnsafeRawBufferPointer) {
        switch true {
        case word.spells("live"): self = .live
        case word.spells("record"): self = .record
        case word.spells("replay"): self = .replay
        case word.spells("emulate"): self = .emulate
        default: self = .other
        }
    }
}

extension AuditRowView.Decision {
    fileprivate init(word: UnsafeRawBufferPointer) {
        switch true {
        case word.spells("allowed"): self = .allowed
        case word.spells("refused"): self = .refused
        default: self = .other
        }
    }
}

extension AuditRowView.Ending {
    fileprivate init(word: UnsafeRawBufferPointer) {
        switch true {
        case word.spells("settled"): self = .settled
        case word.spells("authorised"): self = .authorised
        case word.spells("released"): self = .released
        case word.spells("unknown"): self = .unknown
        case word.spells("none"): self = .none
        default: self = .other
        }
    }
}
