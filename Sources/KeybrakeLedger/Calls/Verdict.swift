/// The ledger's answer to a ``CallIntent``. It is durable when it is given.
package enum Verdict: Sendable, Equatable {
    /// Send it. The call must be ended with a ``CallOutcome``.
    case proceed(hold: HoldReference?)
    /// Send it again under the same upstream idempotency key: an earlier attempt ended unknown and its money is still
    /// held. The call must be ended with a ``CallOutcome``, which decides the old hold.
    case retryUnknown(HoldReference)
    /// Refuse it.
    case denied(Denial)
    /// Answer what the first call with this idempotency key was answered.
    case replay(StoredAnswer)
    /// The first call with this idempotency key is still under way: 409, to be tried again.
    case inFlight
    /// The ledger cannot write: nothing may go out.
    case unavailable
}
