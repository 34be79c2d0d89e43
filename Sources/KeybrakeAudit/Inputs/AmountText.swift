/// Reads amounts in whole units as exports write them, without floating point.
///
/// Plain form first: digits, optionally a point and decimals. Official exports also have a decimal comma, and a
/// spreadsheet adds thousands separators; both are read where only one reading is possible.
struct AmountText {
    /// Why a text is no amount of the currency.
    enum Failure: UInt8, Error {
        case notANumber
        /// Decimals that the currency does not have, such as half a yen.
        case fraction
        case ambiguous
        case tooLarge
    }

    /// How many amounts had a decimal comma or thousands separators.
    private(set) var unusualCount = 0

    /// The amount in smallest units, of which `digits` places stand behind the decimal mark.
    mutating func minorUnits(_ text: UnsafeRawBufferPointer, digits: Int) throws(Failure) -> Int64 {
        if let amount = Self.plain(text, digits: digits) { return amount }
        let amount = try Self.unusual(text, digits: digits)
        if text.contains(where: { $0 != 0x2E && !(0x30...0x39).contains($0) }) { unusualCount += 1 }
        return amount
    }

    /// Digits with exactly as many decimals as the currency has; `nil` for every other form.
    private static func plain(_ text: UnsafeRawBufferPointer, digits: Int) -> Int64? {
        let count = text.count
        guard count > 0, count <= 16 else { return nil }
        let point = digits == 0 ? -1 : count &- digits &- 1
        guard digits == 0 || point > 0 else { return nil }
        var value: Int64 = 0
        for index in 0..<count {
            let byte = text[index]
            if index == point {
                guard byte == 0x2E else { return nil }
            } else {
                guard byte &- 0x30 < 10 else { return nil }
                value = value &* 10 &+ Int64(byte &- 0x30)
            }
        }
        return value
    }

    private static func unusual(_ text: UnsafeRawBufferPointer, digits: Int) throws(Failure) -> Int64 {
        let (marks, bytes) = try normalised(text)
        let decimalMark = try decimalMark(marks, bytes: bytes, digits: digits)
        var value: Int64 = 0
        var decimals = 0
        for (index, byte) in bytes.enumerated() {
            guard byte &- 0x30 < 10 else { continue }
            if let decimalMark, index > decimalMark {
                decimals += 1
                if decimals > digits {
                    guard byte == 0x30 else { throw .fraction }
                    continue
                }
            }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow, tens < Int64.max - 10 else { throw .tooLarge }
            value = tens + Int64(byte - 0x30)
        }
        for _ in min(decimals, digits)..<digits {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .tooLarge }
            value = tens
        }
        return value
    }

    /// The text without blanks and apostrophes between digits, and where its points and commas are.
    private static func normalised(_ text: UnsafeRawBufferPointer) throws(Failure) -> (marks: [Int], bytes: [UInt8]) {
        var bytes: [UInt8] = []
        var marks: [Int] = []
        guard text.count <= 40 else { throw .notANumber }
        for (index, byte) in text.enumerated() {
            switch byte {
            case 0x30...0x39: bytes.append(byte)
            case 0x2C, 0x2E:
                marks.append(bytes.count)
                bytes.append(byte)
            case 0x20, 0x27, 0xC2, 0xA0, 0xE2, 0x80, 0xAF:
                guard index > 0, index < text.count - 1 else { throw .notANumber }
            default: throw .notANumber
            }
        }
        guard let first = bytes.first, let last = bytes.last, first >= 0x30, last >= 0x30 else { throw .notANumber }
        return (marks, bytes)
    }

    /// Which of the marks separates the decimals; `nil` when none does.
    private static func decimalMark(_ marks: [Int], bytes: [UInt8], digits: Int) throws(Failure) -> Int? {
        guard let last = marks.last else { return nil }
        let behind = bytes.count - last - 1
        let groups = marks.dropLast().map { bytes[$0] }
        if marks.count > 1, bytes[last] != bytes[marks[0]] {
            guard Set(groups).count == 1, isGrouped(marks, count: last) else { throw .notANumber }
            return last
        }
        if marks.count > 1 {
            guard isGrouped(marks, count: bytes.count) else { throw .notANumber }
            return nil
        }
        if bytes[last] == 0x2E { return last }
        if behind == 3 {
            // "1,234" is a thousand in a currency of two decimals and may be either in one of three.
            guard digits != 3 else { throw .ambiguous }
            return nil
        }
        return last
    }

    /// Whether every group between the marks, up to `count`, has three digits.
    private static func isGrouped(_ marks: [Int], count: Int) -> Bool {
        var edges = marks.filter { $0 < count }
        edges.append(count)
        guard edges[0] <= 3 else { return false }
        return zip(edges, edges.dropFirst()).allSatisfy { $1 - $0 == 4 }
    }
}
