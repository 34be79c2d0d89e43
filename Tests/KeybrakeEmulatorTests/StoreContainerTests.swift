import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// The store's containers against plain arrays and dictionaries, through random operations, with copies that go their
/// own ways.
@Suite struct StoreContainerTests {
    @Test func `a chunked array is an array`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var forks: [(ChunkedArray<Int>, [Int])] = [(ChunkedArray(), [])]
        for step in 0..<6_000 {
            let turn = Int.random(in: forks.indices, using: &dice)
            let count = forks[turn].1.count
            switch Int.random(in: 0..<100, using: &dice) {
            case 0 where forks.count < 4: forks.append(forks[turn])
            case 1..<3 where count > 0:
                let place = Int.random(in: 0..<count, using: &dice)
                forks[turn].0.remove(at: place)
                forks[turn].1.remove(at: place)
            case 3..<5:
                let place = Int.random(in: 0...count, using: &dice)
                forks[turn].0.insert(step, at: place)
                forks[turn].1.insert(step, at: place)
            case 5..<20 where count > 0:
                let place = Int.random(in: 0..<count, using: &dice)
                forks[turn].0[place] = -step
                forks[turn].1[place] = -step
            case 20..<30:
                let popped = forks[turn].0.popLast()
                let expected = forks[turn].1.popLast()
                #expect(popped == expected)
            case 30:
                let number = Int.random(in: 0...(count + 1), using: &dice)
                forks[turn].1.removeFirst(forks[turn].0.dropChunks(ofFirst: number))
            default:
                forks[turn].0.append(step)
                forks[turn].1.append(step)
            }
            #expect(forks[turn].0.count == forks[turn].1.count, "seed \(seed), step \(step)")
        }
        for fork in forks { #expect(Array(fork.0) == fork.1, "seed \(seed)") }
    }

    @Test func `a position index is a dictionary`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var forks: [(PositionIndex, [Int: Int])] = [(PositionIndex(), [:])]
        for step in 0..<8_000 {
            let turn = Int.random(in: forks.indices, using: &dice)
            let key = Int.random(in: 0..<2_000, using: &dice)
            // Few hashes, so that different keys share them.
            let hash = StableHash.mix(UInt64(key % 1_500))
            let known = forks[turn].1[key]
            switch Int.random(in: 0..<50, using: &dice) {
            case 0 where forks.count < 4: forks.append(forks[turn])
            case 1..<10 where known != nil:
                forks[turn].0.replace(known ?? 0, hash: hash, by: nil)
                forks[turn].1[key] = nil
            case 10..<20 where known != nil:
                forks[turn].0.replace(known ?? 0, hash: hash, by: step * 2_000 + key)
                forks[turn].1[key] = step * 2_000 + key
            case 20..<50 where known == nil:
                forks[turn].0.insert(step * 2_000 + key, hash: hash)
                forks[turn].1[key] = step * 2_000 + key
            default: break
            }
            let found = forks[turn].0.first(hash) { $0 % 2_000 == key }
            #expect(found == forks[turn].1[key], "seed \(seed), step \(step)")
        }
        for fork in forks {
            #expect(fork.0.count == fork.1.count, "seed \(seed)")
            for key in 0..<2_000 {
                let found = fork.0.first(StableHash.mix(UInt64(key % 1_500))) { $0 % 2_000 == key }
                #expect(found == fork.1[key], "seed \(seed), key \(key)")
            }
        }
    }

    /// Texts that are alike, texts that are not, very short and very long ones.
    private func text(_ dice: inout Dice) -> [UInt8] {
        let noise = { (count: Int, dice: inout Dice) -> [UInt8] in
            (0..<count).map { _ in UInt8.random(in: 32...126, using: &dice) }
        }
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: return noise(Int.random(in: 0..<12, using: &dice), &dice)
        case 1: return noise(Int.random(in: 12..<400, using: &dice), &dice)
        case 2:
            return Array(
                repeating: UInt8.random(in: 0...255, using: &dice), count: Int.random(in: 0..<70_000, using: &dice))
        default:
            let filler = String(decoding: noise(Int.random(in: 0..<30, using: &dice), &dice), as: UTF8.self)
            let members = (0..<Int.random(in: 1..<30, using: &dice)).map {
                "\"member_number_\($0)\":\(Int.random(in: 0..<3, using: &dice) == 0 ? filler : "null")"
            }
            return Array("{\"id\":\"ch_\(filler)\",\(members.joined(separator: ",")),\"livemode\":false}".utf8)
        }
    }

    @Test(arguments: [true, false]) func `a text log gives back what it was given`(isPacked: Bool) {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var forks: [(TextLog, [(TextLog.Place, [UInt8])])] = [(TextLog(isPacked: isPacked), [])]
        for _ in 0..<2_500 {
            let turn = Int.random(in: forks.indices, using: &dice)
            if forks.count < 3, Int.random(in: 0..<500, using: &dice) == 0 { forks.append(forks[turn]) }
            let given = text(&dice)
            forks[turn].1.append((forks[turn].0.append(given), given))
        }
        for fork in forks {
            for (place, given) in fork.1 {
                #expect(fork.0.text(at: place) == given, "seed \(seed)")
            }
        }
    }

    @Test func `texts that are alike take little room`() {
        var model = TextModel()
        let first = Array(#"{"id":"ch_1","object":"charge","amount":100,"currency":"usd","customer":null}"#.utf8)
        let second = Array(#"{"id":"ch_2","object":"charge","amount":2500,"currency":"usd","customer":null}"#.utf8)
        #expect(model.pack(first).count > first.count)
        let isLearnt = model.learn(first)
        #expect(isLearnt)
        #expect(model.pack(second).count < 30)
        #expect(model.unpack(model.pack(second), from: 0, length: second.count) == second)
        let isLearntToo = model.learn(Array(repeating: 0x20, count: TextModel.bytesMax))
        #expect(!isLearntToo)
    }

    @Test func `postings are lists by value`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var postings = Postings()
        var values: [String?] = Array(repeating: nil, count: 900)
        for step in 0..<20_000 {
            let position = Int.random(in: values.indices, using: &dice)
            let now = values
            if let old = values[position] {
                postings.remove(position, of: old) { now[$0] }
                values[position] = nil
            }
            if Int.random(in: 0..<4, using: &dice) > 0 {
                // One value in a few is shared by many positions.
                let value =
                    Int.random(in: 0..<3, using: &dice) == 0 ? "many" : "v\(Int.random(in: 0..<400, using: &dice))"
                let now = values
                postings.insert(position, of: value) { now[$0] }
                values[position] = value
            }
            guard step % 200 == 0 else { continue }
            for value in ["many", "v1", "v2", "v3", "none"] {
                let now = values
                let found = postings.positions(of: value) { now[$0] }
                #expect(Array(found) == values.indices.filter { values[$0] == value }, "seed \(seed), step \(step)")
            }
        }
    }

    @Test func `keys are forgotten in their order`() {
        var table = IdempotencyTable(keysMax: 700)
        let store = ObjectStore()
        let print = IdempotencyTable.Fingerprint(FormMap(), json: nil)
        let endpoint = IdempotencyTable.Endpoint(verb: .post, path: "/v1/charges")
        for number in 0..<2_000 {
            guard case .new = table.judge(key: "k\(number)", endpoint: endpoint, fingerprint: print, store, now: 0)
            else { Issue.record("key \(number) is known"); return }
            let entry = IdempotencyTable.Entry(
                endpoint: endpoint, fingerprint: print, status: 200, body: Array("\(number)".utf8), layer: .state,
                requestID: "req_\(number)", created: 0)
            table.remember(entry, key: "k\(number)", store)
        }
        func isKnown(_ number: Int, at now: Int64) -> Bool {
            guard
                case .replay(let entry) = table.judge(
                    key: "k\(number)", endpoint: endpoint, fingerprint: print, store, now: now)
            else { return false }
            return entry.body == Array("\(number)".utf8) && entry.requestID == "req_\(number)"
        }
        #expect(!isKnown(1_299, at: 1))
        #expect((1_300..<2_000).allSatisfy { isKnown($0, at: 86_399) })
        #expect(table.remembered(store).map(\.key) == (1_300..<2_000).map { "k\($0)" })
        #expect(!isKnown(1_999, at: 86_400))
        #expect(table.remembered(store).isEmpty)
    }
}
