internal import KeybrakeStripe

/// The other accounts of the world. The world lends them to the account that acts, for as long as it acts: so money can
/// pass from one to another wherever a behaviour decides it, and calls that touch one account alone pay nothing.
struct Neighbours: Sendable {
    private var accounts: [String: Account] = [:]
    /// When the first thing is due in an account that was visited since they were lent.
    private(set) var soonestDue = Int64.max
    /// Which were visited since they were lent.
    private(set) var visited: Set<String> = []

    var ids: [String] { accounts.keys.sorted() }

    /// When the first thing is due in any of them.
    var nextTime: Int64? { accounts.values.compactMap(\.agenda.nextTime).min() }

    subscript(id: String) -> Account? { accounts[id] }

    func contains(_ id: String) -> Bool { accounts.index(forKey: id) != nil }

    func isDue(_ id: String, by now: Int64) -> Bool { accounts[id]?.agenda.nextTime.map { $0 <= now } ?? false }

    mutating func add(_ account: consuming Account) {
        let id = account.id
        accounts[id] = account
    }

    mutating func remove(_ id: String) -> Account? {
        accounts.removeValue(forKey: id)
    }

    /// Does something in one of them, in place; `nil` when there is none of that id.
    mutating func act<Outcome>(as id: String, _ body: (inout Account) throws(StripeError) -> Outcome)
        throws(StripeError) -> Outcome?
    {
        guard let outcome = try accounts[id]?.run(body) else { return nil }
        if let time = accounts[id]?.agenda.nextTime { soonestDue = min(soonestDue, time) }
        visited.insert(id)
        return outcome
    }

    /// Forgets what was noted of earlier visits.
    mutating func forgetVisits() {
        soonestDue = .max
        visited.removeAll()
    }
}

extension Account {
    /// Whether the account is the platform to which the others are connected.
    var isPlatform: Bool { id == platformID }

    /// Whether a bank account may be taken for granted, because nobody has said where the money goes: the platform, and
    /// accounts that began when they were named.
    var hasAnyBank: Bool {
        guard !isPlatform else { return true }
        return !(neighbours[platformID]?.accountIDs.contains(id) ?? true)
    }

    /// Does something in another account of the world, or in this one when the id is its own. An account that nobody
    /// has named yet begins.
    mutating func visit<Outcome>(
        _ id: String, _ cause: Cause, _ body: (inout Account) throws(StripeError) -> Outcome
    ) throws(StripeError) -> Outcome {
        guard id != self.id else { return try body(&self) }
        if !neighbours.contains(id) { neighbours.add(connected(id, now: cause.now)) }
        guard let outcome = try neighbours.act(as: id, body) else { throw .invalid("No such account: '\(id)'") }
        return outcome
    }

    /// An account of the same world in which nothing has happened yet.
    func connected(_ id: String, now: Int64) -> Account {
        var account = Account(id: id, worldName: worldName, platformID: platformID, configuration: configuration)
        account.pagesWorld = pagesWorld
        if configuration.seedsFixtures { Seeds.addFixtures(to: &account, now: now) }
        return account
    }

    /// Whether calls may name the account of that id: it exists, or begins because the world is not strict.
    func admits(_ id: String) -> Bool {
        guard id.hasPrefix("acct_"), id.utf8.count <= 64 else { return false }
        guard id != self.id, id != platformID else { return true }
        guard let account = neighbours[id] else { return !configuration.isStrict }
        return account.store.object(.account, id: id)?.isDeleted != true
    }

    fileprivate mutating func run<Outcome>(_ body: (inout Account) throws(StripeError) -> Outcome)
        throws(StripeError) -> Outcome
    {
        try body(&self)
    }
}
