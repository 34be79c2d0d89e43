/// A client's claim that this call and every other one with the same key and fingerprint are one.
package struct IdempotencyClaim: Sendable, Equatable {
    /// The client's `Idempotency-Key`. Two vault keys never share one.
    package var clientKey: String
    /// A digest of what the call asks for. Another fingerprint under the same key is refused.
    package var fingerprint: [UInt8]

    package init(clientKey: String, fingerprint: [UInt8]) {
        self.clientKey = clientKey
        self.fingerprint = fingerprint
    }
}
