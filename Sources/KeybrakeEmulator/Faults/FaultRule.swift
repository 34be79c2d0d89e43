internal import KeybrakeStripe

/// A fault that befalls those calls of a world that the rule is about, in those turns that it names.
///
///     {"operation": "POST /v1/charges", "nth": 3, "fault": {"status": 500, "should_retry": true}}
///     {"operation": "POST /v1/*", "probability_ppm": 50000, "fault": "status=429;reason=global-rate"}
struct FaultRule: Sendable {
    /// Which of the calls that a rule is about it may befall, counted from 1.
    enum Turn: Sendable, Equatable {
        case all
        case nth(Int)
        case every(Int)
        case first(Int)

        func includes(_ number: Int) -> Bool {
            switch self {
            case .all: true
            case .nth(let turn): number == turn
            case .every(let step): number % step == 0
            case .first(let count): number <= count
            }
        }
    }

    static let turnsMax = 1_000_000_000
    static let partsPerMillion = 1_000_000

    let id: String
    /// The request that made the rule, as the list shows it.
    private let given: JSONObject
    private let operation: OperationPattern
    private let turn: Turn
    private let probabilityPPM: Int
    private let account: String?
    private let conversation: String?
    private let idempotencyKey: String?
    private let timesMax: Int?
    private let fault: Fault

    /// How many calls the rule was about.
    private(set) var matched = 0
    /// How many of them its fault befell.
    private(set) var fired = 0
    /// The request that it befell last, and when.
    private var last: (request: String, time: Int64)?

    private static let names = [
        "id", "operation", "nth", "every", "first", "probability_ppm", "account", "conversation", "idempotency_key",
        "times", "fault",
    ]

    /// Reads a rule.
    ///
    /// - Parameter newID: its id, when the request gives none.
    /// - Throws: with the name of the member at fault.
    init(_ value: JSONValue, newID: String) throws(EmulatorHost.Failure) {
        let members = try ControlMembers(value, of: "a fault rule", names: Self.names)
        id = try members.text("id") ?? newID
        guard let text = try members.text("operation") else {
            throw members.failure("operation", "is missing: `POST /v1/charges`, `POST /v1/*`, or `*`")
        }
        guard let pattern = OperationPattern(text) else {
            throw members.failure(
                "operation", "covers no operation: write a method and a path template, which may end with `*`")
        }
        operation = pattern
        turn = try Self.turn(members)
        probabilityPPM =
            try members.integer("probability_ppm", in: 0...Self.partsPerMillion) ?? Self.partsPerMillion
        account = try members.text("account")
        conversation = try members.text("conversation")
        idempotencyKey = try members.text("idempotency_key")
        timesMax = try members.integer("times", in: 1...Self.turnsMax)
        fault = try Self.fault(members, origin: "the fault rule \(id)")
        given = value.objectValue ?? JSONObject()
    }

    /// Whether the rule is about a call; then the call counts.
    mutating func counts(_ call: EmulatorCall, account named: String) -> Bool {
        guard operation.covers(call.match.operation), account == nil || account == named,
            conversation == nil || conversation == call.conversation,
            idempotencyKey == nil || idempotencyKey == call.idempotencyKey
        else { return false }
        matched += 1
        return true
    }

    /// The fault for the call that was counted last; `nil` when its turn, the dice or the rule's end spare it.
    func faultNow(worldSeed: UInt64) -> Fault? {
        guard turn.includes(matched), timesMax.map({ fired < $0 }) ?? true else { return nil }
        guard probabilityPPM < Self.partsPerMillion else { return fault }
        let dice = StableHash.mix(StableHash.of(id, seed: worldSeed) &+ UInt64(matched) &* 0x9E37_79B9_7F4A_7C15)
        return dice % UInt64(Self.partsPerMillion) < UInt64(probabilityPPM) ? fault : nil
    }

    /// Remembers that the fault befell a call.
    mutating func fire(_ request: String, now: Int64) {
        fired += 1
        last = (request, now)
    }

    /// The rule as it was given, its id, and what became of it.
    var json: JSONValue {
        var object = given
        object.set("id", id)
        object.set("matched", Int64(matched))
        object.set("fired", Int64(fired))
        object["remaining"] = timesMax.map { .integer(Int64($0 - fired)) } ?? .null
        object.set("last_request", last?.request)
        object["last_fired"] = JSONValue(last?.time)
        return .object(object)
    }

    private static func turn(_ members: ControlMembers) throws(EmulatorHost.Failure) -> Turn {
        let nth = try members.integer("nth", in: 1...turnsMax)
        let every = try members.integer("every", in: 1...turnsMax)
        let first = try members.integer("first", in: 1...turnsMax)
        switch (nth, every, first) {
        case (nil, nil, nil): return .all
        case (let turn?, nil, nil): return .nth(turn)
        case (nil, let step?, nil): return .every(step)
        case (nil, nil, let count?): return .first(count)
        default: throw EmulatorHost.Failure(description: "a fault rule has one of `nth`, `every` and `first`")
        }
    }

    private static func fault(_ members: ControlMembers, origin: String) throws(EmulatorHost.Failure) -> Fault {
        guard let value = members.value("fault") else {
            throw members.failure("fault", "is missing: {\"status\": 500} or \"status=500\"")
        }
        do throws(Fault.Refusal) {
            var fault = try Fault(words(value))
            fault.origin = origin
            return fault
        } catch {
            throw members.failure("fault", "cannot be used: \(error.reason)")
        }
    }

    /// The fault's words: a text as in the header, or an object whose members they are.
    private static func words(_ value: JSONValue) throws(Fault.Refusal) -> [Fault.Word] {
        if let text = value.stringValue { return try Fault.words(of: text) }
        guard let object = value.objectValue, !object.isEmpty else {
            throw Fault.Refusal(reason: "it is an object of words, or a text")
        }
        var words: [Fault.Word] = []
        for member in object.members {
            switch member.value {
            case .bool(let truth) where member.name == "should_retry":
                words.append(.init(name: member.name, value: truth ? "true" : "false"))
            case .bool(true): words.append(.init(name: member.name, value: nil))
            case .bool(false), .null: continue
            case .integer(let number): words.append(.init(name: member.name, value: String(number)))
            case .string(let text): words.append(.init(name: member.name, value: text))
            default: throw Fault.Refusal(reason: "`\(member.name.prefix(40))` is no text, number or truth")
            }
        }
        return words
    }
}

extension FaultRule: Codable {
    /// A rule is saved as the request that made it, and what became of it.
    private struct Saved: Codable {
        let id: String
        let given: JSONObject
        let matched: Int
        let fired: Int
        let lastRequest: String?
        let lastTime: Int64?
    }

    init(from decoder: any Decoder) throws {
        let saved = try Saved(from: decoder)
        do throws(EmulatorHost.Failure) {
            try self.init(.object(saved.given), newID: saved.id)
        } catch {
            throw StateFailure(reason: "is no fault rule: \(error.description)")
        }
        matched = saved.matched
        fired = saved.fired
        if let request = saved.lastRequest, let time = saved.lastTime { last = (request, time) }
    }

    func encode(to encoder: any Encoder) throws {
        try Saved(
            id: id, given: given, matched: matched, fired: fired, lastRequest: last?.request, lastTime: last?.time
        ).encode(to: encoder)
    }
}
