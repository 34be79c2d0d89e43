import Testing

@testable import KeybrakeAudit

@Suite struct CSVScannerTests {
    private let folder = TemporaryFolder()

    /// All records of a text, read in blocks of that size; ends with what the scanner said last.
    private func records(_ text: String, blockBytes: Int = 1 << 16) throws -> ([[String]], CSVScanner.Outcome) {
        let path = folder.write("test.csv", text)
        var source = try ByteSource(path: path, blockBytes: blockBytes)
        var scanner = CSVScanner(delimiter: UInt8(ascii: ","))
        var records: [[String]] = []
        var outcome = try scanner.next(&source)
        while outcome == .record {
            records.append(
                (0..<scanner.fieldCount).map {
                    FieldText.text(scanner.raw($0, in: source), hasDoubledQuotes: scanner.hasDoubledQuotes($0))
                })
            outcome = try scanner.next(&source)
        }
        return (records, outcome)
    }

    @Test func plainQuotedAndEmptyFields() throws {
        let (rows, end) = try records("a,b,c\n1,\"2,5\",\n\"say \"\"hi\"\"\",\"two\nlines\",3\n")
        #expect(rows == [["a", "b", "c"], ["1", "2,5", ""], ["say \"hi\"", "two\nlines", "3"]])
        #expect(end == .end)
    }

    @Test func lineEndsMayBeOfEitherKindOrMissing() throws {
        let (rows, _) = try records("a,b\r\n1,2\r\n3,4")
        #expect(rows == [["a", "b"], ["1", "2"], ["3", "4"]])
    }

    @Test func quotesInsideAFieldAreOrdinary() throws {
        let (rows, end) = try records("5\" pipe,x\n")
        #expect(rows == [["5\" pipe", "x"]])
        #expect(end == .end)
    }

    @Test func anOpenQuoteAtTheEndIsTold() throws {
        let (rows, end) = try records("a,b\n1,\"never closed,2\n3,4\n")
        #expect(rows == [["a", "b"]])
        #expect(end == .unclosedQuote)
    }

    @Test func linesAreCountedThroughQuotedOnes() throws {
        let path = folder.write("lines.csv", "h\n\"a\nb\nc\"\nd\n")
        var source = try ByteSource(path: path)
        var scanner = CSVScanner(delimiter: UInt8(ascii: ","))
        var lines: [UInt32] = []
        while try scanner.next(&source) == .record { lines.append(scanner.line) }
        #expect(lines == [1, 2, 5])
    }

    @Test(arguments: 0..<40) func agreesWithAPlainParserWhateverTheBlockSize(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = (0..<random.next(upTo: 30)).map { _ in
            (0..<3).map { _ in
                String((0..<random.next(upTo: 12)).map { _ in Array("ab,\"\n\rü 7")[Int(random.next(upTo: 9))] })
            }
        }
        let text = rows.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
        for blockBytes in [1, 3, 8, 17, 4_096] {
            let (read, end) = try records(text, blockBytes: blockBytes)
            #expect(read == rows, "seed \(seed), blocks of \(blockBytes)")
            #expect(end == .end)
        }
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
        guard needsQuotes else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
