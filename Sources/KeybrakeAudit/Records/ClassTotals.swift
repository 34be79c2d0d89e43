/// Sums of money by currency, in smallest units. Files have a handful of currencies, so a short list beats a table.
struct CurrencySums: Equatable {
    private var entries: [Entry] = []

    private struct Entry: Equatable {
        var currency: CurrencyCode
        var sum: Int128
    }

    mutating func add(_ amount: Int64, _ currency: CurrencyCode) {
        for index in entries.indices where entries[index].currency == currency {
            entries[index].sum += Int128(amount)
            return
        }
        entries.append(Entry(currency: currency, sum: Int128(amount)))
    }

    mutating func add(_ other: CurrencySums, sign: Int128 = 1) {
        for entry in other.entries {
            if let index = entries.firstIndex(where: { $0.currency == entry.currency }) {
                entries[index].sum += sign * entry.sum
            } else {
                entries.append(Entry(currency: entry.currency, sum: sign * entry.sum))
            }
        }
    }

    /// The sums that are not zero, by currency code.
    var sorted: [(currency: CurrencyCode, sum: Int128)] {
        entries.filter { $0.sum != 0 }.map { ($0.currency, $0.sum) }.sorted { $0.currency < $1.currency }
    }

    func sum(_ currency: CurrencyCode) -> Int128 {
        entries.first { $0.currency == currency }?.sum ?? 0
    }

    static func == (left: Self, right: Self) -> Bool {
        let (left, right) = (left.sorted, right.sorted)
        return left.count == right.count && zip(left, right).allSatisfy { $0.currency == $1.currency && $0.sum == $1.sum }
    }
}

/// What one side contains altogether.
struct SideTotals: Equatable {
    var count = 0
    var sums = CurrencySums()

    /// Adds one record. An amount that could not be read is left out of the sums.
    mutating func add(currency: CurrencyCode, amount: Int64?) {
        count += 1
        if let amount { sums.add(amount, currency) }
    }
}

/// How many records, and how much money in each currency, ended in each class.
struct ClassTotals<Class: CaseIterable & RawRepresentable> where Class.RawValue == UInt8 {
    private var sides = [SideTotals](repeating: SideTotals(), count: Class.allCases.count)

    /// Adds one record.
    mutating func add(_ member: Class, currency: CurrencyCode, amount: Int64?) {
        sides[Int(member.rawValue)].add(currency: currency, amount: amount)
    }

    subscript(member: Class) -> SideTotals { sides[Int(member.rawValue)] }

    /// All classes together.
    var total: SideTotals {
        var total = SideTotals()
        for side in sides {
            total.count += side.count
            total.sums.add(side.sums)
        }
        return total
    }
}
