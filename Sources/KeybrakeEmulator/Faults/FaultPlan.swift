internal import KeybrakeStripe

/// The fault rules of one world, in the order in which they were added.
///
/// Every rule counts the calls that it is about. When several would befall a call, the oldest of them does, alone.
struct FaultPlan: Sendable, Codable {
    static let rulesMax = 1_000

    private(set) var rules: [FaultRule] = []
    private var added = 0
    /// The dice of rules with a probability follow from it.
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Adds a rule.
    ///
    /// - Returns: the rule as ``json`` lists it.
    mutating func add(_ value: JSONValue) throws(EmulatorHost.Failure) -> JSONValue {
        guard rules.count < Self.rulesMax else {
            throw EmulatorHost.Failure(description: "a world has at most \(Self.rulesMax) fault rules")
        }
        let rule = try FaultRule(value, newID: "fault_\(added + 1)")
        guard !rules.contains(where: { $0.id == rule.id }) else {
            throw EmulatorHost.Failure(description: "the fault rule \(rule.id) exists already")
        }
        added += 1
        rules.append(rule)
        return rule.json
    }

    /// Takes a rule away; `false` when there is none of that id.
    mutating func delete(_ id: String) -> Bool {
        let before = rules.count
        rules.removeAll { $0.id == id }
        return rules.count < before
    }

    mutating func clear() {
        rules = []
    }

    /// What befalls a call; it counts for every rule that is about it.
    ///
    /// - Parameter account: the account that the call acts on.
    mutating func fault(for call: EmulatorCall, account: String, now: Int64) -> Fault? {
        var chosen: Fault?
        for index in rules.indices where rules[index].counts(call, account: account) {
            guard chosen == nil, let fault = rules[index].faultNow(worldSeed: seed) else { continue }
            rules[index].fire(call.requestID, now: now)
            chosen = fault
        }
        return chosen
    }

    var json: JSONValue { .array(rules.map(\.json)) }
}
