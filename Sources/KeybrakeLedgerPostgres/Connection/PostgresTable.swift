/// Rows on their way to one table, kept as columns: one statement writes them all.
struct PostgresTable {
    private var columns: [PostgresColumn]
    private var next = 0

    /// An empty table with columns of these kinds.
    init(_ kinds: [PostgresColumn.Kind]) {
        columns = kinds.map { PostgresColumn($0) }
    }

    var isEmpty: Bool { columns.allSatisfy { $0.count == 0 } }

    /// The columns as values of a statement.
    var values: [PostgresRequest.Value] { columns.map { .column($0) } }

    // Each of these adds to the column after the last one; a row is whole when all of its columns have one more.

    mutating func add(_ number: Int64?) {
        columns[next].add(number)
        advance()
    }

    mutating func add(_ number: Int?) {
        add(number.map(Int64.init))
    }

    mutating func add(_ text: String?) {
        columns[next].add(text)
        advance()
    }

    mutating func add(raw bytes: [UInt8]?) {
        columns[next].add(raw: bytes)
        advance()
    }

    private mutating func advance() {
        next = next + 1 == columns.count ? 0 : next + 1
    }
}
