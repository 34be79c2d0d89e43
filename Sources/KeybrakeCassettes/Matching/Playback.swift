/// What a cassette has to say to a request.
package enum Playback: Sendable, Equatable {
    case hit(ReplayedResponse)
    case miss(Miss)
}

/// A recorded answer, ready for the wire.
package struct ReplayedResponse: Sendable, Equatable {
    /// Which interaction of the cassette answers, counted from 1.
    package let interactionNumber: Int
    package let status: Int
    /// The recorded headers without those that differ each time; `Idempotent-Replayed` is among them on a retry.
    package let headers: [(name: String, value: String)]
    /// The body as Stripe lays it out, with the values of this session in place of the recorded random ones.
    package let body: [UInt8]
    /// Whether this is the answer to an earlier request of the session with the same idempotency key.
    package let isIdempotentReplay: Bool

    package static func == (left: ReplayedResponse, right: ReplayedResponse) -> Bool {
        left.interactionNumber == right.interactionNumber && left.status == right.status && left.body == right.body
            && left.isIdempotentReplay == right.isIdempotentReplay
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}
