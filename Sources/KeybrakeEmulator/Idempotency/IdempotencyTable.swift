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

        init(_ first: UInt64, _ second: UInt64) {
            self.first = first
            self.second = second
        }

        var sums: [UInt64] { [first, second] }

        /// Of an upload its parts: the boundaries between them are others each time.
        init(_ upload: EmulatorCall.Upload) {
            let parts = try? MultipartForm(upload)
            let sum = (parts?.file?.bytes ?? upload.bytes[...]).reduce(5_381) { $0 &* 33 ^ UInt64($1) }
            self.init(parts?.form ?? FormMap(), json: .integer(Int64(bitPattern: sum)))
        }

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
    /// How long the second API remembers.
    static let versionTwoLifetimeSeconds: Int64 = 30 * 86_400
    static let keyCharactersMax = 255

    /// What is kept of an answer. The texts lie together in `head`: the key, the path, the request's id.
    private struct Record: Sendable {
        let head: [UInt8]
        let keyBytes: UInt16
        let pathBytes: UInt16
        let status: Int16
        let verb: Verb
        let layer: EmulatorAnswer.Layer
        let fingerprint: Fingerprint
        let body: Body
        let created: Int64

        var key: ArraySlice<UInt8> { head[..<Int(keyBytes)] }

        func isOld(now: Int64) -> Bool {
            let isVersionTwo = head[Int(keyBytes)...].starts(with: "/v2/".utf8)
            let lifetime = isVersionTwo ? versionTwoLifetimeSeconds : lifetimeSeconds
            return now - created >= lifetime
        }

        func entry(_ store: ObjectStore) -> Entry {
            let pathEnd = Int(keyBytes) + Int(pathBytes)
            let body =
                switch body {
                case .version(let version): store.bytes(of: version)
                case .own(let bytes): bytes
                }
            return Entry(
                endpoint: Endpoint(verb: verb, path: String(decoding: head[Int(keyBytes)..<pathEnd], as: UTF8.self)),
                fingerprint: fingerprint, status: Int(status), body: body, layer: layer,
                requestID: String(decoding: head[pathEnd...], as: UTF8.self), created: created)
        }
    }

    private enum Body: Sendable {
        /// A text that the store keeps anyway.
        case version(ObjectStore.Version)
        case own([UInt8])
    }

    private let keysMax: Int
    /// In the order of their first use.
    private var records = ChunkedArray<Record>()
    /// The places of the records, counted from the first ever, of those that are not forgotten.
    private var index = PositionIndex()
    /// How many records were let go of.
    private var dropped = 0
    /// The place of the first record that is not forgotten.
    private var firstKept = 0

    init(keysMax: Int) {
        self.keysMax = keysMax
    }

    /// The answers that are remembered, in the order of their first use.
    func remembered(_ store: ObjectStore) -> [(key: String, entry: Entry)] {
        (firstKept..<(dropped + records.count)).compactMap { place in
            let record = records[place - dropped]
            let key = String(decoding: record.key, as: UTF8.self)
            // A key that was used again after its time has a later record.
            return self.place(of: key) == place ? (key, record.entry(store)) : nil
        }
    }

    /// Whether a call with this key runs, is answered from memory, or is refused.
    mutating func judge(key: String, endpoint: Endpoint, fingerprint: Fingerprint, _ store: ObjectStore, now: Int64)
        -> Verdict
    {
        forgetOld(now: now)
        guard let place = place(of: key) else { return .new }
        let record = records[place - dropped]
        guard !record.isOld(now: now) else {
            index.replace(place, hash: StableHash.of(key), by: nil)
            return .new
        }
        let entry = record.entry(store)
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

    /// Remembers the answer to a key that ``judge(key:endpoint:fingerprint:_:now:)`` has found to be new.
    mutating func remember(_ entry: Entry, key: String, _ store: ObjectStore) {
        var head = Array(key.utf8)
        head.reserveCapacity(head.count + entry.endpoint.path.utf8.count + entry.requestID.utf8.count)
        head.append(contentsOf: entry.endpoint.path.utf8)
        let pathBytes = head.count - key.utf8.count
        head.append(contentsOf: entry.requestID.utf8)
        index.insert(dropped + records.count, hash: StableHash.of(key))
        records.append(
            Record(
                head: head, keyBytes: UInt16(clamping: key.utf8.count), pathBytes: UInt16(clamping: pathBytes),
                status: Int16(clamping: entry.status), verb: entry.endpoint.verb, layer: entry.layer,
                fingerprint: entry.fingerprint,
                body: store.version(of: entry.body).map { .version($0) } ?? .own(entry.body), created: entry.created))
    }

    private func place(of key: String) -> Int? {
        index.first(StableHash.of(key)) { records[$0 - dropped].key.elementsEqual(key.utf8) }
    }

    private static func error(_ message: String) -> StripeError {
        StripeError(status: 400, kind: .idempotency, message: message)
    }

    private mutating func forgetOld(now: Int64) {
        while firstKept < dropped + records.count {
            let record = records[firstKept - dropped]
            let kept = dropped + records.count - firstKept
            guard record.isOld(now: now) || kept > keysMax else { break }
            let key = String(decoding: record.key, as: UTF8.self)
            index.replace(firstKept, hash: StableHash.of(key), by: nil)
            firstKept += 1
        }
        dropped += records.dropChunks(ofFirst: firstKept - dropped)
    }
}
