/// The money of one account: what it may pay out, what is on its way, and where it came from.
///
/// Every entry has two sides. The purse of a currency grows by what is left of the amount, the fees by what Stripe
/// takes, and whoever the money came from shrinks by the rest: customers and banks outside, or other accounts of the
/// world. So in each currency purse + fees + outside + accounts is always zero, and `accounts` is zero over all
/// accounts of a world.
struct Ledger: Sendable, Equatable, Codable {
    /// The sums in one currency, in smallest units.
    struct Purse: Sendable, Equatable, Codable {
        var available: Int64 = 0
        var pending: Int64 = 0
        /// What Stripe took.
        var fees: Int64 = 0
        /// What customers and banks gave (negative) or got.
        var outside: Int64 = 0
        /// What other accounts of the world gave (negative) or got.
        var accounts: Int64 = 0

        /// Zero, unless money was made or lost.
        var imbalance: Int64 { available + pending + fees + outside + accounts }
    }

    /// One balance transaction, as the ledger sees it.
    struct Posting: Sendable {
        let transactionID: String
        let currency: String
        /// Positive into the account.
        let amount: Int64
        /// What Stripe takes of it.
        let fee: Int64
        /// What the platform takes of it.
        var applicationFee: Int64 = 0
        /// The amount comes from, or goes to, another account of the world.
        var isBetweenAccounts = false
        /// What an issued card spends or gets back; it is there at once.
        var isIssuing = false
        /// `nil` when the money is available at once.
        let availableOn: Int64?

        var net: Int64 { amount - fee - applicationFee }
    }

    /// Money that becomes available on some day.
    struct Waiting: Sendable, Equatable, Codable {
        let currency: String
        let net: Int64
        let transactionID: String
    }

    private(set) var purses: [String: Purse] = [:]
    /// What issued cards spend is apart from what payments bring in.
    private(set) var issuing: [String: Purse] = [:]
    private var waiting: [Int64: ChunkedArray<Waiting>] = [:]

    var isEmpty: Bool { purses.isEmpty && issuing.isEmpty && waiting.isEmpty }
    /// The days on which money becomes available.
    var waitingDays: [Int64] { waiting.keys.sorted() }

    /// Books one balance transaction.
    ///
    /// - Returns: whether this is the first money to wait for its day.
    mutating func book(_ posting: Posting) -> Bool {
        guard !posting.isIssuing else {
            issuing[posting.currency, default: Purse()].available += posting.amount
            issuing[posting.currency, default: Purse()].outside -= posting.amount
            return false
        }
        var purse = purses[posting.currency] ?? Purse()
        defer { purses[posting.currency] = purse }
        purse.fees += posting.fee
        purse.accounts += posting.applicationFee
        if posting.isBetweenAccounts { purse.accounts -= posting.amount } else { purse.outside -= posting.amount }
        guard let day = posting.availableOn else {
            purse.available += posting.net
            return false
        }
        purse.pending += posting.net
        let isFirst = waiting[day] == nil
        waiting[day, default: ChunkedArray()].append(
            Waiting(currency: posting.currency, net: posting.net, transactionID: posting.transactionID))
        return isFirst
    }

    /// Makes the money of a day available.
    ///
    /// - Returns: the transactions whose status changes.
    mutating func release(day: Int64) -> [String] {
        let due = waiting.removeValue(forKey: day) ?? ChunkedArray()
        for entry in due {
            purses[entry.currency, default: Purse()].pending -= entry.net
            purses[entry.currency, default: Purse()].available += entry.net
        }
        return due.map(\.transactionID)
    }
}
