internal import KeybrakeStripe

/// The idempotency keys of calls whose answers a fault holds back: to the client they are still running.
///
/// Everything else is answered in one go, so that no other call with the same key can come in between.
struct KeysInFlight: Sendable, Codable {
    private struct Key: Hashable, Sendable, Codable {
        let account: String
        let key: String
    }

    /// Until which second of the shell's clock the answer is under way.
    private var ends: [Key: Int64] = [:]
    private var time = Int64.min

    /// Lets go of those whose answers have arrived.
    mutating func tick(_ shellTime: Int64) {
        time = max(time, shellTime)
        guard !ends.isEmpty else { return }
        ends = ends.filter { $0.value > time }
    }

    /// Why a call cannot run now; `nil` when it can.
    func refusal(of call: EmulatorCall, account: String) -> StripeError? {
        guard !ends.isEmpty, let key = call.idempotencyKey, call.match.operation.remembersKeys,
            ends[Key(account: account, key: key)] != nil
        else { return nil }
        return StripeError(
            status: 409, kind: .idempotency, code: "idempotency_key_in_use",
            message: "There is currently another in-progress request using this Idempotent Key (that probably means "
                + "you submitted twice, and the other request is still going through): \(key). Please try again later.",
            docURL: StripeError.documentation("idempotency_key_in_use"))
    }

    /// The answer to a call is on its way for as long as its delivery takes.
    mutating func hold(_ call: EmulatorCall, account: String, _ answer: EmulatorAnswer) {
        guard let key = call.idempotencyKey, call.match.operation.remembersKeys, let delivery = answer.delivery,
            delivery.ending == .whole
        else { return }
        let bodyMilliseconds = delivery.bodyBytesPerSecond.map { answer.body.count * 1_000 / max(1, $0) } ?? 0
        let milliseconds = delivery.delayMilliseconds + bodyMilliseconds
        guard milliseconds > 0 else { return }
        ends[Key(account: account, key: key)] = time + Int64((milliseconds + 999) / 1_000)
    }
}

extension Operation {
    /// Whether an idempotency key means something: to every POST, and in the second API to DELETE too.
    var remembersKeys: Bool { verb == .post || verb == .delete && isVersionTwo }
}
