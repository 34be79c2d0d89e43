/// Why a ledger cannot be opened or cannot do what was asked, in words for an operator.
package enum LedgerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process has the ledger open.
    case inUse(path: String)
    /// The file is no SQLite database, or one of another program.
    case foreignFile(path: String)
    /// The file was written by a newer version of this program.
    case newerVersion(path: String, found: Int64, known: Int64)
    /// The database contradicts itself or cannot be read.
    case damaged(String)
    /// The disk is full, or reading or writing it failed.
    case disk(String)
    /// The ledger has been closed.
    case closed
    case keyExists(id: String)
    case keyUnknown(id: String)
    /// A revoked key stays revoked.
    case keyRevoked(id: String)
    case holdUnknown(id: String)
    /// A call on the hold is under way, or it is settled or released already.
    case holdNotOpen(id: String, state: String)

    package var description: String {
        switch self {
        case .inUse(let path): "\(path) is in use by another keybrake process; stop it, or use another database"
        case .foreignFile(let path): "\(path) is not a Keybrake database; name another file"
        case .newerVersion(let path, let found, let known):
            "\(path) has schema version \(found); this program knows versions up to \(known): use a newer keybrake"
        case .damaged(let reason): "the database is damaged: \(reason)"
        case .disk(let reason): "the database cannot be read or written: \(reason)"
        case .closed: "the ledger is closed"
        case .keyExists(let id): "a vault key with the id \(id) exists already"
        case .keyUnknown(let id): "there is no vault key with the id \(id)"
        case .keyRevoked(let id): "vault key \(id) is revoked, which nothing undoes; issue a new one"
        case .holdUnknown(let id): "there is no open hold with the id \(id)"
        case .holdNotOpen(let id, let state): "hold \(id) cannot be resolved while it is \(state)"
        }
    }
}
