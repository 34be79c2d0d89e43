internal import CLibPQ
internal import KeybrakeLedger

/// A server's answer in binary form, freed with this object.
final class PostgresResult {
    private let handle: OpaquePointer
    let rowCount: Int32

    /// Takes the result over.
    init(_ handle: OpaquePointer) {
        self.handle = handle
        rowCount = PQntuples(handle)
    }

    deinit { PQclear(handle) }

    var rows: some Sequence<PostgresRow> {
        (0..<rowCount).lazy.map { PostgresRow(result: self, row: $0) }
    }

    /// The first row; `nil` when there is none.
    var first: PostgresRow? { rowCount > 0 ? PostgresRow(result: self, row: 0) : nil }

    /// The word of the command that was done, such as `COMMIT`.
    var command: String { String(cString: PQcmdStatus(handle)) }

    /// The bytes of a value, with the server's number for its type; `nil` for null. Valid while this object lives.
    fileprivate func value(_ row: Int32, _ column: Int32) -> (bytes: UnsafeBufferPointer<UInt8>, typeNumber: UInt32)? {
        guard PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return nil }
        let count = Int(PQgetlength(handle, row, column))
        // SAFETY: the memory belongs to the result, and any memory may be read as bytes.
        let bytes = UnsafeRawBufferPointer(start: start, count: count).bindMemory(to: UInt8.self)
        return (bytes, PQftype(handle, column))
    }
}

/// One row of an answer.
struct PostgresRow: LedgerColumns {
    let result: PostgresResult
    let row: Int32

    func optionalInteger(_ column: Int32) -> Int64? {
        guard let (bytes, _) = result.value(row, column), bytes.count <= 8 else { return nil }
        return bytes.reduce(into: Int64(0)) { $0 = $0 << 8 | Int64($1) }
    }

    func integer(_ column: Int32) -> Int64 { optionalInteger(column) ?? 0 }

    func optionalText(_ column: Int32) -> String? {
        guard let (bytes, typeNumber) = result.value(row, column) else { return nil }
        guard typeNumber == PostgresColumn.Kind.text.typeNumber else { return String(decoding: bytes, as: UTF8.self) }
        return PostgresText.unescaped(bytes)
    }

    func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    func blob(_ column: Int32) -> [UInt8] {
        result.value(row, column).map { Array($0.bytes) } ?? []
    }
}
