internal import KeybrakeStripe
internal import Synchronization

extension EmulatorHost {
    /// Somebody shows who they are in a verification session that waits for it.
    ///
    /// - Parameter failure: why that fails, in Stripe's word (`document_expired`, `id_number_mismatch`); `nil` when
    ///   they are verified.
    /// - Throws: ``Failure`` when there is no such session or it does not wait.
    package func submitIdentity(world name: String, session id: String, failure: String?, atUnixSeconds now: Int64)
        throws(Failure)
    {
        let error = try cell(name).world.withLock { world -> StripeError? in
            do throws(StripeError) {
                try world.submitIdentity(id, failure: failure, atUnixSeconds: now)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw Failure(description: error.message) }
    }
}

extension World {
    mutating func submitIdentity(_ id: String, failure: String?, atUnixSeconds shellTime: Int64) throws(StripeError) {
        let now = clock.read(atUnixSeconds: shellTime)
        runDue(until: now)
        let error = act(as: platform.id) { account -> StripeError? in
            do throws(StripeError) {
                try IdentitySessions.submit(id, failure: failure, &account, Cause(now: now))
                return nil
            } catch {
                return error
            }
        }
        if let error = error ?? nil { throw error }
    }
}
