/// The tables of a ledger that lives in memory: what the machine itself does not remember.
struct MemoryTables: Sendable {
    private(set) var entries: [AuditEntry] = []
    private var claims: [Claim.ID: Claim] = [:]

    func claim(_ id: Claim.ID) -> Claim? { claims[id] }

    /// Numbers are contiguous from 1, so that an entry's place follows from its number.
    func entries(after sequence: Int64, limit: Int) -> [AuditEntry] {
        Array(entries.dropFirst(Int(clamping: max(0, sequence))).prefix(max(0, limit)))
    }

    mutating func write(_ row: LedgerRow) {
        switch row {
        case .audit(let entry):
            precondition(entry.sequence == Int64(entries.count) + 1, "audit numbers are contiguous")
            entries.append(entry)
        case .claim(let claim):
            claims[claim.id] = claim
        case .claimFinished(let id, let answer):
            claims[id] = claims[id]?.with(state: .finished, answer: answer)
        case .claimUnknown(let id):
            claims[id] = claims[id]?.with(state: .unknown, answer: nil)
        case .claimFreed(let id):
            claims[id] = nil
        case .claimsFreed(let holdID):
            claims = claims.filter { $0.value.holdID != holdID }
        case .hold, .window, .callOpened, .callClosed, .policy, .budget, .key:
            break
        }
    }

    /// Forgets claims that do not count any more.
    mutating func prune(atMicroseconds: Int64) {
        claims = claims.filter { !$0.value.isExpired(atMicroseconds: atMicroseconds) }
    }

    var claimCount: Int { claims.count }
}
