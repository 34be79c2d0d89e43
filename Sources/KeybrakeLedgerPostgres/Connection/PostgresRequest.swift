/// A statement with its values, on its way to the server.
struct PostgresRequest {
    /// A statement as the server remembers it. Two statements never share a name.
    struct Statement: Sendable {
        let name: String
        let sql: String

        init(_ name: String, _ sql: String) {
            self.name = name
            self.sql = sql
        }
    }

    enum Value {
        case number(Int64)
        case text(String)
        case column(PostgresColumn)

        /// The server's number for the value's type.
        var typeNumber: UInt32 {
            switch self {
            case .number: PostgresColumn.Kind.bigint.typeNumber
            case .text: PostgresColumn.Kind.text.typeNumber
            case .column(let column): column.kind.arrayTypeNumber
            }
        }

        /// The value in the server's binary form.
        var wireBytes: [UInt8] {
            switch self {
            case .number(let number):
                var bytes: [UInt8] = []
                bytes.appendBigEndian(UInt64(bitPattern: number))
                return bytes
            case .text(let text): return PostgresText.escaped(text)
            case .column(let column): return column.wireBytes
            }
        }
    }

    let statement: Statement
    let values: [Value]

    init(_ statement: Statement, _ values: [Value] = []) {
        self.statement = statement
        self.values = values
    }
}
