package import KeybrakeStripe

/// How a call that was let out has ended.
package struct CallOutcome: Sendable {
    /// The id of the ``CallIntent``. A second outcome of the same call changes nothing.
    package var requestID: String
    /// When the answer was there, in microseconds since 1970.
    package var atMicroseconds: Int64
    /// The status sent to the client; `nil` when none was sent.
    package var clientStatus: Int?
    /// The status that Stripe, the cassette or the emulator gave; `nil` when none came.
    package var upstreamStatus: Int?
    package var ending: HoldEnding
    /// The id in the answer (`ch_…`, `pi_…`, `re_…`).
    package var objectID: String?
    /// The charge of a PaymentIntent, the charge of a refund. An open hold is found under either id.
    package var relatedID: String?
    /// What a later call with the same idempotency key is answered; `nil` frees the key for a fresh attempt.
    package var answer: StoredAnswer?
    /// Added to the intent's own detail.
    package var detail: JSONObject

    package init(
        requestID: String, atMicroseconds: Int64, clientStatus: Int?, upstreamStatus: Int? = nil, ending: HoldEnding,
        objectID: String? = nil, relatedID: String? = nil, answer: StoredAnswer? = nil,
        detail: JSONObject = JSONObject()
    ) {
        self.requestID = requestID
        self.atMicroseconds = atMicroseconds
        self.clientStatus = clientStatus
        self.upstreamStatus = upstreamStatus
        self.ending = ending
        self.objectID = objectID
        self.relatedID = relatedID
        self.answer = answer
        self.detail = detail
    }
}
