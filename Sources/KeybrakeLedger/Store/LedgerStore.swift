/// The ledger as the rest of the program sees it: money is held, settled and remembered here and nowhere else.
///
/// Commands take effect in the order in which they are handed over, whatever thread they come from. Completions are
/// called on a thread of the store's own (or, by a store in memory, before the call returns): hop before working.
package protocol LedgerStore: Sendable {
    /// Every key with its policy, readable from any thread.
    var directory: KeyDirectory { get }

    /// Whether what is handed over is being written. While `false`, let nothing out: `begin` answers
    /// ``Verdict/unavailable``, and rows handed over wait in memory until the disk takes them again.
    var isHealthy: Bool { get }

    /// Judges a call that may change something. The verdict comes when it and its audit row are durable.
    func begin(_ intent: CallIntent, completion: @escaping @Sendable (Verdict) -> Void)

    /// Ends a call whose verdict was `proceed` or `retryUnknown`. `completion` is called when that is durable.
    func end(_ outcome: CallOutcome, completion: (@Sendable () -> Void)?)

    /// Writes both rows of a call that needs no verdict.
    func record(_ call: RecordedCall)

    /// The money held for an object, found by its own or its related id; the key's own hold where it has one.
    /// Sees an `authorised` outcome as soon as it was handed to ``end(_:completion:)``.
    func openHold(objectID: String, keyID: String) -> OpenHold?

    /// Issues a key. Throws ``LedgerFailure/keyExists(id:)``.
    func issue(_ key: NewVaultKey, stamp: AdminStamp) async throws(LedgerFailure) -> VaultKey

    /// Changes a key. Once this has returned, every later `begin` is judged by the changed key.
    func changeKey(id: String, _ change: KeyChange, stamp: AdminStamp) async throws(LedgerFailure) -> ChangedKey

    /// Closes an unknown or authorised hold by hand.
    func resolveHold(
        id: String, _ resolution: HoldResolution, stamp: AdminStamp
    ) async throws(LedgerFailure) -> OpenHold

    /// Writes an audit row of kind `admin` for an act that the ledger has no part in, such as a change of mode.
    /// `name` becomes the member `act` of its detail.
    func recordAdmin(_ name: String, stamp: AdminStamp)

    /// What the key has spent in the window of that time; all zero for a key that has spent nothing.
    func spend(keyID: String, atMicroseconds: Int64) async throws(LedgerFailure) -> KeySpend

    /// Every open hold, oldest first.
    func openHolds() async throws(LedgerFailure) -> [OpenHold]

    /// At most `limit` audit rows with a number above `sequence`, in order. Ask again with the last one's number.
    func auditEntries(after sequence: Int64, limit: Int) async throws(LedgerFailure) -> [AuditEntry]

    /// The number of the newest audit row; 0 when there is none.
    func lastAuditSequence() async throws(LedgerFailure) -> Int64

    /// Writes what waits and lets go of the files. Later calls get `unavailable` or ``LedgerFailure/closed``.
    func close() async
}
