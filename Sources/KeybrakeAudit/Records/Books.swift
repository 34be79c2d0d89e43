internal import KeybrakeLedger

/// Everything read from both sides, in records of fixed size beside tables of texts.
///
/// Owned by one reconciliation, on one thread.
final class Books {
    // Nothing keeps an access to these open while it calls back here, so the checks for overlapping accesses, which
    // would cost more than the look-ups, are left out.

    /// Ids of charges and PaymentIntents, as both sides name them.
    @exclusivity(unchecked) var objects = TextTable()
    @exclusivity(unchecked) var customers = TextTable()
    @exclusivity(unchecked) var conversations = TextTable()
    @exclusivity(unchecked) var keys = TextTable()
    @exclusivity(unchecked) var policies = TextTable()
    @exclusivity(unchecked) var operations = TextTable()

    @exclusivity(unchecked) var charges: [ChargeRecord] = []
    @exclusivity(unchecked) var attempts: [AttemptRecord] = []
    /// For each object number the charge of that id, as index + 1.
    @exclusivity(unchecked) var chargeOfObject: [UInt32] = []
    /// For each object number of a PaymentIntent its last charge in the list of charges, as index + 1, and for each
    /// charge the one before it with the same PaymentIntent.
    var lastChargeOfIntent: [UInt32] = []
    var previousChargeOfIntent: [UInt32: UInt32] = [:]
    /// Whether the audit knows the conversation, by its number.
    @exclusivity(unchecked) var isKnownConversation: [Bool] = [false]

    var files: [InputFile] = []
    /// How to read a record of each file again.
    var layouts: [RecordLayout] = []
    var auditFiles: [InputFile] = []
    @exclusivity(unchecked) var audit = AuditTotals()
    @exclusivity(unchecked) var keyTimes = KeyTimes([])
    /// The policies by number less one; `nil` for one that cannot be read.
    @exclusivity(unchecked) var policyRules: [PolicyRules?] = []
    /// Rows that break a rule by themselves, at most ``RowFlag/countMax``, and how many there were.
    var rowFlags: [RowFlag] = []
    var rowFlagCounts: [Check: Int] = [:]
    /// All records of the exports, counted as they were read.
    @exclusivity(unchecked) var exportTotals = SideTotals()
    /// Records that did not become charges of their own.
    var repeatedTotals = ClassTotals<ChargeClass>()
    var repeatedCounts: [RepeatedPair: Int] = [:]
    var repeated: [RepeatedRecord] = []
    /// What reading found wrong, in the order of files.
    var problems: [ReadingProblem] = []
    /// For charges that came in event envelopes: the idempotency key of the request that made them.
    var idempotencyHashOfCharge: [UInt32: UInt64] = [:]

    /// Made when first asked for.
    var attemptsByConversation: AttemptIndex?

    /// The number of a conversation; ids that are UUIDs are the same in any case of letters.
    func conversation(_ text: UnsafeRawBufferPointer) -> UInt32 {
        conversation(text, hash: TextTable.hash(text))
    }

    /// The number of the conversation of that hash.
    func conversation(_ text: UnsafeRawBufferPointer, hash: UInt64) -> UInt32 {
        let number = conversations.find(text, hash: hash)
        guard number == 0 else { return number }
        guard UUIDText.isUUID(text), UUIDText.hasUpperCase(text) else { return conversations.intern(text, hash: hash) }
        return UUIDText.lowercased(text).withUnsafeBytes { conversations.intern($0) }
    }

    /// The number of a conversation that some row, key or export has named, or 0.
    func findConversation(_ text: UnsafeRawBufferPointer) -> UInt32 {
        let number = conversations.find(text)
        guard number == 0, UUIDText.isUUID(text), UUIDText.hasUpperCase(text) else { return number }
        return UUIDText.lowercased(text).withUnsafeBytes { conversations.find($0) }
    }

    /// Notes that the audit knows the conversation of that number.
    func learn(_ conversation: UInt32) {
        let index = Int(conversation)
        if index >= isKnownConversation.count {
            isKnownConversation.append(
                contentsOf: repeatElement(false, count: index + 1 - isKnownConversation.count))
        }
        if index > 0 { isKnownConversation[index] = true }
    }

    /// Whether the audit knows the conversation of that number.
    func knows(_ conversation: UInt32) -> Bool {
        Int(conversation) < isKnownConversation.count && isKnownConversation[Int(conversation)]
    }

    /// Notes that an audit row breaks a rule by itself.
    func flag(_ check: Check, _ attempt: AttemptRecord) {
        rowFlagCounts[check, default: 0] += 1
        guard rowFlags.count < RowFlag.countMax else { return }
        rowFlags.append(RowFlag(check: check, sequence: attempt.sequence, conversation: attempt.conversation))
    }

    /// The index of the charge of that object number.
    func charge(ofObject object: UInt32) -> Int? {
        guard object != 0, Int(object) < chargeOfObject.count, chargeOfObject[Int(object)] != 0 else { return nil }
        return Int(chargeOfObject[Int(object)]) - 1
    }

    /// The indices of the charges of that PaymentIntent, in the order of reading.
    func charges(ofIntent intent: UInt32) -> [Int] {
        guard intent != 0, Int(intent) < lastChargeOfIntent.count else { return [] }
        var found: [Int] = []
        var next = lastChargeOfIntent[Int(intent)]
        while next != 0 {
            found.append(Int(next) - 1)
            next = previousChargeOfIntent[next] ?? 0
        }
        return found.reversed()
    }
}

/// What is needed to read a single record of a file again.
struct RecordLayout {
    var path: String
    /// `nil` for JSON.
    var columns: PaymentsColumns?
    var delimiter: UInt8 = UInt8(ascii: ",")
}

/// A record whose id was read before.
struct RepeatedRecord {
    /// The index of the charge that the id belongs to.
    var charge: Int
    var place: RecordPlace
    var line: UInt32
    var isConflict: Bool

    /// The most that are kept; further ones are counted.
    static let countMax = 10_000
}

/// Two files that hold records of the same id.
struct RepeatedPair: Hashable {
    var earlierFile: Int
    var laterFile: Int
}

/// Something wrong with an input, found while reading it.
struct ReadingProblem {
    var check: Check
    var file: String
    /// The line, or the number of the audit row, where there is one.
    var line: Int64?
    var offset: Int64?
    /// One sentence.
    var text: String
    /// The bytes in question, already readable text.
    var sample: String?

    /// The most that are kept of one check; further ones are counted.
    static let countMax = 10_000
}
