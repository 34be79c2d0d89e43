/// What is remembered of a call under an idempotency key.
struct Claim: Sendable, Equatable {
    enum State: String, Sendable {
        case running
        case finished
        case unknown
    }

    /// Idempotency keys belong to a vault key.
    struct ID: Sendable, Hashable {
        let keyID: String
        let clientKey: String
    }

    let id: ID
    let fingerprint: [UInt8]
    let requestID: String
    let holdID: String?
    let state: State
    /// There when the call is finished.
    let answer: StoredAnswer?
    let createdAtMicroseconds: Int64

    /// How long a claim counts. Stripe forgets a key no earlier than this after it first saw it, and it sees it later
    /// than the ledger does, so that a retry within this time cannot execute twice.
    static let lifetimeMicroseconds: Int64 = 24 * 3_600 * 1_000_000

    func isExpired(atMicroseconds: Int64) -> Bool {
        atMicroseconds - createdAtMicroseconds >= Self.lifetimeMicroseconds
    }
}
