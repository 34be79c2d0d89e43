internal import KeybrakeStripe

extension Judge {
    /// Finds charges of one conversation that were possibly made twice.
    mutating func judgeDuplicates() {
        guard !settings.expectedRepeats.contains("all") else {
            judgement.skipped[.duplicateCharges] = "repeats are expected everywhere (--expected-repeats all)"
            return
        }
        for group in repeatedGroups() {
            var run: [Int] = []
            for index in group {
                if let last = run.last,
                    Int64(books.charges[index].created) - Int64(books.charges[last].created) > settings.replaySeconds
                {
                    keep(run)
                    run = []
                }
                run.append(index)
            }
            keep(run)
        }
    }

    private mutating func keep(_ run: [Int]) {
        guard run.count > 1, let first = run.first else { return }
        judgement.duplicateGroups.append(run)
        find(
            .duplicateCharges, .duplicates(judgement.duplicateGroups.count - 1),
            conversation: conversation(ofCharge: first))
    }

    /// Groups of two and more, each in the order of time, in the order of their first charge.
    private func repeatedGroups() -> [[Int]] {
        var table = RepeatTable(capacity: books.charges.count)
        for index in books.charges.indices {
            let charge = books.charges[index]
            guard charge.id != 0, charge.status.holdsMoney,
                charge.flags.isDisjoint(with: [.unreadable, .createdUnknown])
            else { continue }
            let conversation = conversation(ofCharge: index)
            guard conversation != 0 else { continue }
            table.add(
                index, hash: Self.hash(conversation, charge.customer, charge.amount, charge.currency.number)
            ) { other in
                let earlier = books.charges[other]
                return earlier.customer == charge.customer && earlier.amount == charge.amount
                    && earlier.currency == charge.currency && self.conversation(ofCharge: other) == conversation
            }
        }
        let expected = Set(settings.expectedRepeats.map { books.conversations.find($0) })
        return table.groups.filter { !expected.contains(conversation(ofCharge: $0[0])) }.map { group in
            group.sorted { (books.charges[$0].created, $0) < (books.charges[$1].created, $1) }
        }
    }

    private static func hash(_ conversation: UInt32, _ customer: UInt32, _ amount: Int64, _ currency: UInt16) -> UInt64
    {
        let ids = UInt64(conversation) << 32 | UInt64(customer)
        let money = UInt64(bitPattern: amount) << 16 | UInt64(currency)
        let product = (ids ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: money ^ 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    /// Finds keys whose charges of a day exceed their cap.
    mutating func judgeCaps() {
        // Keys that stay under their cap on all days together, nearly all, need no look at single days.
        var totals = [(sum: Int64, cap: Int64)](repeating: (0, .max), count: books.keys.count + 1)
        forEachCappedCharge { keyDay, cents, cap, _ in
            let key = Int(keyDay.key)
            totals[key] = (totals[key].sum &+ cents, min(totals[key].cap, cap))
        }
        guard totals.contains(where: { $0.sum > $0.cap }) else { return }
        var days: [KeyDay: [(charge: Int, cents: Int64)]] = [:]
        forEachCappedCharge { keyDay, cents, _, charge in
            if totals[Int(keyDay.key)].sum > totals[Int(keyDay.key)].cap {
                days[keyDay, default: []].append((charge, cents))
            }
        }
        for (keyDay, charges) in days.sorted(by: { ($0.key.day, $0.key.key) < ($1.key.day, $1.key.key) }) {
            breach(keyDay, charges)
        }
    }

    /// One vault key on one UTC day, counted in days since 1970.
    private struct KeyDay: Hashable {
        var key: UInt32
        var day: Int32
    }

    private mutating func breach(_ keyDay: KeyDay, _ charges: [(charge: Int, cents: Int64)]) {
        let ordered = charges.sorted {
            (books.charges[$0.charge].created, $0.charge) < (books.charges[$1.charge].created, $1.charge)
        }
        var sum: Int64 = 0
        var crossing: (charge: Int, cap: Int64)?
        for (charge, cents) in ordered {
            sum &+= cents
            if crossing == nil, let cap = cap(ofCharge: charge), sum > cap { crossing = (charge, cap) }
        }
        guard let crossing else { return }
        judgement.capBreaches.append(
            Judgement.CapBreach(
                key: keyDay.key, day: Int64(keyDay.day) * CivilTime.secondsPerDay, capUSDCents: crossing.cap,
                sumUSDCents: sum, crossing: crossing.charge, chargeCount: ordered.count))
        find(
            .overCap, .cap(judgement.capBreaches.count - 1), conversation: conversation(ofCharge: crossing.charge))
    }

    /// The cap of the policy under which the charge was made.
    private func cap(ofCharge index: Int) -> Int64? {
        guard books.charges[index].attempt != 0 else { return nil }
        let policy = books.attempts[Int(books.charges[index].attempt) - 1].policy
        guard policy != 0, Int(policy) <= books.policyRules.count else { return nil }
        return books.policyRules[Int(policy) - 1]?.dailyCapUSDCents
    }

    private func forEachCappedCharge(
        _ visit: (_ keyDay: KeyDay, _ usdCents: Int64, _ cap: Int64, _ charge: Int) -> Void
    ) {
        for index in books.charges.indices {
            let charge = books.charges[index]
            guard charge.attempt != 0, charge.status.holdsMoney, charge.status != .uncaptured,
                let cap = cap(ofCharge: index)
            else { continue }
            let attempt = books.attempts[Int(charge.attempt) - 1]
            let cents = charge.currency == .usd ? charge.amount : attempt.usdCents
            let day = Int32(truncatingIfNeeded: attempt.startedAt / CivilTime.secondsPerDay)
            visit(KeyDay(key: attempt.key, day: day), cents, cap, index)
        }
    }
}
