internal import KeybrakeStripe

/// Tells what kind of file lies before us, from its first bytes.
enum ExportSniffer {
    /// What a file is, as far as its beginning shows.
    enum Finding: Equatable {
        case json
        case payments(delimiter: UInt8)
        /// Nothing that can be reconciled; the sentence says what it is and what to do.
        case refused(String)
    }

    /// Judges the beginning of a file.
    static func judge(_ head: UnsafeRawBufferPointer) -> Finding {
        guard head.count > 0 else { return .refused("the file is empty") }
        if let reason = foreignFile(head) { return .refused(reason) }
        let text = withoutMark(head)
        guard let first = text.first(where: { $0 > 0x20 }) else { return .refused("the file holds only white space") }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return .json }
        return judgeHeader(text)
    }

    /// The bytes behind a UTF-8 byte order mark.
    static func withoutMark(_ head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        head.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeRawBufferPointer(rebasing: head[3...]) : head
    }

    private static func foreignFile(_ head: UnsafeRawBufferPointer) -> String? {
        for (magic, reason) in magics where head.starts(with: magic.utf8) { return reason }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            return "the file is encoded in UTF-16; save it as UTF-8, or better, export it again without opening it"
        }
        if head.starts(with: [0x1F, 0x8B]) { return "the file is compressed with gzip; unpack it first" }
        return nil
    }

    private static let magics: [(String, String)] = [
        (
            "version https://git-lfs.github.com/spec/",
            "the file is a Git LFS pointer, not the export itself; run git lfs pull"
        ),
        ("PK\u{3}\u{4}", "the file is a ZIP archive or a spreadsheet; export the payments as CSV"),
        ("SQLite format 3", "the file is a SQLite database; give it with --audit"),
        ("%PDF", "the file is a PDF document; export the payments as CSV"),
        ("<", "the file is HTML or XML, perhaps a log-in page; download the export again"),
    ]

    private static func judgeHeader(_ text: UnsafeRawBufferPointer) -> Finding {
        let line = firstLine(text)
        let delimiters: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        let headers = delimiters.map { ($0, split(line, delimiter: $0)) }
        for (delimiter, header) in headers {
            if let reason = otherExport(header) { return .refused(reason) }
            if PaymentsColumns.isPayments(header) { return .payments(delimiter: delimiter) }
        }
        let widest = headers.max { $0.1.count < $1.1.count }?.1 ?? []
        return .refused(unknownHeader(widest))
    }

    private static func unknownHeader(_ header: [String]) -> String {
        let names = Set(header.map { $0.lowercased() })
        let wanted = ["id", "Created date (UTC)", "Amount", "Currency", "Status", "Description"]
        let missing = wanted.filter { !names.contains($0.lowercased()) }
        return "the first line is no header of a known export; nearest is the Dashboard's payments export, of which "
            + (missing.count == wanted.count ? "every usual column is" : "these columns are")
            + " missing: " + missing.joined(separator: ", ")
    }

    /// Exports that people hand over by mistake.
    private static func otherExport(_ header: [String]) -> String? {
        let names = Set(header.map { $0.lowercased() })
        if names.contains("arrival date (utc)") || names.contains("arrival date") {
            return "this is the Dashboard's payouts export: it has no charges; export Payments instead"
        }
        if names.contains("balance_transaction_id"), names.contains("reporting_category") {
            return "this is an itemized report of the Reporting API: it has no failed charges and settlement amounts; "
                + "export Payments instead"
        }
        if names.contains("batch_timestamp") || (names.contains("amount_refunded") && names.contains("payment_intent"))
        {
            return "this is a Sigma or Data Pipeline table: its amounts are in smallest units; export Payments instead"
        }
        if names.contains("source"), names.contains("net") || names.contains("available on (utc)") {
            return "this is the Dashboard's balance history: it lists balance transactions in the settlement currency; "
                + "export Payments instead"
        }
        return nil
    }

    private static func firstLine(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = text.firstIndex(of: 0x0A) ?? min(text.count, 65_536)
        return UnsafeRawBufferPointer(rebasing: text[..<end])
    }

    private static func split(_ line: UnsafeRawBufferPointer, delimiter: UInt8) -> [String] {
        line.split(separator: delimiter, omittingEmptySubsequences: false).map { field in
            var text = Substring(String(decoding: field, as: UTF8.self))
            while let first = text.first, first == "\"" || first == " " { text.removeFirst() }
            while let last = text.unicodeScalars.last, last == "\"" || last == " " || last == "\r" {
                text.unicodeScalars.removeLast()
            }
            return String(text)
        }
    }
}
