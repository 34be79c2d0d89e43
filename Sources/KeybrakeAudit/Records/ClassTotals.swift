/// Sums of money by currency, in smallest units. Files have a handful of currencies, so a short list beats a table.
struct CurrencySums: Equatable {
    /// The currency seen first lies in place; nearly always it is the only one.
    private var first = Entry(currency: .unknown, sum: 0)
    private var others: [Entry] = []

    private struct Entry: Equatable {
        var currency: CurrencyCode
        var sum: Int128
    }

    mutating func add(_ amount: Int64, _ currency: CurrencyCode) {
        if first.currency == currency {
            first.sum += Int128(amount)
        } else {
            addOther(Int128(amount), currency)
        }
    }

    mutating func add(_ other: CurrencySums, sign: Int128 = 1) {
        for entry in [other.first] + other.others where entry.sum != 0 {
            addOther(sign * entry.sum, entry.currency)
        }
    }

    private mutating func addOther(_ sum: Int128, _ currency: CurrencyCode) {
        if first.currency == currency || (first.sum == 0 && first.currency == .unknown) {
            first = Entry(currency: currency, sum: first.sum + sum)
            return
        }
        for index in others.indices where others[index].currency == currency {
            others[index].sum += sum
            return
        }
        others.append(Entry(currency: currency, sum: sum))
    }

    /// The sums that are not zero, by currency code.
    var sorted: [(currency: CurrencyCode, sum: Int128)] {
        ([first] + others).filter { $0.sum != 0 }.map { ($0.currency, $0.sum) }.sorted { $0.currency < $1.currency }
    }

    func sum(_ currency: CurrencyCode) -> Int128 {
        sorted.first { $0.currency == currency }?.sum ?? 0
    }

    static func == (left: Self, right: Self) -> Bool {
        let (left, right) = (left.sorted, right.sorted)
        return left.count == right.count
            && zip(left, right).allSatisfy { $0.currency == $1.currency && $0.sum == $1.sum }
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
