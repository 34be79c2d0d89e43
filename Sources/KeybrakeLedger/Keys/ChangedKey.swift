/// The answer to a change of a key, given once the change is durable and binds every later call.
package struct ChangedKey: Sendable, Equatable {
    package let key: VaultKey
    /// Request ids of calls that had passed before the change and have not ended: they cannot be recalled.
    package let inFlightRequestIDs: [String]
}
