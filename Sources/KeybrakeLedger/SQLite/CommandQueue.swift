internal import Glibc
internal import Synchronization

/// Commands on their way from many threads to the writer's.
///
/// The writer takes whatever waits. Where only commands wait that nobody awaits, it lingers a little for company, so
/// that one write to the disk serves many.
package final class CommandQueue: @unchecked Sendable {  // SAFETY: all that changes is touched under `mutex` only.
    // Neither is ever moved; both are freed when nobody refers to the queue any more.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [LedgerCommand] = []
    private var urgentCount = 0
    private var isClosed = false
    private var isWriterIdle = false
    private var isWriterLingering = false

    private let batchCommandsMax: Int
    private let lingerMicroseconds: Int
    private let commandsMax: Int
    private let depth = Atomic<Int>(0)

    package init(batchCommandsMax: Int, lingerMicroseconds: Int, commandsMax: Int) {
        self.batchCommandsMax = max(1, batchCommandsMax)
        self.lingerMicroseconds = lingerMicroseconds
        self.commandsMax = commandsMax
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrival, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// Whether fewer commands wait than three quarters of what may. A closed queue has no room.
    package var hasRoom: Bool { depth.load(ordering: .relaxed) < commandsMax / 4 * 3 }

    /// Hands a command over; `false` when the queue is closed, or full and the command one that can be refused.
    package func push(_ command: LedgerCommand) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, waiting.count < commandsMax || !command.canBeRefused else { return false }
        waiting.append(command)
        depth.store(waiting.count, ordering: .relaxed)
        if command.isUrgent { urgentCount += 1 }
        let endsLinger = isWriterLingering && (command.isUrgent || waiting.count >= batchCommandsMax)
        if isWriterIdle || endsLinger { pthread_cond_signal(arrival) }
        return true
    }

    /// Lets nothing more in. What waits is still taken.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        depth.store(.max, ordering: .relaxed)
        pthread_cond_signal(arrival)
        pthread_mutex_unlock(mutex)
    }

    /// The next batch, in order. Empty when `timeoutMicroseconds` have passed; `nil` when closed and empty.
    package func take(timeoutMicroseconds: Int?) -> [LedgerCommand]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        awaitArrival(timeoutMicroseconds: timeoutMicroseconds)
        if waiting.isEmpty { return isClosed ? nil : [] }
        linger()
        return takeBatch()
    }

    private func awaitArrival(timeoutMicroseconds: Int?) {
        guard waiting.isEmpty, !isClosed else { return }
        isWriterIdle = true
        defer { isWriterIdle = false }
        let deadline = timeoutMicroseconds.map(Self.deadline)
        while waiting.isEmpty, !isClosed {
            guard wait(until: deadline) else { return }
        }
    }

    private func linger() {
        let deadline = Self.deadline(lingerMicroseconds)
        isWriterLingering = true
        defer { isWriterLingering = false }
        while urgentCount == 0, waiting.count < batchCommandsMax, !isClosed {
            guard wait(until: deadline) else { return }
        }
    }

    private func takeBatch() -> [LedgerCommand] {
        let batch: [LedgerCommand]
        if waiting.count <= batchCommandsMax {
            batch = waiting
            waiting = []
            waiting.reserveCapacity(batch.count)
        } else {
            batch = Array(waiting.prefix(batchCommandsMax))
            waiting.removeFirst(batchCommandsMax)
        }
        urgentCount -= batch.count { $0.isUrgent }
        if !isClosed { depth.store(waiting.count, ordering: .relaxed) }
        return batch
    }

    /// Waits for a signal; `false` when the deadline has passed.
    private func wait(until deadline: timespec?) -> Bool {
        guard var deadline else { return pthread_cond_wait(arrival, mutex) == 0 }
        return pthread_cond_timedwait(arrival, mutex, &deadline) != ETIMEDOUT
    }

    private static func deadline(_ microseconds: Int) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let nanoseconds = now.tv_nsec + microseconds * 1_000
        return timespec(tv_sec: now.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    }
}
