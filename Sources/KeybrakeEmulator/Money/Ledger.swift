/// The money of one account: what it may pay out, what is on its way, and where it came from.
///
/// Every entry has two sides. The purse of a currency grows by `net`, the fees by `fee`, and the counterparties (the
/// customers, in the end) shrink by `amount`; so in each currency purse + fees + counterparties is always zero.
struct Ledger: Sendable, Equatable {
    /// The sums in one currency, in smallest units.
    struct Purse: Sendable, Equatable {
        var available: Int64 = 0
        var pending: Int64 = 0
        var fees: Int64 = 0
        var counterparties: Int64 = 0

        /// Zero, unless money was made or lost.
        var imbalance: Int64 { available + pending + fees + counterparties }
    }

    /// Money that becomes available on some day.
    struct Waiting: Sendable, Equatable {
        let currency: String
        let net: Int64
        let transactionID: String
    }

    private(set) var purses: [String: Purse] = [:]
    private var waiting: [Int64: [Waiting]] = [:]

    /// Books one balance transaction.
    ///
    /// - Parameter availableOn: `nil` when the money is available at once.
    /// - Returns: whether this is the first money to wait for that day.
    mutating func book(amount: Int64, fee: Int64, currency: String, transactionID: String, availableOn: Int64?) -> Bool
    {
        let net = amount - fee
        purses[currency, default: Purse()].fees += fee
        purses[currency, default: Purse()].counterparties -= amount
        guard let day = availableOn else {
            purses[currency, default: Purse()].available += net
            return false
        }
        purses[currency, default: Purse()].pending += net
        let isFirst = waiting[day] == nil
        waiting[day, default: []].append(Waiting(currency: currency, net: net, transactionID: transactionID))
        return isFirst
    }

    /// Makes the money of a day available.
    ///
    /// - Returns: the transactions whose status changes.
    mutating func release(day: Int64) -> [String] {
        let due = waiting.removeValue(forKey: day) ?? []
        for entry in due {
            purses[entry.currency, default: Purse()].pending -= entry.net
            purses[entry.currency, default: Purse()].available += entry.net
        }
        return due.map(\.transactionID)
    }
}
