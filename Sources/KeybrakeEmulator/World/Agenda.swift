/// What will happen in an account when its clock gets there, soonest first; each test clock has its own list.
struct Agenda: Sendable, Codable {
    /// Something that time does.
    enum Task: Sendable, Equatable, Codable {
        /// Pending money of that day becomes available.
        case fundsAvailable(day: Int64)
        case refundSucceeds(id: String)
        case refundFails(id: String)
        /// An authorisation that was never captured lapses.
        case authorizationExpires(charge: String)
        /// A cardholder disputes a charge, as its test card says.
        case disputeOpens(charge: String)
        /// The time for evidence is over.
        case disputeLapses(id: String)
        /// Something in a subscription is due at that time, unless it has been changed since.
        case subscriptionDue(id: String, at: Int64)
        /// The first payment of a subscription has not come.
        case subscriptionExpires(id: String)
        /// A trial ends in three days.
        case trialWillEnd(id: String, at: Int64)
        /// A renewal is a week away.
        case invoiceUpcoming(subscription: String, at: Int64)
        /// A draft that advances by itself is finalised, unless it was planned anew since.
        case invoiceFinalizes(id: String, at: Int64)
        /// An invoice that was sent has not been paid in time.
        case invoiceOverdue(id: String)
        /// The collection of a subscription's invoices goes on.
        case collectionResumes(subscription: String, at: Int64)
        /// A change that waits for its payment is given up.
        case pendingUpdateExpires(subscription: String, at: Int64)
        /// A phase of a subscription schedule begins or ends.
        case scheduleDue(id: String, at: Int64)
        /// A subscription schedule ends in a week.
        case scheduleExpiring(id: String, at: Int64)
        /// A declined invoice is tried again.
        case invoiceRetries(id: String)
        case payoutArrives(id: String)
        /// What is available is paid out, if the account's schedule says so for that day.
        case payoutDay
        /// The holder of a connected account has filled in the hosted form.
        case onboardingEnds
        case topUpArrives(id: String)
        /// Nobody has accepted a quote.
        case quoteExpires(id: String)
        /// Nobody has paid on a Checkout page.
        case sessionExpires(id: String)
        /// A bank answers whether it pays.
        case debitSettles(charge: String)
        /// Nobody has said whether an issued card may pay.
        case issuingRequestTimesOut(id: String)
        /// The time to submit a dispute of an issued card's payment is over.
        case issuingDisputeLapses(id: String)
        /// Money goes back to who sent it to a financial account, or comes back from who took it.
        case treasuryCreditReversalPosts(id: String)
        case treasuryDebitReversalCompletes(id: String)
        /// Nothing personal is left of a verification.
        case identityRedacted(id: String)
        case reportRuns(id: String)
        case fileLinkExpires(id: String)
        /// The time of a tax registration begins or ends.
        case taxRegistrationChanges(id: String)
        /// A test clock is cleared away.
        case testClockLapses(id: String)
        /// The time to redeem a coupon is over.
        case couponLapses(id: String)
        case promotionCodeLapses(id: String)
        /// The months of a repeating discount are over.
        case discountEnds(id: String)
    }

    /// What is added waits for this test clock; `nil` is the world's own clock.
    var clock: String?

    private var world = TaskHeap()
    private var clocks: [String: TaskHeap] = [:]
    private var sequence = 0

    /// When the next thing is due in the world's time.
    var nextTime: Int64? { world.nextTime }
    var isEmpty: Bool { world.isEmpty && clocks.values.allSatisfy(\.isEmpty) }

    mutating func add(_ task: Task, at time: Int64) {
        sequence += 1
        let entry = TaskHeap.Entry(time: time, sequence: sequence, task: task)
        if let clock {
            clocks[clock, default: TaskHeap()].add(entry)
        } else {
            world.add(entry)
        }
    }

    /// Adds what happens in the world's time, whichever clock it follows from.
    mutating func addToWorld(_ task: Task, at time: Int64) {
        sequence += 1
        world.add(TaskHeap.Entry(time: time, sequence: sequence, task: task))
    }

    /// Takes out the next task that is due by then in the time of ``clock``.
    mutating func next(until now: Int64) -> (time: Int64, task: Task)? {
        guard let clock else { return world.next(until: now) }
        return clocks[clock]?.next(until: now)
    }

    /// Nothing waits for that clock any more.
    mutating func forget(clock: String) {
        clocks[clock] = nil
    }
}

/// Tasks as a binary heap: the soonest first, and of equal times the one that was added first.
struct TaskHeap: Sendable, Codable {
    struct Entry: Sendable, Codable {
        let time: Int64
        let sequence: Int
        let task: Agenda.Task

        func isBefore(_ other: Entry) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    private var heap = ChunkedArray<Entry>()

    var nextTime: Int64? { heap.first?.time }
    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the first task that is due by then.
    mutating func next(until now: Int64) -> (time: Int64, task: Agenda.Task)? {
        guard let first = heap.first, first.time <= now, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.task)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
