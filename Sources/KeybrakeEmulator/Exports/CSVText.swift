internal import KeybrakeStripe

/// Lines of comma-separated values.
enum CSVText {
    /// An amount in whole units, as people read it.
    static func majorText(_ amount: Int64, _ currency: String) -> String {
        Currency(currency).map { Money(minorUnits: amount, currency: $0).majorText } ?? String(amount)
    }

    /// Quotes a cell only when it must be (RFC 4180); lines end with a line feed, as Stripe's do.
    static func append(_ cells: [String], to text: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            let needsQuotes = cell.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
            guard needsQuotes else {
                text.append(contentsOf: cell.utf8)
                continue
            }
            text.append(0x22)
            for byte in cell.utf8 {
                if byte == 0x22 { text.append(0x22) }
                text.append(byte)
            }
            text.append(0x22)
        }
        text.append(0x0A)
    }
}
