internal import Glibc

/// Starts the thread that alone writes to the ledger.
///
/// A thread of its own, because it blocks on the disk: a pool shared with others would run dry.
package enum WriterThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread, which ends with it.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(LedgerFailure) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        // SAFETY: retained here, released once: by the new thread, or below when there is none.
        let retained = Unmanaged.passRetained(Body(body))
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                // SAFETY: the argument is the object retained above, and this is its one release.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw .disk("cannot start the writer's thread: \(String(cString: strerror(code)))")
        }
    }
}
