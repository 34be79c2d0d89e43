internal import KeybrakeStripe

/// One event on its way to one endpoint, with everything that became of it.
///
///     waiting ─→ underway ─┬─→ succeeded
///        ↑                 ├─→ failed (tried four times, or sent by hand)
///        └── retry ────────┘
///     waiting ─→ abandoned (the endpoint is gone or disabled)
struct WebhookRecord: Sendable, Codable {
    enum Status: String, Sendable, Codable {
        case waiting
        case underway
        case succeeded
        case failed
        case abandoned
    }

    /// How one attempt went.
    struct Attempt: Sendable, Codable {
        let time: Int64
        /// `nil` when no answer came.
        let status: Int?
        /// The beginning of the answer, or why there was none.
        let response: String
    }

    /// The event, by its account and its place in the account's log.
    struct Event: Sendable, Codable {
        let account: String
        let position: Int
        let id: String
        let type: String
    }

    let id: String
    let endpoint: String
    let event: Event
    /// Whether the endpoint belongs to the platform of the event's account.
    let isConnect: Bool
    /// Sent again by hand, once.
    let isManual: Bool
    var status = Status.waiting
    var dueAt: Int64
    /// When the attempt that is underway began.
    var startedAt: Int64 = 0
    var attempts: [Attempt] = []

    var isDelivered: Bool { status == .succeeded }
    var isPending: Bool { status == .waiting || status == .underway }

    var json: JSONValue {
        let attempts = attempts.map { attempt -> JSONValue in
            [
                "time": .integer(attempt.time), "status": JSONValue(attempt.status.map(Int64.init)),
                "response": .string(attempt.response),
            ]
        }
        return [
            "id": .string(id), "event": .string(event.id), "type": .string(event.type), "endpoint": .string(endpoint),
            "account": .string(event.account), "connect": .bool(isConnect), "manual": .bool(isManual),
            "status": .string(status.rawValue), "attempts": .array(attempts),
            "next_attempt": status == .waiting ? .integer(dueAt) : .null,
        ]
    }
}
