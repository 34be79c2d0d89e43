internal import KeybrakeLedger
internal import Synchronization

/// The two directories that other threads read, fed by the writer's own commits and by other instances' changes.
final class LedgerDirectories: Sendable {
    let keys = KeyDirectory()
    let holds = HoldDirectory()
    private let isPublishing = Mutex<Void>(())

    /// Takes keys over unless newer ones are known: what was read before a commit may arrive after it.
    func publish(_ entries: [KeyEntry]) {
        isPublishing.withLock { _ in
            for entry in entries where (keys.key(id: entry.key.id)?.key.epoch ?? 0) < entry.key.epoch {
                keys.publish(entry)
            }
        }
    }

    /// Takes over what a batch of this instance has made durable.
    func publish(_ rows: BatchRows) {
        holds.publish(Array(rows.holds.values))
        publish(
            rows.keys.values.compactMap { key in
                let policy = rows.policies[key.policyHash]?.policy ?? keys.key(id: key.id)?.policy
                return policy.map { KeyEntry(key: key, policy: $0) }
            })
    }

    /// The keys of which a newer state was read than is known.
    func outdated(among read: [VaultKey]) -> [String] {
        read.filter { (keys.key(id: $0.id)?.key.epoch ?? 0) < $0.epoch }.map(\.id)
    }
}
