/// What of a batch concerns the directories that other threads read.
struct LedgerChanges {
    private var keys: [VaultKey] = []
    private var holds: [Hold] = []

    init(_ rows: [LedgerRow] = []) {
        for row in rows { note(row) }
    }

    mutating func note(_ row: LedgerRow) {
        switch row {
        case .key(let key): keys.append(key)
        case .hold(let hold): holds.append(hold)
        default: break
        }
    }

    /// Makes the changes visible; they are durable by now.
    func publish(to directory: KeyDirectory, _ holdDirectory: HoldDirectory, policies: [String: Policy]) {
        for key in keys {
            guard let policy = policies[key.policyHash] else { continue }
            directory.publish(KeyEntry(key: key, policy: policy))
        }
        holdDirectory.publish(holds)
    }
}
