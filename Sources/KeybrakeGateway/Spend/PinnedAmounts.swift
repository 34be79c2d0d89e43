internal import Synchronization

/// Amounts that the proxy put into calls whose outcome is unknown.
///
/// A refund without an amount is sent with the amount that was read. Should its outcome be lost, the retry must be the
/// very same request, or Stripe would refuse it under its idempotency key; but by then the object may state another
/// rest. In memory only: after a restart Stripe refuses such a retry, and the hold stays for the operator to resolve.
final class PinnedAmounts: Sendable {
    private struct Call: Hashable {
        let keyID: String
        let idempotencyKey: String
    }

    private struct State {
        var amounts: [Call: Int64] = [:]
        /// In the order of their coming, to be forgotten in.
        var order: [Call] = []
    }

    static let callsMax = 10_000

    private let state = Mutex(State())

    /// The amount in smallest units that the lost call was sent with.
    func amount(keyID: String, idempotencyKey: String) -> Int64? {
        state.withLock { $0.amounts[Call(keyID: keyID, idempotencyKey: idempotencyKey)] }
    }

    /// Forgets the amount, because the outcome was found out.
    func forget(keyID: String, idempotencyKey: String) {
        state.withLock { $0.amounts[Call(keyID: keyID, idempotencyKey: idempotencyKey)] = nil }
    }

    /// Remembers the amount of a call whose outcome was lost.
    func remember(_ amount: Int64, keyID: String, idempotencyKey: String) {
        let call = Call(keyID: keyID, idempotencyKey: idempotencyKey)
        state.withLock { state in
            if state.amounts.updateValue(amount, forKey: call) == nil { state.order.append(call) }
            guard state.order.count > Self.callsMax else { return }
            // Half at once, so that making room costs little for each call.
            for old in state.order.prefix(Self.callsMax / 2) { state.amounts[old] = nil }
            state.order.removeFirst(Self.callsMax / 2)
        }
    }
}
