import Testing

@testable import KeybrakeAudit

/// The tables that hold a million of something, against plain dictionaries.
@Suite struct TableTests {
    @Test(arguments: 0..<4) func textTableGivesNumbersInOrder(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = TextTable()
        var model: [String: UInt32] = [:]
        for _ in 0..<20_000 {
            let text = String(
                "ch_\(random.next(upTo: 6_000))\(random.chance(5) ? String(repeating: "x", count: 60) : "")")
            let expected = model[text] ?? UInt32(model.count + 1)
            #expect(table.find(text) == (model[text] ?? 0))
            model[text] = expected
            #expect(table.intern(text) == expected)
        }
        #expect(table.count == model.count)
        for (text, number) in model { #expect(table.text(number) == text) }
        #expect(table.intern("") == 0)
        #expect(table.text(0) == "")
    }

    @Test(arguments: 0..<4) func pendingIntentsForgetWhatIsFinished(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var pending = PendingIntents()
        var model: [UInt64: Int64] = [:]
        for sequence in 1...20_000 {
            let hash = UInt64(random.next(upTo: 500))
            if random.chance(50), model[hash] == nil {
                model[hash] = Int64(sequence)
                pending.insert(PendingIntents.Intent(hash: hash, sequence: Int64(sequence), atMicroseconds: 1))
            } else {
                #expect(pending.remove(hash: hash)?.sequence == model.removeValue(forKey: hash))
            }
            #expect(pending.count == model.count)
        }
        #expect(pending.remaining.map(\.sequence) == model.values.sorted())
    }

    @Test func repeatTableFindsGroups() {
        let values = [3, 1, 3, 2, 1, 3]
        var table = RepeatTable(capacity: values.count)
        for (index, value) in values.enumerated() {
            table.add(index, hash: UInt64(value % 2)) { values[$0] == value }
        }
        #expect(table.groups == [[0, 2, 5], [1, 4]])
    }
}
