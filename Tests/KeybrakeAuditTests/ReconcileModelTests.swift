import Testing

@testable import KeybrakeAudit

/// Random months, judged a second time by the plainest matcher there can be: loops over lists, no tables, no bytes.
@Suite struct ReconcileModelTests {
    /// A call and a charge as the model sees them.
    private struct Call {
        var object: String?
        var conversation: String
        var amount: Int64
        var at: Int64
        var isRefused = false
        var isUnknown = false
    }

    private struct Charge: Equatable {
        var id: String
        var conversation: String?
        var amount: Int64
        var at: Int64
    }

    private static let conversations = (0..<4).map { "6f1c1d3e-0000-4000-8000-00000000000\($0)" }
    private static let stranger = "99999999-0000-4000-8000-000000000000"

    @Test(arguments: 0..<60) func findsWhatThePlainMatcherFinds(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var calls: [Call] = []
        var charges: [Charge] = []
        for number in 0..<40 { Self.event(number, &random, &calls, &charges) }
        let bench = Bench()
        bench.settings.expectedRepeats = ["all"]
        Self.write(calls, charges, to: bench, &random)
        let result = bench.reconcile()
        let expected = Self.plainFindings(calls, charges)
        #expect(result.found.sorted() == expected.sorted(), "seed \(seed)")
        #expect(result.judgement.proof.ties, "seed \(seed)")
        #expect(result.books.exportTotals.count == bench.lines.count)
        #expect(result.judgement.charges[.open].count == 0 && result.judgement.attempts[.open].count == 0)
    }

    /// One thing that happens: mostly a call with its charge, sometimes half of it or something else.
    private static func event(
        _ number: Int, _ random: inout SeededRandom, _ calls: inout [Call], _ charges: inout [Charge]
    ) {
        let at = Int64(number) * 1_000
        let conversation = conversations[random.next(upTo: 4)]
        let amount = Int64(random.next(upTo: 5) + 1) * 100
        let id = "ch_\(number)"
        let isEdge = number == 0 || number == 39
        let call = Call(object: id, conversation: conversation, amount: amount, at: at)
        let charge = Charge(id: id, conversation: conversation, amount: amount, at: at + 1)
        switch isEdge ? 0 : random.next(upTo: 14) {
        case 1: calls.append(call)
        case 2: charges.append(charge)
        case 3: charges.append(Charge(id: id, conversation: nil, amount: amount, at: at))
        case 4: charges.append(Charge(id: id, conversation: stranger, amount: amount, at: at))
        case 5:
            calls.append(call)
            charges.append(Charge(id: id, conversation: conversation, amount: amount + 1, at: at))
        case 6: calls.append(Call(object: nil, conversation: conversation, amount: amount, at: at, isRefused: true))
        case 7: calls.append(Call(object: nil, conversation: conversation, amount: amount, at: at, isUnknown: true))
        case 8:
            calls.append(Call(object: nil, conversation: conversation, amount: amount, at: at, isUnknown: true))
            charges.append(charge)
        default:
            calls.append(call)
            charges.append(charge)
        }
    }

    private static func write(_ calls: [Call], _ charges: [Charge], to bench: Bench, _ random: inout SeededRandom) {
        for call in calls {
            bench.ledger.call {
                $0.at = call.at
                $0.object = call.object
                $0.conversation = call.conversation
                $0.amount = call.amount
                $0.usd = 1
                $0.customer = nil
                if call.isRefused { ($0.decision, $0.status, $0.upstream, $0.ending) = ("refused", 401, nil, "none") }
                if call.isUnknown { ($0.status, $0.upstream, $0.ending) = (504, nil, "unknown") }
            }
        }
        for charge in charges {
            let cents = String(charge.amount % 100)
            bench.charge(
                charge.id, at: charge.at, amount: "\(charge.amount / 100).\(cents.count == 1 ? "0" : "")\(cents)",
                conversation: charge.conversation, customer: "")
            if random.chance(5) { bench.lines.append(bench.lines[bench.lines.count - 1]) }
        }
    }

    /// All findings, by loops.
    private static func plainFindings(_ calls: [Call], _ charges: [Charge]) -> [String] {
        var findings: [String] = []
        for call in calls where !call.isRefused && !call.isUnknown {
            let charge = charges.first { $0.id == call.object }
            if charge == nil { findings.append("KB111 \(call.object ?? "")") }
            if let charge, charge.amount != call.amount { findings.append("KB121 \(charge.id)") }
        }
        var left = charges.filter { charge in !calls.contains { $0.object == charge.id } }
        for conversation in conversations {
            for amount in Set(left.filter { $0.conversation == conversation }.map(\.amount)) {
                let mine = { (charge: Charge) in charge.conversation == conversation && charge.amount == amount }
                let unknown = calls.filter { $0.isUnknown && $0.conversation == conversation && $0.amount == amount }
                let (resolved, used) = resolve(unknown, left.filter(mine), rowNumbers(calls))
                findings += resolved
                left.removeAll { used.contains($0.id) }
                var refused = calls.filter { $0.isRefused && $0.conversation == conversation && $0.amount == amount }
                for charge in left.filter(mine) {
                    guard let place = refused.lastIndex(where: { may($0, charge) }) else { continue }
                    refused.remove(at: place)
                    findings.append("KB141 \(charge.id)")
                    left.removeAll { $0 == charge }
                }
            }
        }
        for charge in left {
            let isKnown = conversations.contains(charge.conversation ?? "") && isKnownToTheAudit(charge, calls)
            let check = charge.conversation == nil ? "KB102" : isKnown ? "KB101" : "KB103"
            findings.append("\(check) \(charge.id)")
        }
        return findings
    }

    private static func isKnownToTheAudit(_ charge: Charge, _ calls: [Call]) -> Bool {
        // The bench's own key is bound to the conversation of index 1.
        charge.conversation == conversations[1] || calls.contains { $0.conversation == charge.conversation }
    }

    private static func may(_ call: Call, _ charge: Charge) -> Bool {
        charge.at >= call.at - 300 && charge.at <= call.at + 86_400
    }

    /// The audit row of each call's outcome, by the time of the call: two rows a call, from 1.
    private static func rowNumbers(_ calls: [Call]) -> [Int64: Int] {
        var numbers: [Int64: Int] = [:]
        for (index, call) in calls.enumerated() { numbers[call.at] = (index + 1) * 2 }
        return numbers
    }

    /// One call and one charge that fit nothing else belong together; what hangs together otherwise is ambiguous.
    private static func resolve(
        _ calls: [Call], _ charges: [Charge], _ rows: [Int64: Int]
    ) -> (findings: [String], used: Set<String>) {
        var findings: [String] = []
        var used = Set<String>()
        var groups = calls.map { [$0] }
        // Calls that share a charge hang together; merging until nothing changes needs no cleverness.
        var merged = true
        while merged {
            merged = false
            for (one, other) in (0..<groups.count).flatMap({ one in (0..<one).map { (one, $0) } }) {
                let share = charges.contains { charge in
                    groups[one].contains { may($0, charge) } && groups[other].contains { may($0, charge) }
                }
                guard share else { continue }
                groups[other] += groups.remove(at: one)
                merged = true
                break
            }
        }
        for group in groups {
            let fitting = charges.filter { charge in group.contains { may($0, charge) } }
            guard !fitting.isEmpty else { continue }
            used.formUnion(fitting.map(\.id))
            let first = group.map { rows[$0.at] ?? 0 }.min() ?? 0
            findings.append(group.count == 1 && fitting.count == 1 ? "KB131 \(fitting[0].id)" : "KB133 row \(first)")
        }
        return (findings, used)
    }
}
