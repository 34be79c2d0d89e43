/// What will happen in an account when its clock gets there, soonest first.
struct Agenda: Sendable {
    /// Something that time does.
    enum Task: Sendable, Equatable {
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
        /// A subscription's period is over, unless it has been changed since.
        case subscriptionPeriodEnds(id: String, at: Int64)
        /// The first payment of a subscription has not come.
        case subscriptionExpires(id: String)
        /// A declined invoice is tried again.
        case invoiceRetries(id: String)
        case payoutArrives(id: String)
        case topUpArrives(id: String)
        /// Nobody has paid on a Checkout page.
        case sessionExpires(id: String)
        /// A bank answers whether it pays.
        case debitSettles(charge: String)
    }

    private struct Entry: Sendable {
        let time: Int64
        let sequence: Int
        let task: Task

        func isBefore(_ other: Entry) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    /// A binary heap.
    private var heap: [Entry] = []
    private var sequence = 0

    /// When the next thing is due.
    var nextTime: Int64? { heap.first?.time }
    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ task: Task, at time: Int64) {
        sequence += 1
        heap.append(Entry(time: time, sequence: sequence, task: task))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the next task that is due by then.
    mutating func next(until now: Int64) -> (time: Int64, task: Task)? {
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
