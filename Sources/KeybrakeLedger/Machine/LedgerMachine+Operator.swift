internal import KeybrakeStripe

/// What an operator does: issuing and changing keys, deciding what no answer decided.
extension LedgerMachine {
    /// Issues a key with its budget.
    mutating func issue(_ new: NewVaultKey, stamp: AdminStamp) throws(LedgerFailure) -> (VaultKey, [LedgerRow]) {
        guard keys[new.id] == nil else { throw .keyExists(id: new.id) }
        let hash = new.policy.hash
        let key = VaultKey(
            id: new.id, environment: new.environment, mac: new.mac, label: new.label, policyHash: hash,
            conversation: new.conversation, agent: new.agent, createdAtMicroseconds: stamp.atMicroseconds,
            expiresAtMicroseconds: new.expiresAtMicroseconds, replaces: new.replaces, epoch: 1
        )
        if policies[hash] == nil {
            policies[hash] = new.policy
            rows.append(.policy(new.policy, hash: hash, createdAtMicroseconds: stamp.atMicroseconds))
        }
        let budget = Budget(keyID: key.id, cap: new.policy.dailyCap)
        budgets[budget.id] = budget
        rows.append(.budget(budget))
        keys[key.id] = key
        rows.append(.key(key))
        append(AuditEntry(act: "issue_key", stamp: stamp, key: key, detail: Self.facts(of: key)))
        return (key, takeRows())
    }

    private static func facts(of key: VaultKey) -> JSONObject {
        var facts: JSONObject = ["environment": .string(key.environment)]
        if let label = key.label { facts["label"] = .string(label) }
        if let expiry = key.expiresAtMicroseconds { facts["expires_at_us"] = .integer(expiry) }
        if let replaced = key.replaces { facts["replaces"] = .string(replaced) }
        return facts
    }

    /// Changes a key. A change that is made already gives no rows.
    mutating func change(
        keyID: String, _ change: KeyChange, stamp: AdminStamp
    ) throws(LedgerFailure) -> (ChangedKey, [LedgerRow]) {
        guard let old = keys[keyID] else { throw .keyUnknown(id: keyID) }
        var key = old
        var facts = JSONObject()
        if old.revokedAtMicroseconds == nil {
            switch change {
            case .revoke(let reason):
                key.revokedAtMicroseconds = stamp.atMicroseconds
                key.revokeReason = reason
                if let reason { facts["reason"] = .string(reason) }
            case .pause: key.pausedAtMicroseconds = old.pausedAtMicroseconds ?? stamp.atMicroseconds
            case .resume: key.pausedAtMicroseconds = nil
            case .rotate(let mac): key.mac = mac
            }
        } else if case .revoke = change {
            // Revoked twice: the first time and its reason stand.
        } else {
            throw .keyRevoked(id: keyID)
        }
        if key != old {
            key.epoch += 1
            keys[keyID] = key
            rows.append(.key(key))
            append(AuditEntry(act: "\(change.name)_key", stamp: stamp, key: key, detail: facts))
        }
        return (ChangedKey(key: key, inFlightRequestIDs: runningRequestIDs(keyID: keyID)), takeRows())
    }

    private func runningRequestIDs(keyID: String) -> [String] {
        running.rows.filter { $0.value.intent.keyID == keyID }.map(\.key).sorted()
    }

    /// Closes a hold on which no call is under way, and frees the idempotency keys that stand for it.
    mutating func resolve(
        holdID: String, _ resolution: HoldResolution, stamp: AdminStamp
    ) throws(LedgerFailure) -> (OpenHold, [LedgerRow]) {
        guard let hold = holds[holdID] else { throw .holdUnknown(id: holdID) }
        guard hold.state != .held else { throw .holdNotOpen(id: holdID, state: hold.state.rawValue) }
        var entry = AuditEntry(act: "resolve_hold", stamp: stamp, key: keys[hold.keyID])
        entry.holdID = holdID
        entry.objectID = hold.objectID
        entry.meter = hold.meter
        switch resolution {
        case .settled(let money, let cents):
            close(hold, as: .settled, settled: (money, cents), atMicroseconds: stamp.atMicroseconds)
            (entry.ending, entry.money, entry.usdCents) = ("settled", money, cents)
        case .released:
            close(hold, as: .released, settled: nil, atMicroseconds: stamp.atMicroseconds)
            (entry.ending, entry.money, entry.usdCents) = ("released", hold.amount.money, hold.amount.usdCents)
        }
        rows.append(.claimsFreed(holdID: holdID))
        append(entry)
        return (hold.openHold, takeRows())
    }

    /// An audit row for an act that the ledger has no part in.
    mutating func recordAdmin(_ name: String, stamp: AdminStamp) -> [LedgerRow] {
        append(AuditEntry(act: name, stamp: stamp))
        return takeRows()
    }
}
