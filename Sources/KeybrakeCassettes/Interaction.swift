/// One request with its answer, and the circumstances of the recording.
package struct Interaction: Sendable, Equatable {
    package var request: RecordedRequest
    package var response: RecordedResponse
    /// What the proxy decided about the call: `allowed`, or the code of a refusal. `nil` when nobody decided.
    package var decision: String?
    package var volatile: VolatileFacts

    package init(
        request: RecordedRequest, response: RecordedResponse, decision: String? = nil,
        volatile: VolatileFacts = VolatileFacts()
    ) {
        self.request = request
        self.response = response
        self.decision = decision
        self.volatile = volatile
    }
}

/// What differs from one recording of the same call to the next. It is kept apart from the rest of a record, takes no
/// part in matching, and may be missing.
package struct VolatileFacts: Sendable, Equatable {
    /// When the answer came, in microseconds since 1970.
    package var recordedAtMicroseconds: Int64?
    /// How long Stripe took.
    package var latencyMicroseconds: Int64?
    /// Our id of the call, which is also the audit's: `req_…`.
    package var requestID: String?
    /// The conversation to which the call belonged.
    package var conversation: String?
    /// The random values of the recording by the stand-ins that the record has in their place.
    package var values: [RenamedValue]
    /// The answer's headers that differ each time, such as `Date` and `Request-Id`. The recorder fills this.
    package var headers: [(name: String, value: String)]

    package init(
        recordedAtMicroseconds: Int64? = nil, latencyMicroseconds: Int64? = nil, requestID: String? = nil,
        conversation: String? = nil, values: [RenamedValue] = [], headers: [(name: String, value: String)] = []
    ) {
        self.recordedAtMicroseconds = recordedAtMicroseconds
        self.latencyMicroseconds = latencyMicroseconds
        self.requestID = requestID
        self.conversation = conversation
        self.values = values
        self.headers = headers
    }

    package static func == (left: VolatileFacts, right: VolatileFacts) -> Bool {
        left.recordedAtMicroseconds == right.recordedAtMicroseconds
            && left.latencyMicroseconds == right.latencyMicroseconds && left.requestID == right.requestID
            && left.conversation == right.conversation && left.values == right.values
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// A random value of a recording and the stand-in that the cassette has in its place.
package struct RenamedValue: Sendable, Hashable {
    /// Such as `00000000-0000-4000-8000-000000000001` or `conversation-1`.
    package var standIn: String
    /// The value that was sent when the cassette was recorded.
    package var recorded: String

    package init(standIn: String, recorded: String) {
        self.standIn = standIn
        self.recorded = recorded
    }
}
