internal import GRDBSQLite

/// A prepared statement: its values are added in the order of its parameters, then it is run.
///
/// Our own beside GRDB's for two reasons. The writer runs some ten statements for every call, and GRDB boxes each value
/// and checks the arguments on every run. And GRDB reads a text only up to a NUL, which a client can send.
/// To be used inside GRDB's access to the connection only.
final class SQLiteStatement: LedgerColumns {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let path: String
    private let scratch: TextScratch
    private var parameterCount: Int32 = 0
    private var bindingCode = SQLITE_OK

    /// - Parameter scratch: may be shared by statements of which only one at a time has values.
    init(_ sql: String, on connection: OpaquePointer, scratch: TextScratch = TextScratch(), path: String)
        throws(LedgerFailure)
    {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            throw LedgerFailure(
                sqliteCode: code, message: "\(String(cString: sqlite3_errmsg(connection))) in \(sql)", path: path)
        }
        handle = prepared
        self.connection = connection
        self.scratch = scratch
        self.path = path
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Values

    func add(_ number: Int64) {
        parameterCount += 1
        check(sqlite3_bind_int64(handle, parameterCount, number))
    }

    func add(_ number: Int64?) {
        guard let number else { return addNull() }
        add(number)
    }

    func add(_ number: Int?) {
        add(number.map(Int64.init))
    }

    func add(_ text: String) {
        var text = text
        text.withUTF8 { add(text: UnsafeRawBufferPointer($0)) }
    }

    func add(_ text: String?) {
        guard let text else { return addNull() }
        add(text)
    }

    /// Text in UTF-8.
    func add(textBytes bytes: [UInt8]) {
        bytes.withUnsafeBytes { add(text: $0) }
    }

    func add(blob bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            parameterCount += 1
            if bytes.isEmpty {
                check(sqlite3_bind_zeroblob(handle, parameterCount, 0))
            } else if let place = scratch.place(bytes) {
                check(sqlite3_bind_blob(handle, parameterCount, place, Int32(bytes.count), nil))
            } else {
                check(sqlite3_bind_blob64(handle, parameterCount, bytes.baseAddress, UInt64(bytes.count), Self.copies))
            }
        }
    }

    func addNull() {
        parameterCount += 1
        check(sqlite3_bind_null(handle, parameterCount))
    }

    private func add(text bytes: UnsafeRawBufferPointer) {
        parameterCount += 1
        let placed = scratch.place(bytes)
        // SAFETY: any memory may be read as characters, and SQLite reads no more than `count` of them.
        let start = (placed ?? bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        check(
            sqlite3_bind_text64(
                handle, parameterCount, start, UInt64(bytes.count), placed == nil ? Self.copies : nil,
                UInt8(SQLITE_UTF8)
            ))
    }

    // SAFETY: SQLite defines this value, which is no address, as the request to copy before returning.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func check(_ code: Int32) {
        if code != SQLITE_OK, bindingCode == SQLITE_OK { bindingCode = code }
    }

    // MARK: Running

    /// Runs a statement that gives no rows.
    func run() throws(LedgerFailure) {
        defer { reset() }
        while try step() {}
    }

    /// Runs a statement and reads its first row with `read`; `nil` when it gives none.
    func first<Value>(_ read: (SQLiteStatement) -> Value) throws(LedgerFailure) -> Value? {
        defer { reset() }
        return try step() ? read(self) : nil
    }

    /// Runs a statement and makes a value of every row.
    func all<Value>(_ read: (SQLiteStatement) throws(LedgerFailure) -> Value) throws(LedgerFailure) -> [Value] {
        defer { reset() }
        var values: [Value] = []
        while try step() { values.append(try read(self)) }
        return values
    }

    private func step() throws(LedgerFailure) -> Bool {
        let code = bindingCode == SQLITE_OK ? sqlite3_step(handle) : bindingCode
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            throw LedgerFailure(
                sqliteCode: code, message: String(cString: sqlite3_errmsg(connection)), path: path)
        }
    }

    private func reset() {
        sqlite3_reset(handle)
        scratch.clear()
        parameterCount = 0
        bindingCode = SQLITE_OK
    }

    // MARK: Columns

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    func optionalText(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
