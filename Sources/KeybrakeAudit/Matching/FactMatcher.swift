internal import KeybrakeLedger

/// Matches what no id connects: on conversation, amount and currency, close in time, one to one.
///
/// Looks only at charges that no call explains yet, so its work grows with what is wrong and not with the files.
struct FactMatcher {
    /// What is decided about calls and charges that fit each other.
    enum Decision: Equatable {
        /// The call succeeded without naming a charge, and this is its charge.
        case made(attempt: Int, charge: Int)
        /// The call's outcome was unknown: it made this charge.
        case resolved(attempt: Int, charge: Int)
        /// The call is a retry, with the same idempotency key, of one that made this charge.
        case sameCall(attempt: Int, charge: Int)
        case ambiguous(attempts: [Int], charges: [Int])
        /// The call was refused, and the charge exists all the same.
        case refusedButMade(attempt: Int, charge: Int)
    }

    /// What must be equal on both sides.
    struct Facts: Hashable {
        var conversation: UInt32
        var amount: Int64
        var currency: UInt16
    }

    /// Calls and charges with the same facts, as indices, in the order of time.
    private struct Bucket {
        var charges: [Int] = []
        var succeeded: [Int] = []
        var unknown: [Int] = []
        var refused: [Int] = []
    }

    private let books: Books
    private let settings: ReconcileSettings
    private var buckets: [Facts: Bucket] = [:]
    private var order: [Facts] = []
    private var decisions: [Decision] = []

    init(books: Books, settings: ReconcileSettings) {
        self.books = books
        self.settings = settings
    }

    /// Everything that can be decided, in an order that depends on the input alone.
    mutating func decide() -> [Decision] {
        gatherCharges()
        gatherAttempts()
        for facts in order {
            guard var bucket = buckets[facts] else { continue }
            bucket.charges.sort { (books.charges[$0].created, $0) < (books.charges[$1].created, $1) }
            decideSucceeded(&bucket)
            decideUnknown(&bucket)
            decideRefused(&bucket)
        }
        return decisions
    }

    private mutating func gatherCharges() {
        for index in books.charges.indices {
            let charge = books.charges[index]
            guard charge.attempt == 0, charge.id != 0, charge.charge == .open,
                charge.flags.isDisjoint(with: [.unreadable, .createdUnknown, .tagAmbiguous])
            else { continue }
            let conversation = charge.namedConversation
            guard conversation != 0 else { continue }
            let facts = Facts(conversation: conversation, amount: charge.amount, currency: charge.currency.number)
            if buckets[facts] == nil { order.append(facts) }
            buckets[facts, default: Bucket()].charges.append(index)
        }
    }

    private mutating func gatherAttempts() {
        guard !buckets.isEmpty else { return }
        for index in books.attempts.indices {
            let attempt = books.attempts[index]
            guard attempt.attempt == .open, attempt.conversation != 0, attempt.charge == 0,
                !attempt.flags.contains(.amountUnknown)
            else { continue }
            let facts = Facts(
                conversation: attempt.conversation, amount: attempt.amount, currency: attempt.currency.number)
            guard buckets[facts] != nil else { continue }
            if attempt.decision == .refused {
                buckets[facts]?.refused.append(index)
            } else if attempt.isUnknown {
                buckets[facts]?.unknown.append(index)
            } else if !attempt.flags.contains(.objectIsCharge), attempt.related == 0,
                attempt.object != 0 || !attempt.succeeded
            {
                buckets[facts]?.succeeded.append(index)
            }
        }
    }

    /// Whether the charge may have come of the call, judging by time alone.
    private func mayHaveMade(_ attempt: Int, _ charge: Int) -> Bool {
        let started = books.attempts[attempt].startedAt
        let slack: Int64 = books.charges[charge].flags.contains(.toTheMinute) ? 59 : 0
        let created = Int64(books.charges[charge].created)
        return created + slack >= started - settings.skewSeconds && created <= started + settings.replaySeconds
    }

    /// Calls that succeeded and name no charge, and calls that failed with failed charges: where each side has as
    /// many, it does not matter which belongs to which.
    private mutating func decideSucceeded(_ bucket: inout Bucket) {
        for isSuccess in [true, false] {
            let attempts = bucket.succeeded.filter { books.attempts[$0].succeeded == isSuccess }
            let charges = bucket.charges.filter { books.charges[$0].status.holdsMoney == isSuccess }
            guard !attempts.isEmpty, attempts.count == charges.count,
                zip(attempts, charges).allSatisfy({ mayHaveMade($0, $1) })
            else { continue }
            for (attempt, charge) in zip(attempts, charges) {
                decisions.append(.made(attempt: attempt, charge: charge))
                bucket.charges.removeAll { $0 == charge }
            }
        }
        bucket.charges.removeAll { !books.charges[$0].status.holdsMoney }
    }

    private mutating func decideUnknown(_ bucket: inout Bucket) {
        var calls: [[Int]] = []
        for attempt in bucket.unknown {
            let hash = books.attempts[attempt].idempotencyHash
            let same = hash == 0 ? nil : calls.firstIndex { books.attempts[$0[0]].idempotencyHash == hash }
            if let same { calls[same].append(attempt) } else { calls.append([attempt]) }
        }
        for group in components(calls, bucket.charges) {
            guard !group.charges.isEmpty else { continue }
            bucket.charges.removeAll { group.charges.contains($0) }
            let attempts = group.calls.map { calls[$0] }
            if attempts.count == 1, group.charges.count == 1 {
                decisions.append(.resolved(attempt: attempts[0][0], charge: group.charges[0]))
                decisions += attempts[0].dropFirst().map { .sameCall(attempt: $0, charge: group.charges[0]) }
            } else {
                decisions.append(.ambiguous(attempts: attempts.flatMap(\.self), charges: group.charges))
            }
        }
    }

    /// Calls and charges that hang together through fitting each other.
    private func components(_ calls: [[Int]], _ charges: [Int]) -> [(calls: [Int], charges: [Int])] {
        var open = Set(charges)
        var result: [(calls: [Int], charges: [Int])] = []
        var seen = Set<Int>()
        for start in calls.indices where !seen.contains(start) {
            var group: (calls: [Int], charges: [Int]) = ([], [])
            var waiting = [start]
            seen.insert(start)
            while let call = waiting.popLast() {
                group.calls.append(call)
                for charge in charges where open.contains(charge) && fits(calls[call], charge) {
                    open.remove(charge)
                    group.charges.append(charge)
                    for other in calls.indices where !seen.contains(other) && fits(calls[other], charge) {
                        seen.insert(other)
                        waiting.append(other)
                    }
                }
            }
            result.append((group.calls.sorted(), group.charges))
        }
        return result
    }

    private func fits(_ call: [Int], _ charge: Int) -> Bool {
        call.contains { mayHaveMade($0, charge) }
    }

    /// Each charge takes the last refused call before it that no other charge has taken.
    private mutating func decideRefused(_ bucket: inout Bucket) {
        var free = bucket.refused
        for charge in bucket.charges {
            guard let place = free.lastIndex(where: { mayHaveMade($0, charge) }) else { continue }
            decisions.append(.refusedButMade(attempt: free[place], charge: charge))
            free.remove(at: place)
        }
    }
}
