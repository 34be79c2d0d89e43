import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// A ledger that keeps every hold for ever and finds everything by looking at all of them. Knows one day only.
struct SimpleLedger {
    struct Call: Equatable {
        var key: String
        var effect: SpendEffect
        var cents: Int64?
        var idempotency: String?
    }

    private final class Hold {
        let key: String
        var objects: Set<String>
        var known: Int64?
        /// What calls under way, or lost, would make of it. A cancel asks for nothing.
        var asked: [(request: Int, cents: Int64?, isLost: Bool)]
        var isOpen = true

        init(key: String, objects: Set<String>, request: Int, cents: Int64) {
            self.key = key
            self.objects = objects
            asked = [(request, cents, false)]
        }

        var cents: Int64 { ([known] + asked.map(\.cents)).compactMap { $0 }.max() ?? 0 }
    }

    private struct Memory {
        var call: Call
        var request: Int
        /// `nil` while the call is under way.
        var ending: HoldEnding?
        var hold: Hold?
    }

    let caps: [String: Int64]
    private(set) var running: [Int: (call: Call, hold: AnyObject?)] = [:]
    /// What moved above what was held for it.
    private(set) var overdrawn: [String: Int64] = [:]
    private(set) var admitted = 0
    private(set) var refused = 0
    private(set) var retried = 0
    private var holds: [Hold] = []
    private var settled: [String: Int64] = [:]
    private var memories: [String: Memory] = [:]
    private var requests = 0

    init(caps: [String: Int64]) {
        self.caps = caps
    }

    /// A new one that remembers only how much has been tried.
    func emptied() -> SimpleLedger {
        var ledger = SimpleLedger(caps: caps)
        (ledger.admitted, ledger.refused, ledger.retried) = (admitted, refused, retried)
        return ledger
    }

    func spend(_ key: String) -> [Int64] {
        [settled[key, default: 0], holds.filter { $0.isOpen && $0.key == key }.map(\.cents).reduce(0, +)]
    }

    // MARK: What happens

    func call(_ random: inout SplitMix) -> Call {
        if let memory = memories.values.sorted(by: { $0.request < $1.request }).randomElement(using: &random),
            Int.random(in: 0..<3, using: &random) == 0
        {
            return memory.call
        }
        let open = holds.filter(\.isOpen).flatMap { $0.objects.sorted() }
        let object = (open + ["pi_a", "pi_b"]).randomElement(using: &random) ?? "pi_a"
        let cents = Int64.random(in: 0...15, using: &random)
        let idempotency = Bool.random(using: &random) ? "ik\(Int.random(in: 0..<30, using: &random))" : nil
        let effects: [(SpendEffect, Int64?)] = [
            (.none, nil), (.reserve(objectID: nil), cents), (.reserve(objectID: nil), cents),
            (.reserve(objectID: object), cents), (.advance(objectID: object), cents), (.advance(objectID: object), nil),
            (.cancel(objectID: object), nil),
        ]
        let (effect, asked) = effects.randomElement(using: &random) ?? effects[0]
        let key = Int.random(in: 0..<3, using: &random) == 0 ? "other" : "key"
        return Call(key: key, effect: effect, cents: asked, idempotency: idempotency)
    }

    func ending(for request: Int, _ random: inout SplitMix) -> (ending: HoldEnding, object: String?) {
        let held = (running[request]?.hold as? Hold)?.cents ?? 0
        let moved = Int64.random(in: 0...max(1, held + 1), using: &random)
        let hold = running[request]?.hold as? Hold
        let object = hold?.objects.min() ?? "pi_\(request)"
        let endings: [HoldEnding] = [
            .none, .released, .authorised, .authorised, .unknown, .settledUSD(min(moved, held + 1)),
        ]
        return (hold == nil ? .none : endings.randomElement(using: &random) ?? .none, object)
    }

    // MARK: What must come of it

    mutating func check(_ verdict: Verdict, of call: Call, _ comment: Comment) {
        requests += 1
        let memory = call.idempotency.flatMap { memories[call.key + $0] }
        if let memory, memory.call != call {
            #expect(verdict == .denied(.idempotencyMismatch), comment)
            return
        }
        if let memory {
            guard let ending = memory.ending else {
                #expect(verdict == .inFlight, comment)
                return
            }
            #expect(ending == .unknown, comment)
            return retry(memory, verdict, comment)
        }
        let expected = expectation(call)
        #expect(verdict.brief == expected.brief, comment)
        guard expected.isLetOut else { return refused += 1 }
        letOut(call, on: expected.hold)
    }

    private struct Expectation {
        var brief: String
        var hold: Hold?
        var isLetOut = true
    }

    private func openHold(_ object: String, of key: String) -> Hold? {
        let open = holds.filter { $0.isOpen && $0.objects.contains(object) }
        return open.first { $0.key == key } ?? open.first
    }

    private func expectation(_ call: Call) -> Expectation {
        switch call.effect {
        case .none:
            return Expectation(brief: "proceed")
        case .cancel(let object):
            guard let hold = openHold(object, of: call.key) else { return Expectation(brief: "proceed") }
            hold.asked.append((requests, nil, false))
            return Expectation(brief: "proceed holding \(hold.cents)", hold: hold)
        case .reserve(let object):
            return spendExpectation(call, object, call.cents ?? 0)
        case .advance(let object):
            guard let cents = call.cents ?? openHold(object, of: call.key)?.cents else {
                return Expectation(brief: "denied: object_not_held", isLetOut: false)
            }
            return spendExpectation(call, object, cents)
        }
    }

    private func spendExpectation(_ call: Call, _ object: String?, _ cents: Int64) -> Expectation {
        let own = object.flatMap { openHold($0, of: call.key) }.flatMap { $0.key == call.key ? $0 : nil }
        let more = own.map { max(0, cents - $0.cents) } ?? cents
        let spent = spend(call.key).reduce(0, +)
        let cap = caps[call.key] ?? 0
        if spent + more > cap, own == nil || more > 0 {
            return Expectation(brief: "denied: \(max(0, cap - spent)) left, \(more) asked", isLetOut: false)
        }
        if let own {
            own.asked.append((requests, cents, false))
            return Expectation(brief: "proceed holding \(own.cents)", hold: own)
        }
        let objects = Set([object].compactMap { $0 })
        let hold = Hold(key: call.key, objects: objects, request: requests, cents: cents)
        return Expectation(brief: "proceed holding \(cents)", hold: hold)
    }

    private mutating func letOut(_ call: Call, on hold: Hold?) {
        admitted += 1
        if let hold, !holds.contains(where: { $0 === hold }) { holds.append(hold) }
        running[requests] = (call, hold)
        if let idempotency = call.idempotency {
            memories[call.key + idempotency] = Memory(call: call, request: requests, ending: nil, hold: hold)
        }
    }

    private mutating func retry(_ memory: Memory, _ verdict: Verdict, _ comment: Comment) {
        retried += 1
        let call = memory.call
        var hold: Hold?
        switch call.effect {
        case .none: break
        case .reserve: hold = memory.hold.flatMap { $0.isOpen ? $0 : nil }
        case .advance(let object): hold = openHold(object, of: call.key).flatMap { $0.key == call.key ? $0 : nil }
        case .cancel(let object): hold = openHold(object, of: call.key)
        }
        if case .reserve = call.effect, hold == nil {
            let expected = expectation(call)
            #expect(verdict.brief == expected.brief, comment)
            guard expected.isLetOut else { return refused += 1 }
            return letOut(call, on: expected.hold)
        }
        if let hold {
            let held = hold.cents
            hold.asked.removeAll { $0.request == memory.request }
            if case .cancel = call.effect {
                hold.asked.append((requests, nil, false))
            } else {
                hold.asked.append((requests, min(call.cents ?? held, held), false))
            }
        }
        switch verdict {
        case .retryUnknown(let reference): #expect(reference.usdCents == hold?.cents, comment)
        case .proceed(nil): #expect(hold == nil, comment)
        default: Issue.record(comment)
        }
        letOut(call, on: hold)
    }

    mutating func end(_ request: Int, _ ending: HoldEnding, object: String?) {
        guard let (call, anyHold) = running.removeValue(forKey: request) else { return }
        if let idempotency = call.idempotency {
            if ending == .unknown {
                memories[call.key + idempotency]?.ending = ending
            } else {
                memories[call.key + idempotency] = nil
            }
        }
        guard let hold = anyHold as? Hold, hold.isOpen else { return }
        let index = hold.asked.firstIndex { $0.request == request }
        switch (ending, call.effect) {
        case (.settled(_, let cents), _):
            settle(hold, cents, object)
        case (.released, .cancel):
            close(hold.objects, hold)
        case (.unknown, _):
            if let index { hold.asked[index].isLost = true }
            if case .cancel = call.effect { break }
            if let object, hold.objects.count < 2 { hold.objects.insert(object) }
        case (.authorised, let effect) where !effect.isCancel:
            let known = index.flatMap { hold.asked.remove(at: $0).cents } ?? hold.cents
            hold.known = known
            hold.asked.removeAll { $0.isLost && ($0.cents ?? 0) <= known }
            if let object, hold.objects.count < 2 { hold.objects.insert(object) }
        default:
            if let index { hold.asked.remove(at: index) }
            if hold.known == nil, hold.asked.allSatisfy({ $0.cents == nil }) { hold.isOpen = false }
        }
    }

    private mutating func settle(_ hold: Hold, _ cents: Int64, _ object: String?) {
        overdrawn[hold.key, default: 0] += max(0, cents - hold.cents)
        settled[hold.key, default: 0] += cents
        close(hold.objects.union([object].compactMap { $0 }), hold)
    }

    /// The object's money has moved or never will: whoever holds some for it gets it back.
    private func close(_ objects: Set<String>, _ hold: Hold) {
        hold.isOpen = false
        for other in holds where !other.objects.isDisjoint(with: objects) { other.isOpen = false }
    }
}

extension SpendEffect {
    fileprivate var isCancel: Bool {
        if case .cancel = self { true } else { false }
    }
}
