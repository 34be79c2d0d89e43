internal import Synchronization

/// Every vault key with its policy, for reading from any thread.
///
/// The store publishes a change here after its commit and before acknowledging it. Money calls do not rely on this
/// directory: their key is judged again in the ledger, in order with every change.
package final class KeyDirectory: Sendable {
    private let entries: Mutex<[String: KeyEntry]>

    package init(_ entries: [KeyEntry] = []) {
        self.entries = Mutex(Dictionary(entries.map { ($0.key.id, $0) }, uniquingKeysWith: { _, last in last }))
    }

    /// The key of that id with its policy; `nil` when no such key was ever issued.
    package func key(id: String) -> KeyEntry? {
        entries.withLock { $0[id] }
    }

    /// Every key, in no particular order.
    package func all() -> [KeyEntry] {
        entries.withLock { Array($0.values) }
    }

    /// Takes over what has been committed.
    package func publish(_ entry: KeyEntry) {
        entries.withLock { $0[entry.key.id] = entry }
    }
}
