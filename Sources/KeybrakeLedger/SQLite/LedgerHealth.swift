internal import Synchronization

/// What other threads may know of the writer's state.
package final class LedgerHealth: Sendable {
    private let failing = Atomic<Bool>(false)
    private let lost = Atomic<Int>(0)

    package init() {}

    /// Whether the disk refused the last batch.
    package var isFailing: Bool {
        get { failing.load(ordering: .acquiring) }
        set { failing.store(newValue, ordering: .releasing) }
    }

    /// How many calls' rows were given up since the start.
    package var lostCallCount: Int { lost.load(ordering: .relaxed) }

    /// Adds one to ``lostCallCount``.
    package func countLost() {
        lost.add(1, ordering: .relaxed)
    }
}
