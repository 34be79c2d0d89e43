internal import Synchronization

/// The open holds by their objects, for reading from any thread. Follows the ledger's commits.
package final class HoldDirectory: Sendable {
    private struct State {
        var holds: [String: OpenHold] = [:]
        /// Ids of holds, by each of their object ids.
        var idsOfObjects: [String: [String]] = [:]

        mutating func remove(id: String) {
            guard let hold = holds.removeValue(forKey: id) else { return }
            for case let object? in [hold.objectID, hold.relatedID] {
                let rest = (idsOfObjects[object] ?? []).filter { $0 != id }
                idsOfObjects[object] = rest.isEmpty ? nil : rest
            }
        }

        mutating func insert(_ hold: OpenHold) {
            remove(id: hold.id)
            holds[hold.id] = hold
            for case let object? in [hold.objectID, hold.relatedID] {
                idsOfObjects[object, default: []].append(hold.id)
            }
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// The hold of the object, the key's own where it has one.
    package func hold(objectID: String, keyID: String) -> OpenHold? {
        state.withLock { state in
            let found = (state.idsOfObjects[objectID] ?? []).compactMap { state.holds[$0] }
            return found.first { $0.keyID == keyID } ?? found.first
        }
    }

    /// Takes over what has been committed.
    package func publish(_ holds: [Hold]) {
        guard !holds.isEmpty else { return }
        state.withLock { state in
            for hold in holds {
                if hold.state.isOpen {
                    state.insert(hold.openHold)
                } else {
                    state.remove(id: hold.id)
                }
            }
        }
    }

    /// Takes over that these holds are closed.
    package func remove(ids: [String]) {
        state.withLock { state in
            for id in ids { state.remove(id: id) }
        }
    }

    /// Makes a new object's hold findable before the outcome that names the object is committed, because the client
    /// may come back with the next step sooner than the disk.
    package func anticipate(_ outcome: CallOutcome) {
        guard outcome.ending == .authorised, outcome.objectID != nil else { return }
        let id = Hold.id(requestID: outcome.requestID)
        state.withLock { state in
            guard let hold = state.holds[id], hold.objectID == nil else { return }
            state.insert(
                OpenHold(
                    id: id, keyID: hold.keyID, requestID: hold.requestID, operation: hold.operation,
                    meter: hold.meter, money: hold.money, usdCents: hold.usdCents, state: .authorised,
                    objectID: outcome.objectID, relatedID: outcome.relatedID,
                    createdAtMicroseconds: hold.createdAtMicroseconds
                ))
        }
    }
}
