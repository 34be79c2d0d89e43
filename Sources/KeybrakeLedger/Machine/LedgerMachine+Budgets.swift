internal import KeybrakeStripe

/// Windows, and where holds lie in them.
extension LedgerMachine {
    /// The window that money of that time counts in: its UTC day, or the newest one ever used if that is later.
    func windowStart(budgetID: String, atMicroseconds: Int64) -> Int64 {
        let seconds = atMicroseconds / 1_000_000 - (atMicroseconds % 1_000_000 < 0 ? 1 : 0)
        return max(CivilTime.startOfDay(seconds), newestWindows[budgetID] ?? .min)
    }

    func window(_ id: BudgetWindow.ID) -> BudgetWindow {
        windows[id] ?? BudgetWindow(id: id)
    }

    /// Stores a window. One that is neither the newest of its budget nor holds anything is not looked at again, and
    /// leaves the memory.
    mutating func store(_ window: BudgetWindow) {
        rows.append(.window(window))
        let budgetID = window.id.budgetID
        let newest = newestWindows[budgetID]
        if let newest, newest > window.id.startSeconds {
            windows[window.id] = window.heldUSDCents > 0 ? window : nil
            return
        }
        windows[window.id] = window
        guard newest != window.id.startSeconds else { return }
        newestWindows[budgetID] = window.id.startSeconds
        guard let newest else { return }
        let previous = BudgetWindow.ID(budgetID: budgetID, startSeconds: newest)
        if windows[previous]?.heldUSDCents == 0 { windows[previous] = nil }
    }

    /// Stores an open hold whose parts have changed, and moves the money in its windows accordingly.
    mutating func store(_ changed: Hold, insteadOf old: Hold?, atMicroseconds: Int64) {
        var hold = changed
        hold.refresh()
        hold.updatedAtMicroseconds = atMicroseconds
        move(from: old, to: hold)
        if let old, old.objectIDs != hold.objectIDs { unindex(old) }
        if old?.objectIDs != hold.objectIDs { index(hold) }
        holds[hold.id] = hold
        rows.append(.hold(hold))
    }

    private mutating func move(from old: Hold?, to hold: Hold) {
        guard let old else { return add(hold.amount.usdCents, to: hold.windowID) }
        guard old.windowID != hold.windowID else {
            guard old.amount.usdCents != hold.amount.usdCents else { return }
            return add(hold.amount.usdCents - old.amount.usdCents, to: hold.windowID)
        }
        add(-old.amount.usdCents, to: old.windowID)
        add(hold.amount.usdCents, to: hold.windowID)
    }

    private mutating func add(_ cents: Int64, to id: BudgetWindow.ID) {
        var window = window(id)
        window.hold(cents)
        store(window)
    }

    /// Closes a hold: what it held is given back, and what has moved is recorded in the hold's own window.
    mutating func close(
        _ open: Hold, as state: HoldState, settled: (Money, usdCents: Int64)?, ties outcome: CallOutcome? = nil,
        atMicroseconds: Int64
    ) {
        var hold = open
        hold.close(as: state, settled: settled)
        hold.tie(to: [outcome?.objectID, outcome?.relatedID])
        hold.updatedAtMicroseconds = atMicroseconds
        var window = window(open.windowID)
        window.hold(-open.amount.usdCents)
        if let settled { window.settle(max(0, settled.usdCents)) }
        store(window)
        unindex(open)
        holds[hold.id] = nil
        rows.append(.hold(hold))
    }

    mutating func index(_ hold: Hold) {
        for id in hold.objectIDs {
            holdsOfObjects[id, default: []].append(hold.id)
        }
    }

    private mutating func unindex(_ hold: Hold) {
        for id in hold.objectIDs {
            let rest = (holdsOfObjects[id] ?? []).filter { $0 != hold.id }
            holdsOfObjects[id] = rest.isEmpty ? nil : rest
        }
    }

    /// Open holds for the object, those of the key first.
    func openHolds(objectID: String, keyID: String) -> [Hold] {
        let found = (holdsOfObjects[objectID] ?? []).compactMap { holds[$0] }
        return found.filter { $0.keyID == keyID } + found.filter { $0.keyID != keyID }
    }
}

extension JournaledTable {
    fileprivate subscript(key: Key, default fallback: Value) -> Value {
        get { self[key] ?? fallback }
        set { self[key] = newValue }
    }
}
