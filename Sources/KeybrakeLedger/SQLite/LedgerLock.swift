internal import Glibc
internal import Synchronization

/// Keeps a second process from opening the same ledger. The system lets go of it when the process dies.
///
/// The lock lies on a file of its own: closing a second descriptor of the database file would drop SQLite's locks.
final class LedgerLock: Sendable {
    private let held: Mutex<Int32?>

    /// Takes the lock of that database, or throws ``LedgerFailure/inUse(path:)``.
    init(databasePath: String) throws(LedgerFailure) {
        let path = databasePath + "-lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .disk("cannot open \(path): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            if reason == EWOULDBLOCK { throw .inUse(path: databasePath) }
            throw .disk("cannot lock \(path): \(String(cString: strerror(reason)))")
        }
        held = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets others open the ledger. Doing it twice is no error.
    func release() {
        held.withLock { descriptor in
            if let descriptor { Glibc.close(descriptor) }
            descriptor = nil
        }
    }
}
