/// What is remembered of a call under an idempotency key.
package struct Claim: Sendable, Equatable {
    /// How far the call has come.
    package enum State: String, Sendable {
        case running
        case finished
        case unknown
    }

    /// Idempotency keys belong to a vault key.
    package struct ID: Sendable, Hashable {
        package let keyID: String
        package let clientKey: String
    }

    package let id: ID
    package let fingerprint: [UInt8]
    package let requestID: String
    package let holdID: String?
    package let state: State
    /// There when the call is finished.
    package let answer: StoredAnswer?
    package let createdAtMicroseconds: Int64

    /// How long a claim counts. Stripe forgets a key no earlier than this after it first saw it, and it sees it later
    /// than the ledger does, so that a retry within this time cannot execute twice.
    package static let lifetimeMicroseconds: Int64 = 24 * 3_600 * 1_000_000

    func isExpired(atMicroseconds: Int64) -> Bool {
        atMicroseconds - createdAtMicroseconds >= Self.lifetimeMicroseconds
    }

    /// The same claim, further on.
    package func with(state: State, answer: StoredAnswer?) -> Claim {
        Claim(
            id: id, fingerprint: fingerprint, requestID: requestID, holdID: holdID, state: state, answer: answer,
            createdAtMicroseconds: createdAtMicroseconds
        )
    }
}
