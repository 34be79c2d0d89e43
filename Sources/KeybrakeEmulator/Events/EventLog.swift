internal import KeybrakeStripe

/// What happened in one account, in order. An event is written out only when it is read; until then it shares the
/// text of the object it is about.
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
        func bytes(apiVersion: String) -> [UInt8] {
            var text: [UInt8] = []
            text.reserveCapacity(object.count + 400)
            func add(_ literal: String) { text.append(contentsOf: literal.utf8) }
            add("{\"id\":\"\(id)\",\"object\":\"event\",\"api_version\":\"\(apiVersion)\",\"created\":\(created)")
            add(",\"data\":{\"object\":")
            text.append(contentsOf: object)
            if let previousAttributes {
                add(",\"previous_attributes\":")
                text.append(contentsOf: previousAttributes)
            }
            add("},\"livemode\":false,\"pending_webhooks\":0,\"request\":{\"id\":")
            JSONWriter.append(optional: requestID, to: &text)
            add(",\"idempotency_key\":")
            JSONWriter.append(optional: idempotencyKey, to: &text)
            add("},\"type\":\"\(type)\"}")
            return text
        }
    }

    private(set) var entries: [Entry] = []
    private var positions: [String: Int32] = [:]
    private var byType: [String: [Int32]] = [:]

    func position(of id: String) -> Int? {
        positions[id].map(Int.init)
    }

    func positions(ofType type: String) -> [Int32] {
        byType[type] ?? []
    }

    mutating func append(_ entry: Entry) {
        let position = Int32(truncatingIfNeeded: entries.count)
        positions[entry.id] = position
        byType[entry.type, default: []].append(position)
        entries.append(entry)
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
