internal import KeybrakeStripe

/// What happened in one account, in order. An event is written out only when it is read; until then it says where the
/// text of the object it is about is kept.
struct EventLog: Sendable {
    /// One event.
    struct Entry: Sendable {
        let id: String
        let type: String
        let created: Int64
        /// The object as it was just after the change.
        let object: [UInt8]
        /// On updates: the members that changed, with their values from before.
        let previousAttributes: [UInt8]?
        let requestID: String?
        let idempotencyKey: String?

        /// The event as the API answers it.
        ///
        /// - Parameters:
        ///   - pendingWebhooks: how many endpoints have not got it yet.
        ///   - account: the connected account that it is of, where a Connect endpoint is told.
        func bytes(apiVersion: String, pendingWebhooks: Int, account: String? = nil) -> [UInt8] {
            var text: [UInt8] = []
            text.reserveCapacity(object.count + 400)
            func add(_ literal: String) { text.append(contentsOf: literal.utf8) }
            add("{\"id\":\"\(id)\",\"object\":\"event\",")
            if let account { add("\"account\":\"\(account)\",") }
            add("\"api_version\":\"\(apiVersion)\",\"created\":\(created)")
            add(",\"data\":{\"object\":")
            text.append(contentsOf: object)
            if let previousAttributes {
                add(",\"previous_attributes\":")
                text.append(contentsOf: previousAttributes)
            }
            add("},\"livemode\":false,\"pending_webhooks\":\(pendingWebhooks),\"request\":{\"id\":")
            JSONWriter.append(optional: requestID, to: &text)
            add(",\"idempotency_key\":")
            JSONWriter.append(optional: idempotencyKey, to: &text)
            add("},\"type\":\"\(type)\"}")
            return text
        }
    }

    private enum ObjectText: Sendable {
        /// A text that the store keeps anyway.
        case version(ObjectStore.Version)
        case own(TextLog.Place)
    }

    private struct Record: Sendable {
        let created: Int64
        let object: ObjectText
        let id: TextLog.Place
        let previousAttributes: TextLog.Place?
        let requestID: TextLog.Place?
        let idempotencyKey: TextLog.Place?
        let type: Int32
    }

    private var records = ChunkedArray<Record>()
    private var names = TextLog(isPacked: false)
    private var texts = TextLog()
    private var index = PositionIndex()
    /// The types by number, and the numbers by type.
    private var types: [String] = []
    private var typeNumbers: [String: Int] = [:]
    private var byType: [ChunkedArray<Int32>] = []
    /// Events of one request share its id and key.
    private var latestCause: (requestID: String?, key: String?, places: (TextLog.Place?, TextLog.Place?))?

    var count: Int { records.count }

    func position(of id: String) -> Int? {
        index.first(StableHash.of(id)) { names.holds(id, at: records[$0].id) }
    }

    func positions(ofType type: String) -> PositionList {
        typeNumbers[type].map { PositionList(many: byType[$0]) } ?? PositionList()
    }

    func type(at position: Int) -> String { types[Int(records[position].type)] }
    func created(at position: Int) -> Int64 { records[position].created }

    func entry(at position: Int, _ store: ObjectStore) -> Entry {
        let record = records[position]
        let object =
            switch record.object {
            case .version(let version): store.bytes(of: version)
            case .own(let place): texts.text(at: place)
            }
        return Entry(
            id: names.string(at: record.id), type: type(at: position), created: record.created, object: object,
            previousAttributes: record.previousAttributes.map { texts.text(at: $0) },
            requestID: record.requestID.map { names.string(at: $0) },
            idempotencyKey: record.idempotencyKey.map { names.string(at: $0) })
    }

    mutating func append(_ entry: Entry, _ store: ObjectStore) {
        let (requestID, key) = cause(of: entry)
        let object: ObjectText =
            if let version = store.version(of: entry.object) {
                .version(version)
            } else {
                .own(texts.append(entry.object))
            }
        let type = number(of: entry.type)
        byType[type].append(Int32(truncatingIfNeeded: count))
        index.insert(count, hash: StableHash.of(entry.id))
        records.append(
            Record(
                created: entry.created, object: object, id: names.append(Array(entry.id.utf8)),
                previousAttributes: entry.previousAttributes.map { texts.append($0) }, requestID: requestID,
                idempotencyKey: key, type: Int32(truncatingIfNeeded: type)))
    }

    private mutating func cause(of entry: Entry) -> (TextLog.Place?, TextLog.Place?) {
        if let latest = latestCause, latest.requestID == entry.requestID, latest.key == entry.idempotencyKey {
            return latest.places
        }
        let places = (
            entry.requestID.map { names.append(Array($0.utf8)) },
            entry.idempotencyKey.map { names.append(Array($0.utf8)) }
        )
        latestCause = (entry.requestID, entry.idempotencyKey, places)
        return places
    }

    private mutating func number(of type: String) -> Int {
        if let number = typeNumbers[type] { return number }
        typeNumbers[type] = types.count
        types.append(type)
        byType.append(ChunkedArray())
        return types.count - 1
    }
}

extension JSONWriter {
    /// Appends a string literal, or `null`.
    static func append(optional text: String?, to bytes: inout [UInt8]) {
        if let text {
            append(string: text, to: &bytes)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
    }
}
