internal import Synchronization

/// What other threads may know of the writer's state.
final class LedgerHealth: Sendable {
    private let failing = Atomic<Bool>(false)
    private let lost = Atomic<Int>(0)

    /// Whether the disk refused the last batch.
    var isFailing: Bool {
        get { failing.load(ordering: .acquiring) }
        set { failing.store(newValue, ordering: .releasing) }
    }

    /// How many calls' rows were given up since the start.
    var lostCallCount: Int { lost.load(ordering: .relaxed) }

    func countLost() {
        lost.add(1, ordering: .relaxed)
    }
}
