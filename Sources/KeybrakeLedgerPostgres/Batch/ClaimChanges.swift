internal import KeybrakeLedger

/// The claims that a batch is judged by, as the commands before in the same batch have left them.
struct ClaimChanges {
    private var stored: [Claim.ID: Claim] = [:]
    /// Claims to be written whole.
    private(set) var puts: [Claim.ID: Claim] = [:]
    /// Claims that the batch has not read, to be changed where they are.
    private(set) var changes: [Claim.ID: (state: Claim.State, answer: StoredAnswer?)] = [:]
    private(set) var frees: Set<Claim.ID> = []
    private(set) var freedHoldIDs: Set<String> = []

    init(stored: [Claim] = []) {
        for claim in stored { self.stored[claim.id] = claim }
    }

    /// The claim as it stands now; ``Claim/ID``s that a `begin` of the batch names have all been read.
    func claim(_ id: Claim.ID) -> Claim? {
        guard !frees.contains(id) else { return nil }
        return puts[id] ?? stored[id]
    }

    mutating func put(_ claim: Claim) {
        frees.remove(claim.id)
        changes[claim.id] = nil
        puts[claim.id] = claim
    }

    mutating func change(_ id: Claim.ID, to state: Claim.State, answer: StoredAnswer? = nil) {
        if let claim = claim(id) {
            put(claim.with(state: state, answer: answer))
        } else if !frees.contains(id) {
            changes[id] = (state, answer)
        }
    }

    mutating func free(_ id: Claim.ID) {
        puts[id] = nil
        changes[id] = nil
        frees.insert(id)
    }

    /// Frees every claim that stands for the hold, read or not. None is made for it afterwards: the hold is closed.
    mutating func free(holdID: String) {
        freedHoldIDs.insert(holdID)
        for claim in Array(stored.values) + Array(puts.values) where claim.holdID == holdID { free(claim.id) }
    }
}
