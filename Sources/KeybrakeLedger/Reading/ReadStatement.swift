internal import GRDBSQLite

/// One prepared query over the SQLite C interface.
final class ReadStatement {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(_ sql: String, on database: OpaquePointer) throws(AuditDatabaseFailure) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(database, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            throw AuditDatabaseFailure(String(cString: sqlite3_errmsg(database)))
        }
        handle = prepared
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// Moves to the next row; `false` after the last.
    func step() throws(AuditDatabaseFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw AuditDatabaseFailure(String(cString: sqlite3_errmsg(database)))
        }
    }

    func bind(_ number: Int64, at position: Int32) {
        sqlite3_reset(handle)
        sqlite3_bind_int64(handle, position, number)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// The bytes of a text column, valid until the next step; empty for NULL.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // The blob call hands out UTF-8 text as it lies in the page, without appending a terminator.
        guard let start = sqlite3_column_blob(handle, column) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self)
    }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }
}
