internal import KeybrakeStripe

/// The texts of one export record, read again for a finding. Nothing personal is among them.
struct RecordExcerpt: Equatable {
    /// The longest text that is kept, in characters.
    static let textMax = 500

    var description = ""
    var status = ""
    var amount = ""
    var declineReason = ""
}

/// Reads single records of the exports again, by their place.
final class ExcerptReader {
    private let layouts: [RecordLayout]
    private var openFile = -1
    private var source: Box?

    /// Holds a source, which cannot be copied, in a place that can be replaced.
    private final class Box {
        var source: ByteSource

        init(path: String) throws(InputFailure) {
            source = try ByteSource(path: path, blockBytes: 8_192)
        }
    }

    init(layouts: [RecordLayout]) {
        self.layouts = layouts
    }

    /// The texts of the record at that place; empty when the file cannot be read any more.
    func excerpt(_ place: RecordPlace) -> RecordExcerpt {
        if openFile != place.file {
            source = try? Box(path: layouts[place.file].path)
            openFile = place.file
        }
        guard let source else { return RecordExcerpt() }
        source.source.seek(to: place.offset)
        let layout = layouts[place.file]
        let excerpt =
            if let columns = layout.columns {
                try? Self.read(&source.source, columns, delimiter: layout.delimiter)
            } else {
                try? Self.readJSON(&source.source)
            }
        return excerpt ?? RecordExcerpt()
    }

    private static func read(
        _ source: inout ByteSource, _ columns: PaymentsColumns, delimiter: UInt8
    ) throws(InputFailure) -> RecordExcerpt {
        var scanner = CSVScanner(delimiter: delimiter)
        var excerpt = RecordExcerpt()
        guard try scanner.next(&source) == .record else { return excerpt }
        excerpt.description = text(columns.description, scanner, source)
        excerpt.status = text(columns.status, scanner, source)
        excerpt.amount = text(columns.amount, scanner, source)
        excerpt.declineReason = text(columns.declineReason, scanner, source)
        return excerpt
    }

    private static func text(
        _ column: Int?, _ scanner: borrowing CSVScanner, _ source: borrowing ByteSource
    ) -> String {
        guard let column, column < scanner.fieldCount else { return "" }
        let bytes = scanner.raw(column, in: source)
        return String(
            FieldText.text(bytes, hasDoubledQuotes: scanner.hasDoubledQuotes(column)).prefix(RecordExcerpt.textMax))
    }

    private static func readJSON(_ source: inout ByteSource) throws(InputFailure) -> RecordExcerpt {
        while true {
            if case .whole(let length) = JSONObjectSpan.judge(source.window, findsPages: false) {
                let bytes = UnsafeRawBufferPointer(rebasing: source.window[..<length])
                // SAFETY: bytes are bytes: UInt8 has no alignment and every bit pattern is one of its values.
                return excerpt(of: try? JSONParser.parse(bytes.bindMemory(to: UInt8.self)))
            }
            guard try source.more() else { return RecordExcerpt() }
        }
    }

    private static func excerpt(of value: JSONValue?) -> RecordExcerpt {
        let object = value?["object"]?.stringValue == "event" ? value?["data"]?["object"] : value
        var excerpt = RecordExcerpt()
        excerpt.description = String((object?["description"]?.stringValue ?? "").prefix(RecordExcerpt.textMax))
        excerpt.status = object?["status"]?.stringValue ?? ""
        excerpt.amount = object?["amount"]?.integerValue.map(String.init) ?? ""
        excerpt.declineReason = object?["failure_code"]?.stringValue ?? ""
        return excerpt
    }
}
