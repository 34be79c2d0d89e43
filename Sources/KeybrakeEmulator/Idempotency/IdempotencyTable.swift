internal import KeybrakeStripe

/// The answers that an account remembers by idempotency key.
struct IdempotencyTable: Sendable {
    /// What a key was used for.
    struct Endpoint: Sendable, Equatable {
        let verb: Verb
        let path: String
    }

    /// A remembered answer.
    struct Entry: Sendable {
        let endpoint: Endpoint
        let fingerprint: Fingerprint
        let status: Int
        let body: [UInt8]
        let layer: EmulatorAnswer.Layer
        let requestID: String
        let created: Int64
    }

    /// What a key means for a call.
    enum Verdict {
        case new
        case replay(Entry)
        case conflict(StripeError)
    }

    /// Two sums over the parameters, in which their order does not count.
    struct Fingerprint: Sendable, Equatable {
        private var first: UInt64 = 0
        private var second: UInt64 = 0

        init(_ form: FormMap, json: JSONValue?) {
            for leaf in form.leaves() {
                let path = StableHash.of(leaf.path, seed: 1)
                first &+= StableHash.of(leaf.text, seed: path)
                second &+= StableHash.of(leaf.text, seed: ~path)
            }
            if let json {
                let text = JSONWriter.text(json)
                first &+= StableHash.of(text, seed: 2)
                second &+= StableHash.of(text, seed: 3)
            }
        }
    }

    static let lifetimeSeconds: Int64 = 86_400
    static let keyCharactersMax = 255

    private let keysMax: Int
    private var entries: [String: Entry] = [:]
    /// The keys in the order of their first use; those before `firstKept` are forgotten.
    private var order: [String] = []
    private var firstKept = 0

    init(keysMax: Int) {
        self.keysMax = keysMax
    }

    /// Whether a call with this key runs, is answered from memory, or is refused.
    mutating func judge(key: String, endpoint: Endpoint, fingerprint: Fingerprint, now: Int64) -> Verdict {
        forgetOld(now: now)
        guard let entry = entries[key] else { return .new }
        guard entry.endpoint == endpoint else {
            return .conflict(
                Self.error(
                    "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                        + "('\(endpoint.path)' vs '\(entry.endpoint.path)'). Try using a key other than '\(key)' if "
                        + "you meant to execute a different request."))
        }
        guard entry.fingerprint == fingerprint else {
            return .conflict(
                Self.error(
                    "Keys for idempotent requests can only be used with the same parameters they were first used "
                        + "with. Try using a key other than '\(key)' if you meant to execute a different request."))
        }
        return .replay(entry)
    }

    mutating func remember(_ entry: Entry, key: String) {
        if entries.updateValue(entry, forKey: key) == nil { order.append(key) }
    }

    private static func error(_ message: String) -> StripeError {
        StripeError(status: 400, kind: .idempotency, message: message)
    }

    private mutating func forgetOld(now: Int64) {
        while firstKept < order.count {
            let key = order[firstKept]
            let isOld = entries[key].map { now - $0.created >= Self.lifetimeSeconds } ?? true
            guard isOld || order.count - firstKept > keysMax else { break }
            entries[key] = nil
            firstKept += 1
        }
        if firstKept > 1_000, firstKept > order.count / 2 {
            order.removeFirst(firstKept)
            firstKept = 0
        }
    }
}
