internal import GRDB
internal import GRDBSQLite

/// SQLite's result codes in the ledger's words.
extension LedgerFailure {
    init(sqliteCode code: Int32, message: String, path: String) {
        switch code & 0xFF {
        case SQLITE_NOTADB: self = .foreignFile(path: path)
        case SQLITE_CORRUPT, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_MISUSE,
            SQLITE_ERROR, SQLITE_SCHEMA:
            self = .damaged("\(message) (\(path))")
        default: self = .disk("\(message) (\(path))")
        }
    }

    init(_ error: any Error, path: String) {
        switch error {
        case let failure as LedgerFailure: self = failure
        case let error as DatabaseError:
            self.init(
                sqliteCode: error.resultCode.rawValue, message: error.message ?? "error \(error.resultCode)", path: path
            )
        default: self = .disk("\(error) (\(path))")
        }
    }
}
