import Testing

@testable import KeybrakeLedgerPostgres

/// Values that go to the server and come back as they were.
@Suite struct PostgresColumnTests {
    @Test func textsOfEveryKindComeBack() throws {
        let texts: [String?] = ["", "a", nil, "\\", "\\0", "\0", "a\0\\b", "é\u{1F600}", "{\"x\",NULL}", nil, "'; --"]
        var column = PostgresColumn(.text)
        for text in texts { column.add(text) }
        #expect(try echo("TEXT", column).rows.map { $0.optionalText(0) } == texts)
    }

    @Test func numbersComeBack() throws {
        let numbers: [Int64?] = [0, 1, -1, nil, .min, .max, 255, -256]
        var column = PostgresColumn(.bigint)
        for number in numbers { column.add(number) }
        #expect(try echo("BIGINT", column).rows.map { $0.optionalInteger(0) } == numbers)
    }

    @Test func bytesAndJSONComeBackAsTheyAre() throws {
        let bytes: [[UInt8]] = [[], [0], Array(0...255), [UInt8](repeating: 7, count: 1_000_000)]
        var column = PostgresColumn(.bytes)
        for value in bytes { column.add(raw: value) }
        #expect(try echo("BYTEA", column).rows.map { $0.blob(0) } == bytes)
        var json = PostgresColumn(.json)
        json.add(raw: Array(#"{"b": "\u0000\\ \ud800", "a": 1.50}"#.utf8))
        #expect(try echo("JSON", json).first?.text(0) == #"{"b": "\u0000\\ \ud800", "a": 1.50}"#)
    }

    @Test func anEmptyColumnHasNoRows() throws {
        for (name, kind) in [
            ("TEXT", PostgresColumn.Kind.text), ("BIGINT", .bigint), ("BYTEA", .bytes), ("JSON", .json),
        ] {
            #expect(try echo(name, PostgresColumn(kind)).first == nil)
        }
    }

    private func echo(_ type: String, _ column: PostgresColumn) throws -> PostgresResult {
        let connection = try PostgresConnection(PostgresDatabase().settings(), purpose: "test")
        let statement = PostgresRequest.Statement("echo", "SELECT * FROM unnest($1::\(type)[])")
        return try connection.run([PostgresRequest(statement, [.column(column)])])[0]
    }
}
